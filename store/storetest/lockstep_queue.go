package storetest

import (
	"context"
	"reflect"
	"slices"

	"github.com/mspkit/mspkit/store"
)

// unknownID is greater than that of any message.
const unknownID int64 = 1 << 40

// queue makes the one call of a step of the queue. Ids and tokens are each DB's own: they go in as its messages have them, and come out
// as the place among the account's messages, and as whether there was a lease.
func (r *runner) queue(ctx context.Context, calls []call) []answer {
	if len(calls) == 0 { // taken away
		return nil
	}
	c := calls[0]
	known := make([][]store.Message, 2)
	for i := range known {
		var err error
		if known[i], err = r.db.Messages().List(ctx, store.MessageQuery{Account: r.accounts[i]}); err != nil {
			return []answer{answerOf(nil, err)}
		}
	}
	args := []reflect.Value{reflect.ValueOf(ctx)}
	for _, a := range c.args {
		args = append(args, reflect.ValueOf(r.own(known, a)))
	}
	results, err := callOn(reflect.ValueOf(r.db.Messages()), c.role, c.method, args)
	for i, v := range results {
		switch v := v.(type) {
		case store.Message:
			results[i] = r.plain(known, v)
		case []store.Message:
			var plain []store.Message
			for _, m := range v {
				plain = append(plain, r.plain(known, m))
			}
			results[i] = plain
		}
	}
	return []answer{answerOf(results, err)}
}

// own returns what an argument is in this DB.
func (r *runner) own(known [][]store.Message, a any) any {
	find := func(id messageID) store.Message {
		all := known[id.account]
		if some := inState(all, id.state); len(some) > 0 {
			all = some
			id.n %= len(some)
		}
		if id.n >= len(all) {
			return store.Message{ID: unknownID}
		}
		return all[id.n]
	}
	switch a := a.(type) {
	case messageID:
		return find(a).ID
	case tokenOf:
		return find(a.id).Token + a.further
	case accountName:
		return r.accounts[a]
	case listing:
		q := store.MessageQuery{Account: r.accounts[a.account], State: a.state, Limit: a.limit}
		id := find(a.after).ID
		if a.before {
			q.Before = id
		} else if a.after.n > 0 {
			q.After = id
		}
		if a.account == noAccount { // the messages of sequences before are none of this one's
			q.After = max(q.After, oldest(known)-1)
		}
		return q
	}
	return a
}

func inState(ms []store.Message, state store.MessageState) []store.Message {
	return slices.DeleteFunc(slices.Clone(ms), func(m store.Message) bool { return m.State != state })
}

// oldest returns the least id; where there are no messages it is that of an unknown one.
func oldest(known [][]store.Message) int64 {
	id := unknownID
	for _, ms := range known {
		if len(ms) > 0 {
			id = min(id, ms[0].ID)
		}
	}
	return id
}

// plain returns a message as every DB should have it.
func (r *runner) plain(known [][]store.Message, m store.Message) store.Message {
	for account, ms := range known {
		for n := range ms {
			if ms[n].ID == m.ID && ms[n].Account == m.Account {
				m.ID, m.Account = int64(n), []string{"one", "two"}[account]
				m.Token = min(m.Token, 1)
				return m
			}
		}
	}
	return m
}
