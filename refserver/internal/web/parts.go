package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

// MaxParts is how many parts a body of multipart/form-data may have.
const MaxParts = 20

// How long a body may take to come: that of a form, and one with a file.
const (
	FormTime = 15 * time.Second
	FileTime = 4 * time.Minute
)

// errParts says that a body has more parts than MaxParts.
var errParts = errors.New("a form of more than 20 parts")

// FewParts has the body of a request of multipart/form-data fail where it has more than MaxParts parts. Whoever reads the body makes each part a value or
// a file of its own, and with it costs that its bytes do not tell.
func FewParts(r *http.Request) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return
	}
	r.Body = &parted{ReadCloser: r.Body, line: []byte("\n--" + params["boundary"]), carry: []byte("\n")}
}

// parted counts the lines that stand before each part and after the last.
type parted struct {
	io.ReadCloser
	line  []byte
	carry []byte // what was read last, shorter than a line
	lines int
}

func (p *parted) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.carry = append(p.carry, b[:n]...)
	if p.lines += bytes.Count(p.carry, p.line); p.lines > MaxParts+1 {
		return 0, errParts
	}
	p.carry = append(p.carry[:0], p.carry[max(0, len(p.carry)-len(p.line)+1):]...)
	return n, err
}
