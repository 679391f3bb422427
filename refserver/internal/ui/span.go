package ui

import (
	"strconv"
	"time"
)

// Span is a piece of a line. Make one with the functions below.
type Span struct {
	Kind  string // text, link, outside, pill, code, count, time, strong, quiet
	Text  string
	Href  string
	Time  time.Time
	Parts []Piece // of marked text
}

// Piece is a part of a text that is compared with another; Differs marks it.
type Piece struct {
	Text    string
	Differs bool
}

// Text is plain text; "" is shown as a dash.
func Text(s string) Span { return Span{Kind: "text", Text: s} }

// Strong is text that stands out.
func Strong(s string) Span { return Span{Kind: "strong", Text: s} }

// Quiet is text that matters less.
func Quiet(s string) Span { return Span{Kind: "quiet", Text: s} }

// To is a link.
func To(text, href string) Span { return Span{Kind: "link", Text: text, Href: href} }

// Pill is a state, said by a word: Pending, Held, In sync.
func Pill(word string) Span { return Span{Kind: "pill", Text: word} }

// Code is an id or another text that is for copying.
func Code(s string) Span { return Span{Kind: "code", Text: s} }

// Count is a number.
func Count[N ~int | ~int64](n N) Span {
	return Span{Kind: "count", Text: strconv.FormatInt(int64(n), 10)}
}

// When is a moment; the zero time is shown as a dash.
func When(t time.Time) Span { return Span{Kind: "time", Time: t.UTC()} }

// Marked is text of which some pieces differ from another.
func Marked(parts []Piece) Span { return Span{Kind: "marked", Parts: parts} }

// Shown is how a moment reads in a page, in UTC; the script writes it in the reader's zone.
func (s Span) Shown() string { return s.Time.Format("2 Jan 2006 15:04") }

// Exact is the moment to the second.
func (s Span) Exact() string { return s.Time.Format("2006-01-02 15:04:05 UTC") }

// ISO is the moment for programs.
func (s Span) ISO() string { return s.Time.Format(time.RFC3339Nano) }

// Line is spans one after the other.
type Line []Span

// Say is a Line.
func Say(spans ...Span) Line { return spans }
