package bunstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"reflect"

	"github.com/uptrace/bun/schema"
)

// copyAtLeast is how many rows a COPY is worth: fewer are one statement or two.
const copyAtLeast = 8

// copyAll inserts new records by COPY and reports whether it did. False without an error is a unique key in the way of some, of which
// nothing was written and the transaction goes on.
func copyAll[D, R any](ctx context.Context, s *session, records []D, rowOf func(*D) R) (bool, error) {
	table := s.db.write.Table(reflect.TypeFor[R]())
	if err := s.writable(ctx); err != nil {
		return false, fmt.Errorf("bunstore: write %s: %w", table.Name, err)
	}
	fields := written(table)
	// One round trip. The savepoint also keeps it from running where the transaction has ended by itself.
	query := fmt.Sprintf("SAVEPOINT mspkit_copy; COPY %s (%s) FROM STDIN (FORMAT binary); RELEASE SAVEPOINT mspkit_copy", table.SQLName, eachColumn(fields, "%s", ", "))
	var row R
	value := reflect.ValueOf(&row).Elem()
	err := s.db.cfg.Copy(ctx, s.conn, query, &copyData{rows: len(records), buf: []byte(copyHeader), appendRow: func(b []byte, i int) []byte {
		row = rowOf(&records[i])
		return appendRow(b, value, fields)
	}})
	if err == nil {
		return true, nil
	}
	if s.db.cfg.Classify(err) != FaultDuplicate {
		return false, s.fail("copy to "+table.Name, err)
	}
	_, err = s.exec(ctx, "copy to "+table.Name, "ROLLBACK TO SAVEPOINT mspkit_copy; RELEASE SAVEPOINT mspkit_copy")
	return false, err
}

// copyHeader begins the binary format: a signature, no flags, no extension.
const copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// copyData reads as rows in the binary format, which it makes as they are asked for.
type copyData struct {
	rows      int
	appendRow func(b []byte, i int) []byte

	next  int
	buf   []byte // what is made; the first given of it are read
	given int
}

func (d *copyData) Read(p []byte) (int, error) {
	if d.given == len(d.buf) {
		if d.next > d.rows {
			return 0, io.EOF
		}
		d.buf, d.given = d.buf[:0], 0
	}
	for len(d.buf)-d.given < len(p) && d.next <= d.rows {
		if d.next < d.rows {
			d.buf = d.appendRow(d.buf, d.next)
		} else {
			d.buf = append(d.buf, 0xff, 0xff) // the end
		}
		d.next++
	}
	n := copy(p, d.buf[d.given:])
	d.given += n
	return n, nil
}

// appendRow writes a row in the binary format: how many columns, and each with its length.
func appendRow(b []byte, row reflect.Value, fields []*schema.Field) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(fields)))
	for _, f := range fields {
		switch v := f.Value(row); v.Kind() {
		case reflect.String:
			b = append(binary.BigEndian.AppendUint32(b, uint32(v.Len())), v.String()...)
		case reflect.Int64:
			b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(v.Int()))
		case reflect.Bool:
			b = append(binary.BigEndian.AppendUint32(b, 1), 0)
			if v.Bool() {
				b[len(b)-1] = 1
			}
		case reflect.Slice: // of bytes
			b = append(binary.BigEndian.AppendUint32(b, uint32(v.Len())), v.Bytes()...)
		default:
			panic("bunstore: a row has a column of kind " + v.Kind().String())
		}
	}
	return b
}
