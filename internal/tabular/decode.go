package tabular

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Charset is a character set of an input.
type Charset string

// The character sets that are told apart.
const (
	UTF8        Charset = "utf-8"
	UTF16LE     Charset = "utf-16le"
	UTF16BE     Charset = "utf-16be"
	Windows1252 Charset = "windows-1252"
)

const (
	chunkSize     = 32 << 10
	byteOrderMark = "\ufeff"
)

// decoder turns the bytes of in into chunks of valid UTF-8 without NUL. It holds two chunks, whatever the length of in.
type decoder struct {
	in       io.Reader
	left     int64 // bytes that may still be read from in
	fallback bool  // Windows-1252 may be assumed
	charset  Charset
	begun    bool
	beyond   bool // something other than ASCII has been seen
	inErr    error

	raw  []byte // read and not yet decoded
	room []byte // what raw lies in
	out  []byte // room for text that is not a part of raw
}

func newDecoder(in io.Reader, maxBytes int64, fallback bool) *decoder {
	return &decoder{in: in, left: maxBytes, fallback: fallback, charset: UTF8, room: make([]byte, chunkSize)}
}

// next returns the next piece of text, valid until the call after. A fault comes alone, after the text before it, as an
// *Error without a line; io.EOF ends the input. next must not be called again after an error.
func (d *decoder) next() ([]byte, error) {
	for {
		if text := d.decode(); len(text) > 0 {
			return text, nil
		}
		switch {
		case len(d.raw) > 0 && (d.inErr == io.EOF || !d.undecided()):
			if err := d.fault(); err != nil {
				return nil, err
			} // else Windows-1252 from here on
		case d.inErr != nil:
			return nil, d.inErr
		default:
			d.fill()
		}
	}
}

// fill reads once more from in, behind what raw still holds: a few bytes of an unfinished character.
func (d *decoder) fill() {
	kept := copy(d.room, d.raw)
	n, err := 0, error(nil)
	for range 100 { // a reader may give nothing now and then, but not for ever
		if n, err = d.in.Read(d.room[kept:]); n > 0 || err != nil {
			break
		}
	}
	if n == 0 && err == nil {
		err = io.ErrNoProgress
	}
	if int64(n) > d.left {
		n, err = int(d.left), &Error{Reason: ReasonByteCount, Text: "the input is longer than allowed"}
	}
	d.left -= int64(n)
	d.raw = d.room[:kept+n]
	var own *Error
	if err != nil && err != io.EOF && !errors.As(err, &own) {
		err = &Error{Reason: ReasonRead, Text: "the input could not be read", Err: err}
	}
	d.inErr = err
	if !d.begun && (len(d.raw) >= 3 || err != nil) {
		d.begun = true
		d.sniff()
	}
}

func (d *decoder) sniff() {
	for _, m := range []struct {
		mark    string
		charset Charset
	}{{byteOrderMark, UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		if bytes.HasPrefix(d.raw, []byte(m.mark)) {
			d.charset, d.raw = m.charset, d.raw[len(m.mark):]
			d.fallback = false // the input has said what it is
			return
		}
	}
}

// decode takes from raw what is good and complete.
func (d *decoder) decode() []byte {
	if !d.begun {
		return nil
	}
	switch d.charset {
	case UTF8:
		n := goodUTF8(d.raw)
		text := d.raw[:n]
		d.raw = d.raw[n:]
		d.beyond = d.beyond || d.fallback && !ascii(text)
		return text
	case Windows1252:
		d.out = d.out[:0]
		for len(d.raw) > 0 {
			r := charmap.Windows1252.DecodeByte(d.raw[0])
			if r == 0 || r == utf8.RuneError { // five bytes stand for nothing
				break
			}
			d.out = utf8.AppendRune(d.out, r)
			d.raw = d.raw[1:]
		}
	default:
		d.out = d.out[:0]
		for {
			r, size := d.rune16()
			if size == 0 || r == 0 || isBroken(r, size) {
				break
			}
			d.out = utf8.AppendRune(d.out, r)
			d.raw = d.raw[size:]
		}
	}
	return d.out
}

// rune16 decodes the first character of raw, UTF-16; size 0 when it is not all there, RuneError when it is none.
func (d *decoder) rune16() (r rune, size int) {
	unit := func(i int) rune {
		if d.charset == UTF16LE {
			return rune(d.raw[i]) | rune(d.raw[i+1])<<8
		}
		return rune(d.raw[i])<<8 | rune(d.raw[i+1])
	}
	if len(d.raw) < 2 {
		return 0, 0
	}
	r = unit(0)
	switch {
	case !utf16.IsSurrogate(r):
		return r, 2
	case len(d.raw) < 4:
		return 0, 0
	}
	return utf16.DecodeRune(r, unit(2)), 4
}

// isBroken tells half a surrogate pair from a replacement character that stands in the text.
func isBroken(r rune, size int) bool { return r == utf8.RuneError && size == 4 }

// undecided reports whether raw holds only the beginning of a character.
func (d *decoder) undecided() bool {
	switch d.charset {
	case UTF8:
		return !d.begun || !utf8.FullRune(d.raw)
	case Windows1252:
		return false
	default:
		_, size := d.rune16()
		return size == 0
	}
}

// fault says what is wrong at the first byte of raw; nil when it made the decoder change to Windows-1252.
func (d *decoder) fault() error {
	wide := d.charset == UTF16LE || d.charset == UTF16BE
	switch r, size := d.rune16(); {
	case wide && size > 0 && r == 0:
		return &Error{Reason: ReasonNUL, Text: "a NUL stands in the text"}
	case !wide && d.raw[0] == 0:
		return &Error{Reason: ReasonNUL, Text: "a NUL stands in the text (UTF-16 without a byte order mark?)"}
	case d.fallback && d.charset == UTF8 && !d.beyond:
		d.charset = Windows1252
		return nil
	}
	return &Error{Reason: ReasonEncoding, Text: "the text is not valid " + string(d.charset)}
}

// goodUTF8 returns how many bytes at the beginning of b are complete, valid characters other than NUL.
func goodUTF8(b []byte) int {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	for i := len(b) - 1; i >= max(0, len(b)-utf8.UTFMax); i-- { // a chunk often ends within a character
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				b = b[:i]
			}
			break
		}
	}
	if utf8.Valid(b) {
		return len(b)
	}
	n := 0
	for {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size <= 1 {
			return n
		}
		n += size
	}
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
