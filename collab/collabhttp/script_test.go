package collabhttp

import (
	"context"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// script is a partner that notes what it hears and says what is written for it.
type script struct {
	refuse error // what it says to terms
	heard  []any
	paired collab.PairReply
}

func (s *script) hear(from any, args ...any) { s.heard = append([]any{fmt.Sprint(from)}, args...) }

func (s *script) Hello(_ context.Context, from collab.SystemID, h collab.Hello) (collab.Hello, error) {
	s.hear(from, h)
	ours := full[collab.Hello]()
	ours.System = collabtest.Birch
	return ours, nil
}

func (s *script) Terms(_ context.Context, from collab.SystemID, call collab.Call, n collab.TermsNotice) error {
	s.hear(from, call.Key, n)
	return s.refuse
}

func (s *script) Answer(_ context.Context, from collab.SystemID, call collab.Call, n collab.AnswerNotice) (collab.AnswerReply, error) {
	s.hear(from, call.Key, n)
	return full[collab.AnswerReply](), nil
}

func (s *script) Shops(_ context.Context, from collab.SystemID, q collab.HeaderQuery) (collab.HeaderPage, error) {
	s.hear(from, q)
	return full[collab.HeaderPage](), nil
}

func (s *script) Snapshots(_ context.Context, from collab.SystemID, project collab.ProjectID, shops []collab.ShopID) ([]collab.Snapshot, error) {
	s.hear(from, project, shops)
	return full[[]collab.Snapshot](), nil
}

func (s *script) Return(_ context.Context, from collab.SystemID, call collab.Call, n collab.ReturnNotice) (collab.ReturnReply, error) {
	s.hear(from, call.Key, n)
	return full[collab.ReturnReply](), nil
}

func (s *script) Survey(_ context.Context, from collab.SystemID, project collab.ProjectID) (collab.SurveyState, error) {
	s.hear(from, project)
	return full[collab.SurveyState](), nil
}

func (s *script) UpdateSurvey(_ context.Context, from collab.SystemID, call collab.Call, n collab.SurveyNotice) error {
	s.hear(from, call.Key, n)
	return nil
}

func (s *script) Progress(_ context.Context, from collab.SystemID, project collab.ProjectID) ([]collab.StatusCount, error) {
	s.hear(from, project)
	return full[[]collab.StatusCount](), nil
}

func (s *script) Pair(_ context.Context, url string, r collab.PairRequest) (collab.PairReply, error) {
	token := r.Token.Reveal()
	r.Token = collab.Token{}
	s.hear("", url, token, r)
	return s.paired, nil
}

func (s *script) Rotate(_ context.Context, from collab.SystemID, call collab.Call, next collab.PartnerKey, oldUntil time.Time) error {
	s.hear(from, call.Key, next, oldUntil)
	return nil
}

func (s *script) Look(_ context.Context, from locations.PartnerID, project locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	s.hear(from, project, parents)
	return fullLook(), nil
}

// fullLook leaves out what a system calls its copy: that is its own.
func fullLook() locations.Look {
	look := full[locations.Look]()
	look.Head.Set = ""
	return look
}

func (s *script) Nodes(_ context.Context, from locations.PartnerID, project locations.ProjectID, keys []locations.Key) ([]locations.Stored, error) {
	s.hear(from, project, keys)
	return full[[]locations.Stored](), nil
}

func (s *script) Stage(_ context.Context, from locations.PartnerID, call locations.Call, page locations.PushPage) error {
	s.hear(from, call.Key, page)
	return nil
}

func (s *script) Commit(_ context.Context, from locations.PartnerID, call locations.Call, c locations.PushCommit) (locations.PushReceipt, error) {
	s.hear(from, call.Key, c)
	return full[locations.PushReceipt](), nil
}
