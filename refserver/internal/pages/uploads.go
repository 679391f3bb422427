package pages

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"
)

// uploads keep files between the steps of a load, in memory: what a person has chosen is previewed under several mappings before it
// is applied, and a browser sends a file only once. They are bounded in bytes and time, and forgotten with the process; then the
// person chooses the file again.
type uploads struct {
	mu    sync.Mutex
	now   func() time.Time
	files []upload // the oldest first
}

// upload is one file.
type upload struct {
	id, name string
	set      string
	body     []byte
	at       time.Time
}

// What uploads keep: for how long, and how many bytes of all files.
const (
	keepUpload = time.Hour
	keepBytes  = 2 * maxUpload
)

// keep takes a file and returns its id. The oldest make room.
func (u *uploads) keep(set, name string, body []byte) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forget()
	f := upload{rand.Text(), name, set, body, u.now()}
	u.files = append(u.files, f)
	size := 0
	for i, f := range slices.Backward(u.files) {
		if size += len(f.body); size > keepBytes {
			u.files = slices.Delete(u.files, 0, i+1)
			break
		}
	}
	return f.id
}

// file returns a file that was chosen for this set.
func (u *uploads) file(set, id string) (upload, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forget()
	i := slices.IndexFunc(u.files, func(f upload) bool { return f.id == id && f.set == set })
	if i < 0 {
		return upload{}, false
	}
	return u.files[i], true
}

// drop forgets a file that was applied.
func (u *uploads) drop(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.files = slices.DeleteFunc(u.files, func(f upload) bool { return f.id == id })
}

// forget drops what is too old.
func (u *uploads) forget() {
	limit := u.now().Add(-keepUpload)
	u.files = slices.DeleteFunc(u.files, func(f upload) bool { return f.at.Before(limit) })
}
