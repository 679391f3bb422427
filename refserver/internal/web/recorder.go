package web

import (
	"net/http"
	"time"
)

// pieceBytes is how much of an answer is written at a time.
const pieceBytes = 256 << 10

// recorder remembers what was answered, and keeps the times of a connection, which HTTP/1 and HTTP/2 take differently.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64

	bodiless bool          // there is nothing to wait for of the request
	within   time.Duration // how long each piece of the answer may take; 0: as long as it likes
	renewed  time.Time     // when that time was given last
	own      bool          // the handler gave what it writes a time of its own
}

// record begins to record the answer to a request that came at a time.
func record(w http.ResponseWriter, r *http.Request, came time.Time) *recorder {
	out := &recorder{ResponseWriter: w, bodiless: r.ContentLength == 0, renewed: came}
	if s, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
		out.within = s.WriteTimeout
	}
	return out
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // those before are not the answer
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write gives each piece the time that the server has for an answer, so that a long one to a slow line is not cut off, and one that nobody takes is.
func (w *recorder) Write(b []byte) (n int, err error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	for {
		w.renew()
		k, err := w.ResponseWriter.Write(b[n:min(n+pieceBytes, len(b))])
		n += k
		w.bytes += int64(k)
		if err != nil || n == len(b) {
			return n, err
		}
	}
}

// renew gives what is written next its time, unless most of that which was given last is left.
func (w *recorder) renew() {
	if now := time.Now(); w.within > 0 && !w.own && now.Sub(w.renewed) > w.within/8 {
		w.renewed = now
		_ = w.to().SetWriteDeadline(now.Add(w.within)) // not every writer has one
	}
}

// SetWriteDeadline is for http.ResponseController. The time counts until what is written is flushed.
func (w *recorder) SetWriteDeadline(t time.Time) error {
	w.own = true
	return w.to().SetWriteDeadline(t)
}

// FlushError is for http.ResponseController. What was flushed needs no time of its own any more: over HTTP/2 it would run on while nothing is written, and
// end the stream.
func (w *recorder) FlushError() error {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	err := w.to().Flush()
	if err == nil && w.own {
		w.own, w.renewed = false, time.Time{}
		w.renew()
	}
	return err
}

// SetReadDeadline is for http.ResponseController. A request without a body is never late: over HTTP/1 the time would count for the next request of the
// connection, and when it runs out end this one.
func (w *recorder) SetReadDeadline(t time.Time) error {
	if w.bodiless {
		return nil
	}
	return w.to().SetReadDeadline(t)
}

// Unwrap lets http.ResponseController reach the writer beneath.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) to() *http.ResponseController { return http.NewResponseController(w.ResponseWriter) }
