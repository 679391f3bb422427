package orgoverlay

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"strings"
	"unicode/utf8"
)

// probe learns from the bytes that are written to it what an attachment is.
type probe struct {
	digest hash.Hash
	head   []byte // the first bytes
	tail   []byte // of the text: the beginning of a character whose end is still to come
	binary bool   // something that is no text has come
}

const probeHead = 512

func newProbe() *probe { return &probe{digest: sha256.New()} }

func (p *probe) Write(data []byte) (int, error) {
	p.digest.Write(data)
	p.head = append(p.head, data[:min(len(data), probeHead-len(p.head))]...)
	if !p.binary {
		p.text(data)
	}
	return len(data), nil
}

func (p *probe) text(data []byte) {
	if len(p.tail) > 0 {
		data = append(p.tail, data...)
	}
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			p.binary = utf8.FullRune(data)
			break
		}
		if r < ' ' && !strings.ContainsRune("\t\n\f\r", r) {
			p.binary = true
			break
		}
		data = data[size:]
	}
	p.tail = bytes.Clone(data)
}

var signatures = []struct{ begin, mediaType string }{
	{"\x89PNG\r\n\x1a\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"}, {"GIF87a", "image/gif"}, {"GIF89a", "image/gif"}, {"%PDF-", "application/pdf"},
	{"PK\x03\x04", "application/zip"}, // office documents among them
}

var markup = []struct{ begin, mediaType string }{
	{"<!doctype html", "text/html"}, {"<html", "text/html"}, {"<script", "text/html"}, {"<svg", "image/svg+xml"}, {"<?xml", "application/xml"},
}

// mediaType is what the bytes are, whatever their name says; the name only tells CSV from other text.
func (p *probe) mediaType(name string) string {
	for _, s := range signatures {
		if bytes.HasPrefix(p.head, []byte(s.begin)) {
			return s.mediaType
		}
	}
	if len(p.head) >= 12 && string(p.head[:4]) == "RIFF" && string(p.head[8:12]) == "WEBP" {
		return "image/webp"
	}
	if p.binary || len(p.tail) > 0 {
		return "application/octet-stream"
	}
	text := strings.ToLower(strings.TrimLeft(string(p.head), " \t\r\n\f\ufeff"))
	for _, m := range markup {
		if strings.HasPrefix(text, m.begin) {
			return m.mediaType
		}
	}
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return "text/csv"
	}
	return "text/plain"
}
