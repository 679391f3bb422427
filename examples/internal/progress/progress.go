// Package progress draws one line that says how far long work has come, on a terminal and nowhere else.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Line is such a line. The zero Line draws nothing.
type Line struct {
	terminal io.Writer // nil where there is none
	every    time.Duration
}

// On returns a Line on f if f is a terminal (a character device), else one that draws nothing.
func On(f *os.File) Line {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return Line{}
	}
	return Line{terminal: f, every: 200 * time.Millisecond}
}

// During does the work, shows meanwhile what say returns, and wipes the line at the end. say is called from another goroutine.
func (l Line) During(say func() string, work func() error) error {
	if l.terminal == nil {
		return work()
	}
	var drawing sync.WaitGroup
	done := make(chan struct{})
	drawing.Go(func() {
		tick := time.NewTicker(l.every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprintf(l.terminal, "\r\x1b[K%s", say()) // to the start of the line, wipe it, write it anew
			case <-done:
				fmt.Fprint(l.terminal, "\r\x1b[K")
				return
			}
		}
	})
	defer drawing.Wait()
	defer close(done)
	return work()
}
