package collabhttp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// loseReplies has the next n requests carried out and cuts the connection in place of an answer.
func loseReplies(n int) func(on) bool {
	var mu sync.Mutex
	return func(o on) bool {
		mu.Lock()
		lose := n > 0
		n--
		mu.Unlock()
		if !lose {
			return false
		}
		o.next.ServeHTTP(httptest.NewRecorder(), o.r)
		panic(http.ErrAbortHandler)
	}
}

// instead has the partner answer every request in this way, without carrying it out.
func instead(status int, contentType, body string) func(on) bool {
	return func(o on) bool {
		o.w.Header().Set("Content-Type", contentType)
		o.w.WriteHeader(status)
		_, _ = o.w.Write([]byte(body))
		return true
	}
}

func TestPartnerThatAnswersRubbishDoesNotAnswer(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	stranger, err := GenerateKey(nil)
	require.NoError(t, err)
	// signed has the answer signed by a key for a request, as a partner would that has lost its mind.
	signed := func(key PrivateKey, status int, contentType, body string, edit func(*http.Request)) func(on) bool {
		return func(o on) bool {
			r := o.r.Clone(o.r.Context())
			if edit != nil {
				edit(r)
			}
			o.w.Header().Set("Content-Type", contentType)
			s := &Signer{Key: key, Authority: w.birch.signer.Authority}
			_ = s.SignResponse(r, status, o.w.Header(), []byte(body))
			o.w.WriteHeader(status)
			_, _ = o.w.Write([]byte(body))
			return true
		}
	}
	const survey = `{"survey":"s","version":1,"rev":1,"content":{"name":"n","distribution":"Finalized"}}`
	ways := map[string]func(on) bool{
		"a page of a proxy":              instead(200, "text/html", "<html>hello</html>"),
		"a page of a proxy that failed":  instead(502, "text/html", "<h1>Bad Gateway</h1>"),
		"an unsigned problem":            instead(404, problemJSON, `{"type":"urn:mspkit:not_found","title":"not found","status":404}`),
		"an unsigned internal error":     instead(500, problemJSON, `{"type":"urn:mspkit:internal","title":"internal error","status":500}`),
		"an unsigned reply":              instead(200, jsonType, survey),
		"nothing":                        instead(200, jsonType, ""),
		"no content":                     instead(204, jsonType, ""),
		"too much":                       instead(200, jsonType, strings.Repeat(" ", MaxBody+1)),
		"a signed reply that breaks off": signed(w.birch.key, 200, jsonType, survey[:40], nil),
		"a signed reply of another kind": signed(w.birch.key, 200, jsonType, `{"taken":true}`, nil),
		"fingerprints that are none":     signed(w.birch.key, 200, jsonType, `{"head":{"revision":1,"root":"xyz","nodes":0,"source":0},"entries":[]}`, nil),
		"a signed page":                  signed(w.birch.key, 200, "text/html", "<html>", nil),
		"a signed problem of no type":    signed(w.birch.key, 404, problemJSON, `{"title":"x","status":404}`, nil),
		"a signed unknown problem":       signed(w.birch.key, 418, problemJSON, `{"type":"urn:mspkit:teapot","title":"x","status":418}`, nil),
		"a foreign problem":              signed(w.birch.key, 404, problemJSON, `{"type":"urn:else:x:not_found","title":"x","status":404}`, nil),
		"a reply signed by a stranger":   signed(stranger, 200, jsonType, survey, nil),
		"a reply to another request":     signed(w.birch.key, 200, jsonType, survey, func(r *http.Request) { r.RequestURI += "?x=1" }),
		"a reply by another method":      signed(w.birch.key, 200, jsonType, survey, func(r *http.Request) { r.Method = http.MethodHead }),
		"a redirect": func(o on) bool {
			http.Redirect(o.w, o.r, "/elsewhere", http.StatusFound)
			return true
		},
		"a cut": func(on) bool { panic(http.ErrAbortHandler) },
		"a promise of more": func(o on) bool {
			o.w.Header().Set("Content-Length", strconv.Itoa(len(survey)+10))
			_, _ = o.w.Write([]byte(survey))
			return true
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			w.birch.between(way)
			state, err := w.alder.client.Survey(w.ctx, collabtest.Birch, id)
			require.ErrorIs(t, err, collab.ErrPeer)
			require.Empty(t, state)
			require.NotErrorIs(t, err, collab.ErrNotFound, "what nobody vouches for is no decision")
			require.NotErrorIs(t, err, collab.ErrInvalid)
			_, err = w.alder.client.Places().Look(w.ctx, locations.PartnerID(collabtest.Birch), locations.ProjectID(id), []locations.Key{""})
			require.ErrorIs(t, err, collab.ErrPeer)
			require.NotErrorIs(t, err, locations.ErrInvalid)
		})
	}
	w.birch.way.Store(nil)
	_, err = w.alder.client.Survey(w.ctx, collabtest.Birch, id)
	require.NoError(t, err)
}

func TestPartnerThatIsDownDoesNotAnswer(t *testing.T) {
	w := partners(t)
	gone := httptest.NewServer(nil)
	url := gone.URL
	gone.Close()
	at := w.birch.url
	w.birch.url = url
	w.register(w.alder, w.birch)
	_, err := w.alder.client.Hello(w.ctx, collabtest.Birch, greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPeer)
	_, err = w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, w.proposal())
	require.ErrorIs(t, err, collab.ErrPeer, "as in the library")
	w.birch.url = at
	w.register(w.alder, w.birch)

	w.birch.between(func(on) bool { time.Sleep(50 * time.Millisecond); panic(http.ErrAbortHandler) })
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Millisecond)
	defer cancel()
	_, err = w.alder.client.Hello(ctx, collabtest.Birch, greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPeer)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestGivingUpBetweenTriesSaysSo(t *testing.T) {
	w := partners(t)
	w.birch.between(instead(503, "text/plain", "busy"))
	cfg := w.alder.client.cfg
	cfg.Wait, cfg.Tries = 10*time.Second, 5
	ctx, cancel := context.WithTimeout(w.ctx, 200*time.Millisecond)
	defer cancel()
	_, err := NewClient(cfg).Hello(ctx, collabtest.Birch, greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPeer)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAddressOutsideThePolicyIsNotTriedAgain(t *testing.T) {
	w := partners(t)
	cfg := w.alder.client.cfg
	cfg.HTTP, cfg.Wait = NewHTTPClient(DialPolicy{}), time.Hour
	_, err := NewClient(cfg).Hello(w.ctx, collabtest.Birch, greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPeer)
	require.ErrorIs(t, err, ErrURL)
}

func TestStrangersAreNotAsked(t *testing.T) {
	w := partners(t)
	_, err := w.alder.client.Hello(w.ctx, "nobody", greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPartner)
	require.NotErrorIs(t, err, collab.ErrNotFound)
}

// TestTriesAreSignedAnewUnderOneKey looks at what leaves for a partner that fails twice.
func TestTriesAreSignedAnewUnderOneKey(t *testing.T) {
	w := partners(t)
	id := w.proposed()
	type try struct{ Key, Nonce string }
	var tries []try
	w.birch.between(func(o on) bool {
		got, err := (&Verifier{Keys: knows(w.alder.key), Authority: w.birch.signer.Authority}).VerifyRequest(o.r, mustRead(t, o.r))
		if err != nil {
			t.Errorf("try %d: %v", len(tries)+1, err)
		}
		tries = append(tries, try{o.r.Header.Get("Idempotency-Key"), got.Nonce})
		return instead([]int{503, 429, 500}[len(tries)-1], "text/plain", "later")(o)
	})
	err := w.alder.client.Terms(w.ctx, collabtest.Birch, collab.Call{Key: "terms/" + string(id)}, collab.TermsNotice{Project: id})
	require.ErrorIs(t, err, collab.ErrPeer)
	require.Len(t, tries, 3, "three tries are the default")
	for i, x := range tries {
		require.Equal(t, "terms/"+string(id), x.Key)
		require.NotEqual(t, tries[(i+1)%3].Nonce, x.Nonce)
	}
}

// TestLostReplyIsAnsweredAgain cuts the connection after the write has been committed over there.
func TestLostReplyIsAnsweredAgain(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	notice := w.notice(id)
	notice.Rev++
	notice.Terms.FeePayer = collab.PartySecondary
	before := w.history(w.birch)
	w.birch.between(loseReplies(2))
	require.NoError(t, w.alder.client.Terms(w.ctx, collabtest.Birch, collab.Call{Key: "once"}, notice))
	require.Equal(t, before+1, w.history(w.birch), "three requests, one effect")
	require.Equal(t, collab.PartySecondary, w.project(w.birch, id).Terms.FeePayer)

	shop := w.shop(w.birch, "501")
	back := collab.ReturnNotice{Project: id, Shop: "501", Epoch: shop.Epoch + 1, Rev: shop.Version, Content: shop.Content, By: "sam"}
	back.Content.Comments = "shorter"
	w.birch.between(loseReplies(1))
	lost, err := w.alder.client.Return(w.ctx, collabtest.Birch, collab.Call{Key: "back"}, back)
	require.NoError(t, err)
	again, err := w.alder.client.Return(w.ctx, collabtest.Birch, collab.Call{Key: "back"}, back)
	require.NoError(t, err)
	require.Equal(t, lost, again)
	require.Equal(t, collab.ReturnReply{Done: true, Rev: shop.Version + 1}, again)
}

// TestPushWhoseRepliesAreLostIsMadeOnce loses the reply of the page and that of the commit.
func TestPushWhoseRepliesAreLostIsMadeOnce(t *testing.T) {
	w := partners(t)
	id := locations.ProjectID(w.accepted())
	_, err := w.Alder.Locations.Load(w.ctx, w.Alder.Keys, locations.SetID(collabtest.Northwind), []locations.Node{{Key: locations.PathKey("South"), Level: 3, Name: "South"}}, locations.LoadOptions{})
	require.NoError(t, err)
	found, err := w.Alder.Locations.Compare(w.ctx, w.Alder.Keys, id)
	require.NoError(t, err)
	lost := map[string]bool{}
	w.birch.between(func(o on) bool {
		if lost[o.r.URL.Path] {
			return false
		}
		lost[o.r.URL.Path] = true
		return loseReplies(1)(o)
	})
	receipt, err := w.Alder.Locations.Push(w.ctx, w.Alder.Keys, locations.PlanPush(found), locations.PushOptions{})
	require.NoError(t, err)
	require.Len(t, lost, 2)
	require.Equal(t, locations.PushReceipt{Revision: found.Theirs.Revision + 1, Root: found.Ours.Root, Created: 1}, receipt)
}

func TestWhatIsMissingIsMissedAtOnce(t *testing.T) {
	t.Parallel()
	require.Panics(t, func() { NewClient(ClientConfig{}) })
	require.Panics(t, func() { NewHandler(HandlerConfig{}) })
}

// TestRequestSentTwiceOnItsWayIsAnswered has something in between repeat each write, nonce and all.
func TestRequestSentTwiceOnItsWayIsAnswered(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	notice := w.notice(id)
	notice.Rev++
	before := w.history(w.birch)
	first := true
	w.birch.between(func(o on) bool {
		if !first {
			return false
		}
		first = false
		body := mustRead(t, o.r)
		o.next.ServeHTTP(httptest.NewRecorder(), o.r)
		o.r.Body = readCloser(body)
		return false
	})
	require.NoError(t, w.alder.client.Terms(w.ctx, collabtest.Birch, collab.Call{Key: "once"}, notice))
	require.False(t, first)
	require.Equal(t, before+1, w.history(w.birch))
}

func TestAnyTextCanBeAKey(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	for i, key := range []string{"two words", "a,b", " blank ", "Zürich/1", strings.Repeat("k", 5000), "line\nbreak"} {
		notice := w.notice(id)
		notice.Rev += int64(i) + 1
		before := w.history(w.birch)
		for range 2 {
			require.NoError(t, w.alder.client.Terms(w.ctx, collabtest.Birch, collab.Call{Key: key}, notice), "key %d", i)
		}
		require.Equal(t, before+1, w.history(w.birch), "key %d", i)
		notice.Reason = "another"
		require.ErrorIs(t, w.alder.client.Terms(w.ctx, collabtest.Birch, collab.Call{Key: key}, notice), collab.ErrKeyReused)
	}
}

func TestAnyTextCanBeAnID(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	for _, odd := range []collab.ShopID{"...", "a/b", "a b", "%2e", "ä?x=1#y", "+", "a;b", "//", "\\"} {
		shop := w.shop(w.birch, "501")
		shop.ID, shop.Version = odd, 0
		_, err := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, []collab.Shop{shop})
		require.NoError(t, err)
		shop = w.shop(w.birch, odd)
		reply, err := w.alder.client.Return(w.ctx, collabtest.Birch, collab.Call{Key: "c"}, collab.ReturnNotice{Project: id, Shop: odd, Epoch: 1, Rev: shop.Version, Content: shop.Content, Check: true, By: "sam"})
		require.NoError(t, err, "shop %q", odd)
		require.Equal(t, shop.Version, reply.Rev)
		page, err := w.alder.client.Shops(w.ctx, collabtest.Birch, collab.HeaderQuery{Project: id, After: odd, Limit: 1})
		require.NoError(t, err, "shop %q", odd)
		for _, h := range page.Headers {
			require.Greater(t, h.Shop, odd)
		}
		_, err = w.alder.client.Survey(w.ctx, collabtest.Birch, collab.ProjectID(odd))
		require.ErrorIs(t, err, collab.ErrNotFound, "project %q", odd)
	}
	for _, dots := range []collab.ProjectID{".", ".."} {
		_, err := w.alder.client.Survey(w.ctx, collabtest.Birch, dots)
		require.ErrorIs(t, err, collab.ErrNotFound, "project %q", dots)
	}
}

func TestSkewOfClocksIsTold(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"ahead": 20 * time.Minute, "behind": -20 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			w := strangers(t)
			w.birch.ahead.Store(int64(ahead))
			w.register(w.alder, w.birch)
			w.register(w.birch, w.alder)
			_, err := w.alder.client.Hello(w.ctx, collabtest.Birch, greeting(w.alder))
			var skew *SkewError
			require.ErrorAs(t, err, &skew)
			require.InDelta(t, ahead.Seconds(), skew.Skew.Seconds(), 5, "the partner's clock less ours")
			require.Equal(t, maxSkew, skew.Allowed)
			require.ErrorIs(t, err, collab.ErrPeer)

			// A client whose own check of the answer is wider meets what the partner says.
			r := w.request(http.MethodPost, "hello", []byte(`{}`))
			p := w.send(r).problem(t)
			require.Equal(t, problemType+"clock_skew", p.Type)
			require.ErrorAs(t, remoteError(collabtest.Birch, p), &skew)
			require.InDelta(t, ahead.Seconds(), skew.Skew.Seconds(), 5)
		})
	}
}

// wide is a half of a system with very many locations below any three parents.
type wide struct{ locations.Peer }

func (p wide) Look(ctx context.Context, other locations.PartnerID, project locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	look, err := p.Peer.Look(ctx, other, project, parents)
	if len(parents) > 2 || len(parents) > 0 && parents[0] == "huge" {
		look.Entries = append(look.Entries, locations.Entry{Key: locations.Key(strings.Repeat("k", MaxBody))})
	}
	return look, err
}

func TestLookThatIsTooLargeIsAskedInHalves(t *testing.T) {
	w := partners(t)
	id, birch := locations.ProjectID(w.accepted()), locations.PartnerID(collabtest.Birch)
	parents := []locations.Key{"", locations.PathKey("West"), locations.PathKey("Midwest"), locations.PathKey("West", "Seattle N"), locations.PathKey("West", "Portland")}
	whole, err := w.alder.client.Places().Look(w.ctx, birch, id, parents)
	require.NoError(t, err)
	require.Len(t, whole.Entries, 9)
	w.birch.handler = NewHandler(HandlerConfig{Peer: w.Birch.Collab.Inbound(), Pairer: w.Birch.Collab.InboundPairer(), Places: wide{w.Birch.Locations.Inbound()}, Partner: w.Birch.Collab.PartnerByKey, Signer: w.birch.signer})
	parts, err := w.alder.client.Places().Look(w.ctx, birch, id, parents)
	require.NoError(t, err)
	if diff := cmp.Diff(whole, parts); diff != "" {
		t.Errorf("the parts are not the whole (-whole +parts):\n%s", diff)
	}
	_, err = w.alder.client.Places().Look(w.ctx, birch, id, []locations.Key{"huge"})
	require.ErrorIs(t, err, collab.ErrPeer)
	require.ErrorAs(t, err, new(*TooLargeError))
}

// Nodes with so much text that one answer cannot hold them still arrive, whichever way they go.
func TestNodesThatAreTooLargeTravelInParts(t *testing.T) {
	w := partners(t)
	id, set := locations.ProjectID(w.accepted()), locations.SetID(collabtest.Northwind)
	var keys []locations.Key
	for begin := range 4 {
		var edits []locations.Edit
		for i := range 80 {
			n := locations.Node{Key: locations.Key(fmt.Sprintf("long-%d-%02d", begin, i)), Parent: locations.PathKey("West", "Portland"), Level: 1, Name: "Long",
				Place: locations.Place{Hours: strings.Repeat("h", 50_000)}}
			edits, keys = append(edits, locations.Put(n)), append(keys, n.Key)
		}
		head, err := w.Alder.Locations.Head(w.ctx, set)
		require.NoError(t, err)
		_, err = w.Alder.Locations.Edit(w.ctx, w.Alder.Keys, set, head.Revision, edits...)
		require.NoError(t, err)
	}
	require.NoError(t, w.Alder.Locations.Deliver(w.ctx, locations.PushMessage(id, time.Unix(1, 0))))
	nodes, err := w.alder.client.Places().Nodes(w.ctx, locations.PartnerID(collabtest.Birch), id, keys)
	require.NoError(t, err)
	require.Len(t, nodes, len(keys))
	for i, n := range nodes {
		require.Equal(t, keys[i], n.Key)
		require.Len(t, n.Place.Hours, 50_000)
	}
}

// notice is alder's half of a project as birch has it.
func (w *world) notice(id collab.ProjectID) collab.TermsNotice {
	p := w.project(w.alder, id)
	return collab.TermsNotice{Project: id, Rev: p.TermsRev, State: p.State, Target: p.Target, Client: p.Client, Name: p.ClientName, Survey: p.Survey, Title: p.SurveyName, Terms: p.Terms, SurveyRev: p.SurveyRev, Heard: p.AnswerRev}
}

func mustRead(t *testing.T, r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	return body
}

func readCloser(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
