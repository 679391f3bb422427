package memstore

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// inbox is what both domains share: the nonces and the stored replies of an account.
type inbox struct{ a *account }

// use remembers a nonce; false says that it was used before.
func (i inbox) use(partner, nonce string, expires time.Time) bool {
	k := keyOf(partner, nonce)
	if i.a.nonces.get(k) != nil {
		return false
	}
	i.a.nonces.put(k, expires)
	return true
}

func (i inbox) reply(partner, id string) (collab.Reply, bool) {
	r := i.a.replies.get(keyOf(partner, id))
	if r == nil {
		return collab.Reply{}, false
	}
	out := *r
	out.Body = bytes.Clone(out.Body)
	return out, true
}

// keep stores a reply; false says that its key is there already.
func (i inbox) keep(partner string, r collab.Reply) bool {
	k := keyOf(partner, r.Key)
	if i.a.replies.get(k) != nil {
		return false
	}
	r.Body = bytes.Clone(r.Body)
	i.a.replies.put(k, r)
	return true
}

type collabInbox struct{ inbox }

var _ collab.Inbox = collabInbox{}

func (c collabInbox) UseNonce(_ context.Context, partner collab.SystemID, nonce string, expires time.Time) error {
	if !c.use(string(partner), nonce, expires) {
		return fmt.Errorf("memstore: nonce of %s: %w", partner, collab.ErrReplayed)
	}
	return nil
}

func (c collabInbox) Reply(_ context.Context, partner collab.SystemID, id string) (collab.Reply, error) {
	r, ok := c.reply(string(partner), id)
	if !ok {
		return r, fmt.Errorf("memstore: reply %s to %s: %w", id, partner, collab.ErrNotFound)
	}
	return r, nil
}

func (c collabInbox) Keep(_ context.Context, partner collab.SystemID, r collab.Reply) error {
	if !c.keep(string(partner), r) {
		return fmt.Errorf("memstore: keep reply %s to %s: %w", r.Key, partner, collab.ErrConflict)
	}
	return nil
}

func (c collabInbox) Forget(_ context.Context, expired, kept time.Time) (int, error) {
	nonces, replies := c.a.nonces, c.a.replies // a table is a value: walking the old one while the new one changes is safe
	n := 0
	for k, at := range nonces.from(key{}) {
		if at.Before(expired) {
			c.a.nonces.remove(k)
			n++
		}
	}
	for k, r := range replies.from(key{}) {
		if r.At.Before(kept) {
			c.a.replies.remove(k)
			n++
		}
	}
	return n, nil
}

type locationsInbox struct{ inbox }

var _ locations.Inbox = locationsInbox{}

func (l locationsInbox) UseNonce(_ context.Context, partner locations.PartnerID, nonce string, expires time.Time) error {
	if !l.use(string(partner), nonce, expires) {
		return fmt.Errorf("memstore: nonce of %s: %w", partner, locations.ErrReplayed)
	}
	return nil
}

func (l locationsInbox) Reply(_ context.Context, partner locations.PartnerID, id string) (locations.Reply, error) {
	r, ok := l.reply(string(partner), id)
	if !ok {
		return locations.Reply{}, fmt.Errorf("memstore: reply %s to %s: %w", id, partner, locations.ErrNotFound)
	}
	return locations.Reply(r), nil
}

func (l locationsInbox) Keep(_ context.Context, partner locations.PartnerID, r locations.Reply) error {
	if !l.keep(string(partner), collab.Reply(r)) {
		return fmt.Errorf("memstore: keep reply %s to %s: %w", r.Key, partner, locations.ErrConflict)
	}
	return nil
}
