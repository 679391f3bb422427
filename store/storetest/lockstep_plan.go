package storetest

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// step is one transaction, or one call of the queue.
type step struct {
	kind    stepKind
	account int // 0 or 1; noAccount
	calls   []call
	end     ending
}

type stepKind string

const (
	updateStep stepKind = "Update"
	viewStep   stepKind = "View"
	queueStep  stepKind = "Queue"
)

const noAccount = 2

// ending is what the closure of a transaction does after its calls.
type ending string

const (
	commits     ending = "commits"
	stops       ending = "returns an error"
	passesError ending = "returns the first error, if any"
	panics      ending = "panics"
	cancels     ending = "cancels its ctx"
)

// call is one call of a method. Its arguments are of the method's types, but for those that are known only when it is made: see versions.go
// and the types below.
type call struct {
	role, method string
	args         []any
}

// Arguments of the queue that each DB has its own value for.
type (
	messageID struct {
		account, n int
		state      store.MessageState // the n-th message of the account in this state, or else in any; an unknown id when there are fewer
	}
	tokenOf struct { // of a message
		id      messageID
		further int64
	}
	accountName int
	listing     struct {
		account int // or noAccount
		after   messageID
		before  bool // newest first, all but the message after which the list else begins
		state   store.MessageState
		limit   int
	}
)

// nestedRole has methods that begin a transaction inside the closure of another.
const nestedRole = "Nested"

// plan makes the sequence of a seed.
func plan(seed uint64, steps int) []step {
	g := newGen(seed)
	var out []step
	if g.queue { // about messages that are there
		steps *= 2
		out = append(out, step{kind: updateStep, calls: g.calls(txMethods), end: commits})
	}
	if slices.Contains(g.roles, "Orgoverlay.Sight") || slices.Contains(g.roles, "Orgoverlay.People") {
		out = append(out, g.acquaint()...)
	}
	for range steps {
		out = append(out, g.step())
	}
	var called []string
	for _, s := range out {
		for _, c := range s.calls {
			called = append(called, c.role)
		}
	}
	for account := range 2 {
		out = append(out, step{kind: updateStep, account: account, calls: content(called), end: stops},
			step{kind: queueStep, calls: []call{{"Queue", "List", []any{listing{account: account}}}}})
	}
	return out
}

func (g gen) step() step {
	s := step{account: g.IntN(3) / 2, end: commits}
	if g.IntN(40) == 0 {
		s.account = noAccount
	}
	switch n := g.IntN(10); {
	case n < 1 || g.queue && n < 7:
		return step{kind: queueStep, calls: []call{g.queueCall()}}
	case n < 3:
		s.kind = viewStep
		s.calls = g.calls(viewMethods)
		switch n := g.IntN(16); {
		case n < 3:
			s.end = stops
		case n < 4:
			s.end = panics
		}
	default:
		s.kind = updateStep
		s.calls = g.calls(txMethods)
		switch n := g.IntN(40); {
		case n < 4:
			s.end = stops
		case n < 8:
			s.end = passesError
		case n < 9:
			s.end = panics
		case n < 10:
			s.end = cancels
		}
	}
	return s
}

func (g gen) calls(methods []roleMethod) []call {
	var own []roleMethod
	for _, m := range methods {
		if slices.Contains(g.roles, m.role) {
			own = append(own, m)
		}
	}
	var out []call
	for range 1 + g.IntN(6) {
		if g.IntN(60) == 0 {
			out = append(out, call{role: nestedRole, method: pick(g, "Update", "View", "Lease")})
			continue
		}
		m := pick(g, methods...)
		if len(own) > 0 && g.IntN(10) > 0 {
			m = pick(g, own...)
		}
		c := call{role: m.role, method: m.name}
		for _, t := range m.in {
			c.args = append(c.args, g.argument(t, m.name == "List" || slices.Contains(m.in, reflect.TypeFor[int]())))
		}
		if m.name == "Switch" { // from the revision that the set has, mostly
			c.args[2] = pick[int64](g, rightVersion, rightVersion, rightVersion, 0, 2)
		}
		out = append(out, c)
	}
	return out
}

func (g gen) queueCall() call {
	m := pick(g, queueMethods...)
	id := messageID{account: g.IntN(4) / 3, n: g.IntN(1 + g.IntN(4))}
	if g.IntN(4) > 0 { // what the method is for, mostly
		id.state = map[string]store.MessageState{"LeaseOne": store.MessageWaiting, "Settle": store.MessageLeased, "Replay": store.MessageParked}[m.name]
	}
	now := at(g.IntN(6))
	var args []any
	switch m.name {
	case "Lease":
		args = []any{pick(g, "h", "g"), now, now.Add(time.Duration(1+g.IntN(2)) * time.Second), pick(g, 0, 1, 2, 100, 100, 100)}
	case "LeaseOne":
		args = []any{id, pick(g, "h", "g"), now, now.Add(time.Second)}
	case "Settle":
		state := pick(g, store.MessageDone, store.MessageParked, store.MessageParked, store.MessageWaiting)
		if g.IntN(20) == 0 {
			state = pick(g, store.MessageNone, store.MessageLeased)
		}
		args = []any{id, tokenOf{id, pick[int64](g, 0, 0, 0, 0, 0, 0, -1, 1)}, store.Settlement{State: state, NextAt: at(g.IntN(4)), Reason: pick(g, texts...), At: now}}
	case "Free":
		args = []any{pick(g, "h", "g"), now}
	case "Replay":
		args = []any{accountName(id.account), id, now}
		if g.IntN(4) == 0 {
			args[0] = accountName(1 - id.account)
		}
	case "List":
		args = []any{listing{account: g.IntN(3), after: id, before: g.IntN(3) == 0, state: pick(g, store.MessageNone, store.MessageNone, store.MessageWaiting, store.MessageLeased,
			store.MessageDone, store.MessageParked), limit: g.IntN(3)}}
	}
	return call{m.role, m.name, args}
}

// content reads all that an account holds in the roles that were called.
func content(called []string) []call {
	var out []call
	read := func(role, method string, args ...any) { out = append(out, call{role, method, args}) }
	const all = 1000
	var shops []collab.ShopID
	var origins []collab.Origin
	var places []collab.PlaceKey
	for _, id := range allNames() {
		shops, places = append(shops, collab.ShopID(id)), append(places, collab.PlaceKey(id))
		for _, system := range systems {
			origins = append(origins, collab.Origin{System: collab.SystemID(system), ID: id})
		}
	}
	read("Collab.Partners", "Module")
	read("Collab.Partners", "List")
	read("Collab.Clients", "List", collab.ClientID(""), all)
	read("Collab.Surveys", "List", collab.ClientID(""))
	read("Collab.Projects", "List", collab.ProjectQuery{})
	read("Collab.Shops", "List", collab.ShopQuery{})
	read("Collab.Shops", "Origins", origins)
	read("Collab.Ledger", "LinksOf", shops)
	read("Collab.Runs", "List", collab.ProjectID(""), collab.RunID(""), all)
	read("Collab.History", "List", collab.HistoryQuery{})
	for _, id := range names {
		read("Collab.Partners", "PartnerByKey", collab.KeyID(id))
		read("Collab.Partners", "Invitation", id)
		read("Collab.Surveys", "Exchanged", collab.ProjectID(id))
		read("Collab.Surveys", "QuestionSets", collab.ProjectID(id))
		read("Collab.Runs", "Items", collab.RunID(id), collab.ShopID(""), all)
		read("Collab.Places", "Prints", collab.ClientID(id), places)
		read("Locations.Trees", "Head", locations.SetID(id))
		read("Locations.Trees", "List", locations.SetID(id), locations.Key(""), all)
		read("Locations.Trees", "Staged", locations.PushID(id), locations.Key(""), all)
		read("Locations.Shares", "Share", locations.ProjectID(id))
		read("Locations.Shares", "Locks", locations.SetID(id))
		read("Locations.History", "List", locations.SetID(id), "", all)
		for _, system := range systems {
			read("Collab.Ledger", "Events", collab.RunID(id), collab.SystemID(system), collab.ShopID(""), all)
			for _, inbox := range []string{"Collab", "Locations"} { // one inbox, seen by two domains
				partner := map[string]any{"Collab": collab.SystemID(system), "Locations": locations.PartnerID(system)}[inbox]
				read(inbox+".Inbox", "Reply", partner, id)
				read(inbox+".Inbox", "UseNonce", partner, id, day) // taken back with the step
			}
		}
	}
	out = append(out, orgContent()...)
	return slices.DeleteFunc(out, func(c call) bool { return !slices.Contains(called, c.role) })
}

// gen makes random values, for one sequence.
type gen struct {
	*rand.Rand
	roles []string // that the sequence is about, so that it meets its own records
	queue bool     // it is about messages
	nth   int      // of a long list: each has an id of its own, so that a store's way with many rows is taken
}

func newGen(seed uint64) gen {
	g := gen{Rand: rand.New(rand.NewPCG(seed, 0))}
	if g.queue = g.IntN(4) == 0; g.queue {
		g.roles = []string{"Collab.Outbox", "Locations.Outbox"}
		return g
	}
	for range 2 {
		role := pick(g, txRoles...)
		g.roles = append(g.roles, role)
		switch role { // what answers from the records of another
		case "Collab.Places":
			g.roles = append(g.roles, "Locations.Trees")
		case "Locations.Shares":
			g.roles = append(g.roles, "Collab.Projects")
		case "Orgoverlay.Sight":
			g.roles = append(g.roles, pick(g, "Orgoverlay.Registry", "Orgoverlay.Orgs", "Orgoverlay.Overlays", "Orgoverlay.Claims"), "Orgoverlay.Overlays")
		case "Orgoverlay.Overlays": // with an overlay go its claims
			g.roles = append(g.roles, "Orgoverlay.Claims")
		case "Orgoverlay.Claims":
			g.roles = append(g.roles, "Orgoverlay.Overlays")
		case "Orgoverlay.Files":
			g.roles = append(g.roles, "Orgoverlay.Overlays")
		case "Orgoverlay.People":
			g.roles = append(g.roles, "Orgoverlay.Registry")
		}
	}
	return g
}

func pick[T any](g gen, of ...T) T { return of[g.IntN(len(of))] }

// argument makes a value of a parameter's type, of a list that begins after a key or of something else.
func (g gen) argument(t reflect.Type, list bool) any {
	v := reflect.New(t).Elem()
	switch {
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && g.IntN(12) == 0:
		v.Set(reflect.MakeSlice(t, longest, longest))
		for i := range longest {
			g.nth = i + 1
			g.fill(v.Index(i), "")
		}
	case t.Kind() == reflect.String && (list && g.IntN(2) == 0 || g.IntN(10) == 0): // from the beginning, or of all
	case t.Kind() == reflect.String || t == reflect.TypeFor[[]string]():
		g.fill(v, "ID")
	case t.Kind() == reflect.Int:
		g.fill(v, "Limit")
	default:
		g.fill(v, "")
	}
	return v.Interface()
}
