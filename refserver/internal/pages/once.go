package pages

import (
	"crypto/sha256"
	"net/url"
	"slices"
	"sync"
)

// maxSent is how many forms are remembered.
const maxSent = 1000

// onceSent remembers what forms have made, in memory and for as long as there is room: a button that is pressed twice makes one thing. Forms
// that were shown one by one, or were filled in otherwise, are different ones.
type onceSent struct {
	mu   sync.Mutex
	list []*sentForm // the oldest first
}

// sentForm is one of them. It is locked while it is being carried out.
type sentForm struct {
	mu   sync.Mutex
	sum  [sha256.Size]byte
	made string // the ID of what it has made; "": nothing yet
}

// first is the form that an account has sent with these values.
func (s *onceSent) first(account string, values url.Values) *sentForm {
	sum := sha256.Sum256([]byte(url.Values{"account": {account}, "values": {values.Encode()}}.Encode()))
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.list, func(f *sentForm) bool { return f.sum == sum }); i >= 0 {
		return s.list[i]
	}
	f := &sentForm{sum: sum}
	if s.list = append(s.list, f); len(s.list) > maxSent {
		s.list = slices.Delete(s.list, 0, 1)
	}
	return f
}
