package collab_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/store"
)

// Terms and answers cross each other on a line that delays, repeats and loses them. TestTermsAndAnswersConverge walks through
// every order in which two scripts of actions, the sending of messages, the arrival of calls and of their replies can happen,
// and wants both systems to agree whenever the line is quiet, and the line to come to rest from wherever it stands.

// race is one world whose calls wait on the line until they are let through.
type race struct {
	*world
	id       collab.ProjectID
	scripts  [2][]string
	calls    []*wired
	sending  [2]*wired // the delivery of each side that waits for its reply
	again    int       // how many calls may arrive once more
	lose     int       // how many replies may be lost
	at       time.Time // of the queues
	finished chan error
	blocked  chan *wired
}

// wired is a call on the line. It may arrive again when its sender has long gone on.
type wired struct {
	from     int
	payload  string
	arrive   func() (collab.AnswerReply, error)
	arrived  int
	reply    collab.AnswerReply
	err      error
	resume   chan wiredReply
	queue    store.Queue
	message  store.Message
	finished bool
}

type wiredReply struct {
	reply collab.AnswerReply
	err   error
}

// line is the Peer of one side of a race.
type line struct {
	collab.Peer
	r    *race
	from int
}

func (l line) Terms(ctx context.Context, to collab.SystemID, call collab.Call, n collab.TermsNotice) error {
	_, err := l.wait(n, func() (collab.AnswerReply, error) { return collab.AnswerReply{}, l.Peer.Terms(ctx, to, call, n) })
	return err
}

func (l line) Answer(ctx context.Context, to collab.SystemID, call collab.Call, n collab.AnswerNotice) (collab.AnswerReply, error) {
	return l.wait(n, func() (collab.AnswerReply, error) { return l.Peer.Answer(ctx, to, call, n) })
}

func (l line) wait(n any, arrive func() (collab.AnswerReply, error)) (collab.AnswerReply, error) {
	c := &wired{from: l.from, payload: digestOf(n), arrive: arrive, resume: make(chan wiredReply)}
	l.r.blocked <- c
	got := <-c.resume
	return got.reply, got.err
}

func newRace(t *testing.T, scripts [2][]string, again, lose int) *race {
	r := &race{scripts: scripts, again: again, lose: lose, at: time.Now().UTC().Add(time.Hour), finished: make(chan error), blocked: make(chan *wired)}
	minted := 0
	r.world = worldOf(t, memory(), memory(), collabtest.Options{Paired: true, Collab: func(id collab.SystemID, cfg *collab.Config) {
		from := 0
		if id == collabtest.Birch {
			from = 1
		}
		cfg.Peer = line{cfg.Peer, r, from}
		cfg.NewID = func() string { minted++; return fmt.Sprintf("%s-%06d", id, minted) }
	}})
	alder := r.Alder
	_, err := alder.Collab.SaveClient(r.ctx, alder.Staff, collab.Client{ID: collabtest.Northwind, Name: "Northwind Coffee"})
	require.NoError(t, err)
	_, err = alder.Collab.SaveSurvey(r.ctx, alder.Staff, collab.Survey{ID: collabtest.DineIn, Client: collabtest.Northwind, Content: collab.SurveyContent{Name: "Dine-In", Distribution: collab.StatusFinalized}})
	require.NoError(t, err)
	pr := r.proposal()
	pr.Terms.CopyLocations, pr.Terms.Rules = false, false
	p, err := alder.Collab.Propose(r.ctx, alder.Staff, pr)
	require.NoError(t, err)
	r.id = p.ID
	return r
}

func (r *race) side(i int) *collabtest.Side { return []*collabtest.Side{r.Alder, r.Birch}[i] }

// act does the next thing that a side's script says; what is refused is left.
func (r *race) act(i int) {
	what := r.scripts[i][0]
	r.scripts[i] = r.scripts[i][1:]
	a, b := r.Alder, r.Birch
	terms := a.Collab.DefaultTerms()
	terms.CopyLocations = false
	switch what {
	case "edit":
		terms.Export = collab.StatusLocked
		_, _ = a.Collab.EditProposal(r.ctx, a.Staff, r.id, terms, 0)
	case "withdraw":
		_, _ = a.Collab.Withdraw(r.ctx, a.Staff, r.id, "no more", 0)
	case "settings":
		terms.Export = collab.StatusEmailed
		_, _ = a.Collab.UpdateSettings(r.ctx, a.Staff, r.id, collab.SettingsChange{Master: true, Mask: []collab.Field{collab.FieldExport}, Terms: terms}, 0)
	case "deactivate":
		_, _ = a.Collab.Deactivate(r.ctx, a.Staff, r.id, "over", 0)
	case "activate":
		_, _ = a.Collab.Activate(r.ctx, a.Staff, r.id, 0)
	case "accept":
		_, _ = b.Collab.Accept(r.ctx, b.Staff, r.id, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	case "decline":
		_, _ = b.Collab.Decline(r.ctx, b.Staff, r.id, "too far", 0)
	case "counter":
		terms.FeePayer = collab.PartySecondary
		_, _ = b.Collab.Counter(r.ctx, b.Staff, r.id, collab.Ask{Terms: terms, Note: "we pay"}, 0)
	case "share":
		_, _ = b.Collab.UpdateSettings(r.ctx, b.Staff, r.id, collab.SettingsChange{Mask: []collab.Field{collab.FieldSharing}, Sharing: true}, 0)
	default:
		r.t.Fatalf("no action %q", what)
	}
}

// send begins to deliver the oldest message of a side; it ends, or waits on the line.
func (r *race) send(i int) {
	q := r.side(i).DB.Messages()
	r.at = r.at.Add(time.Hour)
	ms, err := q.Lease(r.ctx, "race", r.at, r.at.Add(1000*time.Hour), 1)
	require.NoError(r.t, err)
	require.Len(r.t, ms, 1)
	m := ms[0]
	go func() {
		r.finished <- r.side(i).Collab.Deliver(r.ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload})
	}()
	select {
	case c := <-r.blocked:
		c.queue, c.message = q, m
		r.calls, r.sending[i] = append(r.calls, c), c
	case err := <-r.finished:
		r.settle(q, m, err)
	}
}

func (r *race) settle(q store.Queue, m store.Message, err error) {
	end := store.Settlement{State: store.MessageDone, At: r.at}
	if err != nil {
		end = store.Settlement{State: store.MessageWaiting, NextAt: r.at, At: r.at}
		var permanent interface{ Permanent() bool }
		require.False(r.t, errors.As(err, &permanent) && permanent.Permanent(), "%s is given up: %v", m.Key, err)
	}
	require.NoError(r.t, q.Settle(r.ctx, m.ID, m.Token, end))
}

// hear lets a waiting delivery go on with its reply, or with none.
func (r *race) hear(i int, lost bool) {
	c := r.sending[i]
	r.sending[i], c.finished = nil, true
	got := wiredReply{c.reply, c.err}
	if lost {
		r.lose--
		got = wiredReply{err: fmt.Errorf("lost: %w", collab.ErrPeer)}
	}
	c.resume <- got
	r.settle(c.queue, c.message, <-r.finished)
}

// steps lists what can happen next.
func (r *race) steps() []string {
	var out []string
	for i, name := range []string{"alder", "birch"} {
		if len(r.scripts[i]) > 0 {
			out = append(out, name+" acts")
		}
		if r.sending[i] == nil && r.waiting(i) > 0 {
			out = append(out, name+" sends")
		}
		if c := r.sending[i]; c != nil {
			if c.arrived > 0 {
				out = append(out, name+" hears")
			}
			if r.lose > 0 {
				out = append(out, name+" loses")
			}
		}
	}
	for i, c := range r.calls {
		if c.arrived == 0 || c.arrived == 1 && r.again > 0 {
			out = append(out, fmt.Sprintf("arrives %d", i))
		}
	}
	return out
}

func (r *race) step(what string) {
	var call int
	switch {
	case what == "alder acts":
		r.act(0)
	case what == "birch acts":
		r.act(1)
	case what == "alder sends":
		r.send(0)
	case what == "birch sends":
		r.send(1)
	case strings.HasSuffix(what, " hears"), strings.HasSuffix(what, " loses"):
		i := 0
		if strings.HasPrefix(what, "birch") {
			i = 1
		}
		r.hear(i, strings.HasSuffix(what, "loses"))
	default:
		_, err := fmt.Sscanf(what, "arrives %d", &call)
		require.NoError(r.t, err)
		c := r.calls[call]
		if c.arrived++; c.arrived > 1 {
			r.again--
		}
		reply, err := c.arrive()
		if c.arrived == 1 {
			c.reply, c.err = reply, err
		}
	}
}

func (r *race) waiting(i int) int {
	ms, err := r.side(i).DB.Messages().List(r.ctx, store.MessageQuery{State: store.MessageWaiting})
	require.NoError(r.t, err)
	return len(ms)
}

// both returns the project as the two sides have it; birch may not have it yet.
func (r *race) both() (ps [2]collab.Project) {
	for i := range ps {
		r.view(r.side(i), func(ctx context.Context, v collab.View) error {
			all, err := v.Projects.List(ctx, collab.ProjectQuery{})
			if len(all) > 0 {
				ps[i] = all[0]
			}
			return err
		})
		ps[i].Version, ps[i].CreatedAt, ps[i].ChangedAt = 0, time.Time{}, time.Time{}
	}
	return ps
}

// digestOf tells values apart, whatever ids they were given.
func digestOf(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(minted.ReplaceAll(body, []byte("#")))
	return hex.EncodeToString(sum[:])
}

// seen is all that what follows depends on.
func (r *race) seen() string {
	var calls []string
	for _, c := range r.calls {
		waits := !c.finished
		if !waits && (c.arrived > 1 || c.arrived == 1 && r.again == 0) {
			continue
		}
		reply := ""
		if waits && c.arrived > 0 {
			reply = digestOf([]any{c.reply, c.err != nil})
		}
		calls = append(calls, fmt.Sprint(c.from, c.payload, c.arrived, waits, reply))
	}
	slices.Sort(calls)
	return digestOf([]any{r.both(), r.scripts, slices.Compact(calls), r.again, r.lose, r.waiting(0), r.waiting(1)})
}

// quiet reports whether nothing is to be done or under way.
func (r *race) quiet() bool {
	return len(r.scripts[0])+len(r.scripts[1]) == 0 && r.sending == [2]*wired{} && r.waiting(0)+r.waiting(1) == 0
}

// agree compares what both sides must have in common when the line is quiet.
func (r *race) agree(path []string) {
	type common struct {
		State                  collab.State
		Reason                 string
		Attention              collab.Party
		Terms                  collab.Terms
		TermsRev, SurveyRev    int64
		Asked                  *collab.Ask
		Sharing, Confirmed     bool
		Contact                string
		Client, Survey         string
		TheirClient, TheirSurv string
	}
	var got [2]common
	for i, p := range r.both() {
		c := common{State: p.State, Reason: p.Reason, Attention: p.Attention, Terms: p.Terms, TermsRev: p.TermsRev, SurveyRev: p.SurveyRev, Asked: p.Asked}
		ours, theirs := [2]string{string(p.Client), string(p.Survey)}, [2]string{string(p.TheirClient), string(p.TheirSurvey)}
		if i == 1 {
			ours, theirs = theirs, ours
		}
		c.Client, c.Survey = ours[0], ours[1]
		if p.State == collab.StateAccepted || p.State == collab.StateInactive {
			c.Sharing, c.Confirmed, c.Contact, c.TheirClient, c.TheirSurv = p.Sharing, p.Confirmed, p.Contact, theirs[0], theirs[1]
			require.True(r.t, p.Confirmed, "%v", path)
		}
		got[i] = c
	}
	if d := cmp.Diff(got[0], got[1]); d != "" {
		r.t.Fatalf("after %q the sides differ (-alder +birch):\n%s", path, d)
	}
}

// TestTermsAndAnswersConverge explores pairs of scripts. MSPKIT_DEEP=1 adds longer ones, and more that is lost and repeated
// (minutes).
func TestTermsAndAnswersConverge(t *testing.T) {
	t.Parallel()
	alder := []string{"", "edit", "withdraw", "settings", "deactivate"}
	birch := []string{"accept", "decline", "counter"}
	again, lose := 1, 0
	if os.Getenv("MSPKIT_DEEP") != "" {
		alder = append(alder, "edit edit", "edit withdraw", "settings deactivate", "deactivate activate", "edit settings")
		birch = append(birch, "accept share", "counter accept", "counter decline", "accept accept")
		lose = 1
	}
	t.Run("one lost", func(t *testing.T) {
		t.Parallel()
		explore(t, func() *race { return newRace(t, [2][]string{nil, {"accept", "share"}}, again, 1) })
	})
	scripts := [][2]string{{"settings", "accept share"}}
	for _, a := range alder {
		for _, b := range birch {
			scripts = append(scripts, [2]string{a, b})
		}
	}
	for _, s := range scripts {
		t.Run(s[0]+"|"+s[1], func(t *testing.T) {
			t.Parallel()
			explore(t, func() *race { return newRace(t, [2][]string{strings.Fields(s[0]), strings.Fields(s[1])}, again, lose) })
		})
	}
}

// explore walks through every state that can be reached, each once. A state is reached again by its path.
func explore(t *testing.T, begin func() *race) {
	type ahead struct {
		path []string
		from string
	}
	before, quiet := map[string][]string{}, []string{} // of each state those that lead to it
	paths := map[string][]string{}
	for todo := []ahead{{}}; len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		r, path, from := begin(), next.path, next.from
		for _, step := range path {
			r.step(step)
		}
		for {
			at := r.seen()
			_, been := before[at]
			before[at] = append(before[at], from)
			if been {
				break
			}
			paths[at] = path
			if r.quiet() {
				quiet = append(quiet, at)
				r.agree(path)
			}
			steps := r.steps()
			if len(steps) == 0 {
				break
			}
			for _, s := range steps[1:] {
				todo = append(todo, ahead{append(slices.Clone(path), s), at})
			}
			path, from = append(slices.Clone(path), steps[0]), at
			r.step(steps[0])
		}
		r.end()
	}
	restful := map[string]bool{}
	for _, at := range quiet {
		restful[at] = true
	}
	for i := 0; i < len(quiet); i++ {
		for _, from := range before[quiet[i]] {
			if !restful[from] {
				restful[from] = true
				quiet = append(quiet, from)
			}
		}
	}
	for at, path := range paths {
		require.True(t, restful[at], "after %q the line never comes to rest", path)
	}
	t.Logf("%d states", len(paths))
}

// end lets go of what still waits.
func (r *race) end() {
	for i, c := range r.sending {
		if c != nil {
			r.hear(i, true)
		}
	}
}
