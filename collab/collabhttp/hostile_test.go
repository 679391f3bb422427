package collabhttp

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// unchanged runs fn and wants birch to remember nothing of it.
func (w *world) unchanged(fn func()) {
	w.t.Helper()
	before := w.history(w.birch)
	fn()
	require.Equal(w.t, before, w.history(w.birch), "a refused request changes nothing")
}

// refused sends a request and wants a signed problem with this code.
func (w *world) refused(r *http.Request, status int, code string) wireProblem {
	w.t.Helper()
	a := w.send(r)
	p := a.problem(w.t)
	require.Equal(w.t, problemType+code, p.Type, "%s", a.body)
	require.Equal(w.t, status, a.status)
	require.Equal(w.t, status, p.Status)
	require.NoError(w.t, a.signed, "a problem is signed like any answer")
	return p
}

func TestBodiesAreReadOneWay(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	n := w.notice(id)
	n.Rev++
	good := string(mustMarshal(t, toNotice(n)))
	path := projectPath(id, "terms")
	in := func(old, with string) string {
		out := strings.Replace(good, old, with, 1)
		require.NotEqual(t, good, out)
		return out
	}
	w.unchanged(func() {
		for name, body := range map[string]string{
			"unknown member":        in(`{"project"`, `{"projects":1,"project"`),
			"unknown member within": in(`"terms":{`, `"terms":{"lock":true,`),
			"repeated member":       in(`{"project"`, `{"rev":1,"project"`),
			"other letter case":     in(`"project"`, `"Project"`),
			"trailing data":         good + `{}`,
			"trailing text":         good + `x`,
			"an array":              "[" + good + "]",
			"null":                  "null",
			"nothing":               "",
			"not UTF-8":             in(`"client":"`, "\"client\":\"\xff"),
			"a lone surrogate":      in(`"client":"`, `"client":"\ud800`),
			"a number as text":      in(fmt.Sprintf(`"rev":%d`, n.Rev), fmt.Sprintf(`"rev":"%d"`, n.Rev)),
			"a fraction":            in(fmt.Sprintf(`"rev":%d`, n.Rev), `"rev":1.5`),
			"an overflow":           in(fmt.Sprintf(`"rev":%d`, n.Rev), `"rev":9223372036854775808`),
			"an unknown state":      in(`"accepted"`, `"Accepted"`),
			"too deep":              in(`"terms":{`, `"terms":{"except":`+strings.Repeat("[", maxDepth)),
			"too many items":        in(`{"project"`, `{"x":[`+strings.Repeat("1,", maxItems)+`1],"project"`),
		} {
			code, status := "body", http.StatusBadRequest
			if name == "null" { // which says nothing at all
				code, status = "invalid", http.StatusUnprocessableEntity
			}
			t.Log(name)
			w.refused(w.request(http.MethodPut, path, []byte(body)), status, code)
		}
		w.refused(w.request(http.MethodPut, path, []byte(good+strings.Repeat(" ", MaxBody))), http.StatusRequestEntityTooLarge, "too_large")
		w.refused(w.request(http.MethodPut, path, []byte(good), func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), http.StatusBadRequest, "body")
		w.refused(w.request(http.MethodPut, path, []byte(good), func(r *http.Request) { r.Header.Set("Idempotency-Key", strings.Repeat("k", maxKey+1)) }), http.StatusUnprocessableEntity, "invalid")
		w.refused(w.request(http.MethodPut, path+"?x=1", []byte(good)), http.StatusUnprocessableEntity, "invalid")
		w.refused(w.request(http.MethodPut, projectPath("another", "terms"), []byte(good)), http.StatusUnprocessableEntity, "invalid")
		for _, query := range []string{"limit=x", "limit=-1", "limit=501", "limit=1&limit=2", "Limit=1", "x=1", "limit=%zz", "a;b"} {
			w.refused(w.request(http.MethodGet, projectPath(id, "shops?"+query), nil), http.StatusUnprocessableEntity, "invalid")
		}
	})
	a := w.send(w.request(http.MethodPut, path, []byte(good)))
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	require.NoError(t, a.signed)
	require.Equal(t, "{}", string(a.body))
}

func TestAddressesThatAreNoOperationAreAnswered(t *testing.T) {
	w := partners(t)
	for _, path := range []string{"", "hello/", "helo", "projects//terms", "projects/../hello", "projects/./terms", "//hello", "projects/p/shops/s/return/x", "../v2/hello"} {
		w.refused(w.request(http.MethodPut, path, []byte("{}")), http.StatusNotFound, "not_found")
	}
	w.refused(w.request(http.MethodDelete, "hello", []byte("{}")), http.StatusNotFound, "not_found")
	w.refused(w.request(http.MethodGet, "hello", nil), http.StatusNotFound, "not_found")
}

// TestSignaturesAreNeeded also holds that whoever is no partner, or not yet, or no longer, is told the same.
func TestSignaturesAreNeeded(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	n := w.notice(id)
	n.Rev++
	body := mustMarshal(t, toNotice(n))
	put := func(edits ...func(*http.Request)) *http.Request {
		return w.request(http.MethodPut, projectPath(id, "terms"), body, edits...)
	}
	w.unchanged(func() {
		bare := put()
		bare.Header.Del("Signature")
		bare.Header.Del("Signature-Input")
		a := w.send(bare)
		require.Equal(t, http.StatusUnauthorized, a.status)
		require.Equal(t, problemType+"signature", a.problem(t).Type)
		require.ErrorIs(t, a.signed, ErrUnsigned, "there is nothing to bind an answer to")

		other := put()
		other.Method = http.MethodPost
		w.refused(other, http.StatusNotFound, "not_found")
		changed := put()
		changed.Header.Set("Idempotency-Key", "another")
		w.refused(changed, http.StatusUnauthorized, "signature")
		digest := put()
		digest.Header.Set("Content-Digest", contentDigest([]byte("else")))
		w.refused(digest, http.StatusUnauthorized, "signature")

		elsewhere := *w.alder.signer
		r := put()
		r.Host = "else.example"
		require.NoError(t, elsewhere.SignRequest(r, body))
		r.Host = ""
		a = w.send(r)
		require.Equal(t, problemType+"signature", a.problem(t).Type, "a request for another system")

		stranger, err := GenerateKey(nil)
		require.NoError(t, err)
		known := w.alder.signer
		forged := *known
		forged.Key = namedKey{stranger, w.alder.key.ID()}
		w.alder.signer = &forged
		w.refused(put(), http.StatusUnauthorized, "signature")

		strange := *known
		strange.Key = stranger
		w.alder.signer = &strange
		unknown := w.refused(put(), http.StatusForbidden, "partner")
		w.alder.signer = known
		for _, state := range []collab.PartnerState{collab.PartnerPending, collab.PartnerRevoked} {
			w.setPartner(w.birch, w.alder, state)
			if diff := cmp.Diff(unknown, w.refused(put(), http.StatusForbidden, "partner")); diff != "" {
				t.Errorf("%s is told something else than a stranger:\n%s", state, diff)
			}
			for _, op := range operations() {
				if method, path, _ := strings.Cut(op, " "); !strings.HasSuffix(path, "/pair") {
					r := w.request(method, strings.NewReplacer(Prefix, "", "{project}", string(id), "{", "", "}", "").Replace(path), map[bool][]byte{true: []byte("{}")}[method != http.MethodGet])
					w.refused(r, http.StatusForbidden, "partner")
				}
			}
		}
	})
}

// namedKey signs under the id of another key.
type namedKey struct {
	Key
	id string
}

func (k namedKey) ID() string { return k.id }

// setPartner puts other into a state at n without a word in history.
func (w *world) setPartner(n, other *node, state collab.PartnerState) {
	w.t.Helper()
	require.NoError(w.t, store.Collab(n.db.For(string(n.ID))).Update(w.ctx, func(ctx context.Context, tx collab.Tx) error {
		p, err := tx.Partners.Partner(ctx, other.ID)
		if err != nil {
			return err
		}
		p.State = state
		return tx.Partners.PutPartner(ctx, p)
	}))
}

func TestWritesAreTakenOnce(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	n := w.notice(id)
	n.Rev++
	body := mustMarshal(t, toNotice(n))
	path := projectPath(id, "terms")
	with := func(key string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Idempotency-Key", key) }
	}
	before := w.history(w.birch)
	r := w.request(http.MethodPut, path, body, with("one"))
	first := w.send(r)
	require.Equal(t, http.StatusOK, first.status)
	require.Equal(t, before+1, w.history(w.birch))
	w.unchanged(func() {
		w.refused(r, http.StatusConflict, "replayed")
		again := w.send(w.request(http.MethodPut, path, body, with("one")))
		require.Equal(t, first.body, again.body, "the same key has the same answer")
		w.refused(w.request(http.MethodPut, path, mustMarshal(t, toNotice(w.notice(id))), with("one")), http.StatusUnprocessableEntity, "key_reused")
		w.refused(w.request(http.MethodPut, projectPath(id, "survey"), mustMarshal(t, wireSurveyNotice{By: "sam"}), with("one")), http.StatusUnprocessableEntity, "key_reused")

		bad := w.notice(id)
		bad.Name = ""
		refused := w.request(http.MethodPut, path, mustMarshal(t, toNotice(bad)), with("two"))
		w.refused(refused, http.StatusUnprocessableEntity, "invalid")
		w.refused(refused, http.StatusConflict, "replayed")
		w.refused(w.request(http.MethodPut, path, mustMarshal(t, toNotice(bad)), with("two")), http.StatusUnprocessableEntity, "invalid")

		stage := w.request(http.MethodPost, projectPath(id, "locations/pushes/x/pages"), []byte(`{"nodes":[]}`))
		require.Equal(t, http.StatusOK, w.send(stage).status)
		w.refused(stage, http.StatusConflict, "replayed")
	})
	n.Rev++
	require.NoError(t, w.alder.client.Terms(w.ctx, collabtest.Birch, collab.Call{Key: "two"}, n), "a key that met a refusal can be used again")
}

// TestConcurrentRepeatsHaveOneEffect sends the same write from many connections at once, and many others beside it.
func TestConcurrentRepeatsHaveOneEffect(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	shop := w.shop(w.birch, "501")
	back := collab.ReturnNotice{Project: id, Shop: "501", Epoch: shop.Epoch + 1, Rev: shop.Version, Content: shop.Content, By: "sam"}
	back.Content.Comments = "shorter"
	before := w.history(w.birch)
	var all sync.WaitGroup
	replies, errs := make([]collab.ReturnReply, 16), make([]error, 32)
	for i := range 16 {
		all.Go(func() {
			replies[i], errs[i] = w.alder.client.Return(w.ctx, collabtest.Birch, collab.Call{Key: "back"}, back)
		})
		all.Go(func() {
			_, errs[16+i] = w.alder.client.Survey(w.ctx, collabtest.Birch, id)
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	for _, r := range replies {
		require.Equal(t, collab.ReturnReply{Done: true, Rev: shop.Version + 1}, r)
	}
	require.Equal(t, before+1, w.history(w.birch))
}

func TestPartnersReachTheirOwnProjectsAlone(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	cedar := newNode(t, "cedar")
	_, err := w.Birch.Collab.Register(w.ctx, w.Birch.Admin, collab.Partner{ID: "cedar", URL: cedar.url, Keys: []collab.PartnerKey{cedar.public()}})
	require.NoError(t, err)
	w.alder.signer = &Signer{Key: cedar.key} // from here on cedar asks
	w.unchanged(func() {
		for _, op := range operations() {
			method, path, _ := strings.Cut(op, " ")
			if !strings.Contains(path, "{project}") {
				continue
			}
			var told []wireProblem
			for _, project := range []collab.ProjectID{id, "no-such-project"} {
				n := w.notice(id)
				n.Project, n.Rev = project, n.Rev+1
				bodies := map[string]any{
					"terms": toNotice(n), "answer": toAnswer(collab.AnswerNotice{Project: project, Rev: 9, TermsRev: 1, Decision: collab.DecisionDecline, Reason: "no"}),
					"survey": wireSurveyNotice{Rev: 9, Expect: 1, Content: toContent(collabtest.NorthwindSurveys()[0].Content), By: "mallory"}, "return": wireReturn{Epoch: 9, Rev: 1, By: "mallory"},
					"headers": wireShopIDs{[]string{"501"}}, "snapshots": wireShopIDs{[]string{"501"}}, "look": wireLookQuery{[]string{""}}, "nodes": wireKeys{[]string{"1001"}},
					"pages": wirePage{}, "{push}": wireCommit{},
				}
				var body []byte
				if method != http.MethodGet {
					body = mustMarshal(t, bodies[path[strings.LastIndex(path, "/")+1:]])
				}
				path := strings.NewReplacer(Prefix, "", "{project}", string(project), "{shop}", "501", "{push}", "x").Replace(path)
				told = append(told, w.refused(w.request(method, path, body), http.StatusNotFound, "not_found"))
			}
			if diff := cmp.Diff(told[0], told[1]); diff != "" {
				t.Errorf("%s: another's project is told from one that does not exist:\n%s", op, diff)
			}
		}
	})
}

func TestModuleThatIsOffIsNamed(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	require.NoError(t, w.Birch.Collab.SetModule(w.ctx, w.Birch.Admin, false))
	off := func(err error) {
		t.Helper()
		var named *collab.ModuleError
		require.ErrorAs(t, err, &named)
		require.Equal(t, collabtest.Birch, named.System)
	}
	c, places := w.alder.client, w.alder.client.Places()
	const birch, place = collabtest.Birch, locations.PartnerID(collabtest.Birch)
	project := locations.ProjectID(id)
	w.unchanged(func() {
		off(c.Terms(w.ctx, birch, collab.Call{Key: "k"}, w.notice(id)))
		_, err := c.Survey(w.ctx, birch, id)
		off(err)
		_, err = places.Look(w.ctx, place, project, []locations.Key{""})
		off(err)
		_, err = places.Nodes(w.ctx, place, project, []locations.Key{"1001"})
		off(err)
		off(places.Stage(w.ctx, place, locations.Call{Key: "k"}, locations.PushPage{Project: project, Push: "x"}))
		_, err = places.Commit(w.ctx, place, locations.Call{Key: "k"}, locations.PushCommit{Project: project, Push: "x"})
		off(err)
	})
	said, err := c.Hello(w.ctx, birch, greeting(w.alder))
	require.NoError(t, err)
	require.False(t, said.ModuleOn)
	_, err = w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, w.proposal())
	off(err)
}

func TestStrangersBodiesAreSmall(t *testing.T) {
	w := partners(t)
	body := mustMarshal(t, wirePair{Token: strings.Repeat("x", maxPair)})
	w.refused(w.request(http.MethodPost, "pair", body), http.StatusRequestEntityTooLarge, "too_large")
}

func TestForeignProtocolsAreRefused(t *testing.T) {
	w := partners(t)
	h := greeting(w.alder)
	h.Capabilities = []collab.Capability{{Name: "colour"}}
	_, err := w.alder.client.Hello(w.ctx, collabtest.Birch, h)
	require.NoError(t, err, "what is not critical is nothing to us")
	h.Capabilities[0].Critical = true
	_, err = w.alder.client.Hello(w.ctx, collabtest.Birch, h)
	require.ErrorIs(t, err, collab.ErrProtocol)
	h = greeting(w.alder)
	h.Protocol = 2
	_, err = w.alder.client.Hello(w.ctx, collabtest.Birch, h)
	require.ErrorIs(t, err, collab.ErrProtocol)
}

func TestPartnerThatIsSomebodyElseIsNoPartner(t *testing.T) {
	w := partners(t)
	require.NoError(t, store.Collab(w.alder.db.For("alder")).Update(w.ctx, func(ctx context.Context, tx collab.Tx) error {
		p, err := tx.Partners.Partner(ctx, collabtest.Birch)
		if err != nil {
			return err
		}
		p.Keys = nil
		return tx.Partners.PutPartner(ctx, p)
	}))
	_, err := w.Alder.Collab.Register(w.ctx, w.Alder.Admin, collab.Partner{ID: "cedar", URL: w.birch.url, Keys: []collab.PartnerKey{w.birch.public()}})
	require.NoError(t, err)
	_, err = w.alder.client.Hello(w.ctx, "cedar", greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPeer)
}
