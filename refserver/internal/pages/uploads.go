package pages

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
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
	id, name  string
	set       string // the shelf that it stands on: nobody else's
	body      []byte
	at        time.Time
	previewed previewed
}

// previewed is what the last preview of a table of organizations has read. It is never changed, only replaced.
type previewed struct {
	id       string // "": nobody has looked yet
	blank    orgoverlay.Blank
	versions map[orgoverlay.OrgID]int64
}

// What uploads keep: for how long, how many bytes on one shelf, and how many on all shelves.
const (
	keepUpload = time.Hour
	keepShelf  = 2 * maxUpload
	keepBytes  = 4 * maxUpload
)

// size is about how many bytes a file takes, with what was looked at.
func (f upload) size() int {
	const file, version = 1 << 10, 128
	return file + len(f.body) + version*len(f.previewed.versions)
}

// keep takes a file and returns its id.
func (u *uploads) keep(set, name string, body []byte) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forget()
	f := upload{id: rand.Text(), name: name, set: set, body: body, at: u.now()}
	u.files = append(u.files, f)
	u.fit()
	return f.id
}

// fit makes room: the oldest file of the fullest shelf goes, so that nobody pushes out what others keep who keep less.
func (u *uploads) fit() {
	for {
		all, sizes := 0, map[string]int{}
		for _, f := range u.files {
			all += f.size()
			sizes[f.set] += f.size()
		}
		oldest := 0
		for i, f := range u.files {
			if sizes[f.set] > sizes[u.files[oldest].set] {
				oldest = i
			}
		}
		if all == 0 || all <= keepBytes && sizes[u.files[oldest].set] <= keepShelf {
			return
		}
		u.files = slices.Delete(u.files, oldest, oldest+1)
	}
}

// file returns a file that was chosen for this set.
func (u *uploads) file(set, id string) (upload, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if i := u.find(set, id); i >= 0 {
		return u.files[i], true
	}
	return upload{}, false
}

// look keeps with a file what a preview of it has read, in place of what the one before has.
func (u *uploads) look(set, id string, p previewed) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if i := u.find(set, id); i >= 0 {
		u.files[i].previewed = p
		u.fit()
	}
}

func (u *uploads) find(set, id string) int {
	u.forget()
	return slices.IndexFunc(u.files, func(f upload) bool { return f.id == id && f.set == set })
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
