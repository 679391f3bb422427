package tabular

import (
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"time"
)

// BenchmarkBesidePlain reads the same table with a Reader and with encoding/csv under ReuseRecord, in turns, and prints the
// ratio of their speeds: 1.0 would mean that sniffing, checking, bounding and lines cost nothing.
func BenchmarkBesidePlain(b *testing.B) {
	var plainText strings.Builder
	plainText.WriteString("id,first name,last name,title,e-mail,phone,mobile,site\n")
	for range 20_000 {
		plainText.WriteString("1001,Ada,Lovelace,\"Engineer, senior\",ada@example.com,+1 541 555 0100,,Eugene office\n")
	}
	for _, c := range []struct{ name, text string }{
		{"LF", plainText.String()},
		{"CRLF", strings.ReplaceAll(plainText.String(), "\n", "\r\n")},
		{"accents", strings.ReplaceAll(plainText.String(), "Lovelace", "Łovelacé")},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			var ours, plain time.Duration
			for b.Loop() {
				start := time.Now()
				readAll(b, c.text)
				ours += time.Since(start)
				b.StopTimer()
				start = time.Now()
				readPlain(b, c.text)
				plain += time.Since(start)
				b.StartTimer()
			}
			b.ReportMetric(float64(plain)/float64(ours), "x-of-plain")
			b.ReportMetric(float64(len(c.text))/1e6*float64(b.N)/plain.Seconds(), "plain-MB/s")
		})
	}
}

func readAll(b *testing.B, text string) {
	r, err := NewReader(strings.NewReader(text), Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, err := range r.Rows() {
		if err != nil {
			b.Fatal(err)
		}
	}
}

func readPlain(b *testing.B, text string) {
	r := csv.NewReader(strings.NewReader(text))
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}
