package collabhttp

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// FuzzSignedRequests gives a system signed requests with any body, as a partner can. It must answer each with a signed
// reply or a signed problem that is not an internal error.
func FuzzSignedRequests(f *testing.F) {
	ops := operations()
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.request.json"))
	if err != nil || len(files) == 0 {
		f.Fatal("no golden requests", err)
	}
	for i := range ops {
		f.Add(uint8(i), "..", "501", []byte(`{}`))
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), "p", "a/b", body)
		}
	}
	theirs, ours := testKey(f, "a"), testKey(f, "b")
	db := memstore.New(memstore.Config{})
	service := collab.NewService(collabtest.Birch, store.Collab(db.For("birch")), collab.Config{Key: collab.PartnerKey{ID: collab.KeyID(ours.ID()), Public: ours.Public()}, URL: "https://birch.example"})
	olga := collab.Actor{Name: "olga", System: collabtest.Birch, Operator: true}
	if err := service.SetModule(f.Context(), olga, true); err != nil {
		f.Fatal(err)
	}
	if _, err := service.Register(f.Context(), olga, collab.Partner{ID: collabtest.Alder, URL: "https://alder.example", Keys: []collab.PartnerKey{{ID: collab.KeyID(theirs.ID()), Public: theirs.Public()}}}); err != nil {
		f.Fatal(err)
	}
	h := NewHandler(HandlerConfig{
		Peer: service.Inbound(), Pairer: service.InboundPairer(), Places: locations.NewService(store.Locations(db.For("birch")), locations.Config{}).Inbound(), Partner: service.PartnerByKey,
		Signer: &Signer{Key: ours, Authority: "birch.example"},
	})
	signer, verifier := &Signer{Key: theirs}, &Verifier{Keys: knows(ours)}
	f.Fuzz(func(t *testing.T, op uint8, project, part string, body []byte) {
		method, path, _ := strings.Cut(ops[int(op)%len(ops)], " ")
		path = strings.NewReplacer("{project}", segment(project), "{shop}", segment(part), "{push}", segment(part)).Replace(path)
		if method == http.MethodGet {
			body = nil
		}
		r := httptest.NewRequestWithContext(t.Context(), method, "https://birch.example"+path, bytes.NewReader(body))
		r.Header.Set("Content-Type", jsonType)
		r.Header.Set("Idempotency-Key", "k")
		if err := signer.SignRequest(r, body); err != nil {
			t.Skip(err)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		resp, reply := rec.Result(), rec.Body.Bytes()
		if _, err := verifier.VerifyResponse(resp, reply, r); err != nil {
			t.Fatalf("%s %s: %d %s: %v", method, path, resp.StatusCode, reply, err)
		}
		if p, ok := problemIn(resp, reply); resp.StatusCode != http.StatusOK && (!ok || p.Type == problemType+"internal") {
			t.Fatalf("%s %s is answered with %d %s", method, path, resp.StatusCode, reply)
		}
	})
}
