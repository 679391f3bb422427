// Package tabular turns the bytes of a CSV or TSV file into rows and back, for files that people exported from anything.
//
// A Reader finds out the character set (a byte order mark decides; else UTF-8, and Windows-1252 where the caller allows
// it) and the delimiter, takes the first record as the header, and yields the others, each with the line it begins in. LF,
// CRLF and a lone CR all end a line. Text is kept as it is: nothing is trimmed, composed or replaced.
//
// Memory is bounded whatever the input: the bytes pass a source that counts, decodes and checks them before encoding/csv,
// which would read a line of any length, sees them. What is wrong is told as an *Error with line, column and reason. Some
// errors refuse one record and the next can be read; the others end the reading (Error.Fatal).
//
// A Writer writes what a Reader reads. It guards cells that a spreadsheet would take for a formula, by an apostrophe or
// another Mark; a Reader with Options.Unguard takes that guard off again, so that any text comes back as it was.
package tabular
