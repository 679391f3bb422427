package scenario_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// inMemory opens two systems that are the services of the domains over stores in memory, joined by calls.
func inMemory(t *testing.T) *world {
	t.Helper()
	p, err := collabtest.NewPair(t.Context(), memstore.New(memstore.Config{}), memstore.New(memstore.Config{}), collabtest.Options{})
	require.NoError(t, err)
	return &world{
		t: t, alder: &services{t.Context(), p.Alder}, birch: &services{t.Context(), p.Birch},
		settle: func() {
			t.Helper()
			require.NoError(t, p.Drain(t.Context()))
		},
	}
}

// services is a system in memory.
type services struct {
	ctx context.Context
	*collabtest.Side
}

// codes are the words for what the services refuse.
var codes = []struct {
	err  error
	code string
}{
	{collab.ErrModuleOff, "module_off"}, {collab.ErrDuplicate, "duplicate"}, {collab.ErrPending, "pending"}, {collab.ErrClientThere, "client_there"},
	{collab.ErrPartner, "partner"}, {collab.ErrInvitation, "invitation"}, {collab.ErrRunning, "running"}, {collab.ErrNotBelow, "not_below"},
	{collab.ErrNotCollab, "not_collab"}, {collab.ErrStale, "stale"}, {locations.ErrStale, "stale"}, {collab.ErrOverwrites, "overwrites"},
	{locations.ErrOverwrites, "overwrites"}, {locations.ErrLocked, "locked"}, {collab.ErrParty, "party"}, {collab.ErrInvalid, "invalid"},
	{locations.ErrInvalid, "invalid"}, {collab.ErrState, "state"}, {locations.ErrState, "state"}, {collab.ErrForbidden, "forbidden"},
	{locations.ErrForbidden, "forbidden"}, {collab.ErrNotFound, "not_found"}, {locations.ErrNotFound, "not_found"}, {collab.ErrConflict, "conflict"},
	{locations.ErrConflict, "conflict"}, {collab.ErrPeer, "peer"},
}

// refusal says an error of the services as people hear it.
func refusal(err error) *no {
	if err == nil {
		return nil
	}
	out := &no{Detail: err.Error()}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			out.Codes = append(out.Codes, c.code)
		}
	}
	if e, ok := errors.AsType[*collab.ModuleError](err); ok {
		out.System = string(e.System)
	}
	if e, ok := errors.AsType[*collab.Invalid](err); ok {
		out.Fields = each(e.Fields, func(f collab.FieldError) string { return f.Field })
	}
	if e, ok := errors.AsType[*collab.OverwritesError](err); ok {
		out.Lost = each(e.Lost, func(c collab.Change) string { return c.Field })
	}
	if e, ok := errors.AsType[*locations.OverwritesError](err); ok {
		out.Lost = each(e.Changes, func(c locations.Change) string { return string(c.Key) })
	}
	return out
}

// refused is refusal as an error, nil when there is none.
func refused(err error) error {
	if n := refusal(err); n != nil {
		return n
	}
	return nil
}

// seen converts what a service answered.
func seen[A, B any](a A, err error, to func(A) B) (B, error) {
	if err != nil {
		var none B
		return none, refused(err)
	}
	return to(a), nil
}

// read shows records that the services have no question of their own for.
func read[R any](s *services, fn func(context.Context, collab.View) (R, error)) (out R, err error) {
	err = store.Collab(s.DB.For(string(s.ID))).View(s.ctx, func(ctx context.Context, v collab.View) (err error) {
		out, err = fn(ctx, v)
		return err
	})
	return out, refused(err)
}

func (s *services) Module() (bool, error) {
	on, err := s.Collab.ModuleOn(s.ctx)
	return on, refused(err)
}

func (s *services) Switch(on bool) error { return refused(s.Collab.SetModule(s.ctx, s.Admin, on)) }

func (s *services) Card() (card, error) {
	p := collabtest.PartnerOf(s.ID)
	return card{System: string(s.ID), URL: p.URL, KeyID: string(p.Keys[0].ID), Key: p.Keys[0].Public}, nil
}

func (s *services) Register(c card) error {
	_, err := s.Collab.Register(s.ctx, s.Admin, collab.Partner{
		ID: collab.SystemID(c.System), URL: c.URL, Keys: []collab.PartnerKey{{ID: collab.KeyID(c.KeyID), Public: c.Key}},
	})
	return refused(err)
}

func (s *services) Invite(origin string) (string, error) {
	_, token, err := s.Collab.Invite(s.ctx, s.Admin, origin)
	return token.Reveal(), refused(err)
}

func toPartner(p collab.Partner) partner {
	return partner{ID: string(p.ID), URL: p.URL, State: p.State.String(), KeyID: string(p.Keys[0].ID)}
}

func (s *services) Join(url, token string) (partner, error) {
	p, err := s.Collab.Join(s.ctx, s.Admin, url, collab.NewToken(token))
	return seen(p, err, toPartner)
}

func (s *services) Confirm(id, key string) (partner, error) {
	p, err := s.Collab.Confirm(s.ctx, s.Admin, collab.SystemID(id), collab.KeyID(key))
	return seen(p, err, toPartner)
}

func (s *services) Partners() ([]partner, error) {
	ps, err := s.Collab.Partners(s.ctx)
	return each(ps, toPartner), refused(err)
}

func (s *services) SaveClient(id, name string) error {
	_, err := s.Collab.SaveClient(s.ctx, s.Staff, collab.Client{ID: collab.ClientID(id), Name: name})
	return refused(err)
}

func (s *services) SaveSurvey(sv collab.Survey) error {
	_, err := s.Collab.SaveSurvey(s.ctx, s.Staff, sv)
	return refused(err)
}

func (s *services) Clients() ([]client, error) {
	return read(s, func(ctx context.Context, v collab.View) ([]client, error) {
		cs, err := v.Clients.List(ctx, "", 1000)
		return each(cs, func(c collab.Client) client {
			return client{string(c.ID), c.Name, origin(string(c.Origin.System), c.Origin.ID)}
		}), err
	})
}

func (s *services) Surveys(of string) ([]survey, error) {
	return read(s, func(ctx context.Context, v collab.View) ([]survey, error) {
		ss, err := v.Surveys.List(ctx, collab.ClientID(of))
		return each(ss, func(s collab.Survey) survey {
			out := survey{ID: string(s.ID), Name: s.Content.Name, Origin: origin(string(s.Origin.System), s.Origin.ID)}
			for _, sec := range s.Content.Sections {
				out.Questions = append(out.Questions, each(sec.Questions, func(q collab.Question) string { return q.ID })...)
			}
			out.Rules = each(s.Content.Rules, func(r collab.Rule) string { return r.Name })
			return out
		}), err
	})
}

func (s *services) Load(set, table string) (int, error) {
	r, err := s.Locations.LoadTable(s.ctx, s.Keys, locations.SetID(set), strings.NewReader(table), northwindLayout, locations.LoadOptions{})
	return seen(r, err, func(r locations.LoadResult) int { return r.Created })
}

func (s *services) Places(set string) (map[string]place, error) {
	rows, err := s.Locations.List(s.ctx, locations.SetID(set), "", 1000)
	out := map[string]place{}
	for _, r := range rows {
		out[string(r.Key)] = place{Name: r.Name, Parent: string(r.Parent), Group: r.Place.Group, Level: int(r.Level), Inactive: r.Inactive, Edited: r.Edited}
	}
	return out, refused(err)
}

func (s *services) EditPlaces(set string, edits ...locations.Edit) error {
	head, err := s.Locations.Head(s.ctx, locations.SetID(set))
	if err == nil {
		_, err = s.Locations.Edit(s.ctx, s.Keys, locations.SetID(set), head.Revision, edits...)
	}
	return refused(err)
}

func (s *services) proposal(p proposal) collab.Proposal {
	terms := s.Collab.DefaultTerms()
	if p.Export != "" {
		terms.Export = collab.Status(p.Export)
	}
	terms.Exact, terms.Rules, terms.LockLocations = p.Exact, p.Rules, !p.Unlocked
	return collab.Proposal{Partner: collab.SystemID(p.Partner), Client: collab.ClientID(p.Client), Survey: collab.SurveyID(p.Survey), Target: collab.ParseTarget(p.Target), Terms: terms}
}

func (s *services) Check(p proposal) (check, error) {
	c, err := s.Collab.CheckProposal(s.ctx, s.Staff, s.proposal(p))
	return seen(c, err, func(c collab.ProposalCheck) check {
		return check{Refused: refusal(c.Refused), Warnings: each(c.Warnings, func(w collab.Warning) warning {
			return warning{w.Code, each(w.Statuses, func(s collab.Status) string { return string(s) })}
		})}
	})
}

func (s *services) Propose(p proposal) (project, error) {
	out, err := s.Collab.Propose(s.ctx, s.Staff, s.proposal(p))
	return seen(out, err, toProject)
}

func toProject(p collab.Project) project {
	return project{
		ID: string(p.ID), Partner: string(p.Partner), State: p.State.String(), Label: p.Label(), ClientName: p.ClientName, SurveyName: p.SurveyName,
		Client: string(p.Client), Survey: string(p.Survey), Contact: p.Contact, Export: string(p.Terms.Export), FeePayer: p.Terms.FeePayer.String(),
		Copy: p.Terms.CopyLocations, Lock: p.Terms.LockLocations, Rules: p.Terms.Rules,
	}
}

func (s *services) Withdraw(id, reason string) error {
	_, err := s.Collab.Withdraw(s.ctx, s.Staff, collab.ProjectID(id), reason, 0)
	return refused(err)
}

func (s *services) Accept(id, email string, agreed bool) error {
	_, err := s.Collab.Accept(s.ctx, s.Staff, collab.ProjectID(id), collab.Acceptance{Email: email, Agreed: agreed}, 0)
	return refused(err)
}

func (s *services) Decline(id, reason string) error {
	_, err := s.Collab.Decline(s.ctx, s.Staff, collab.ProjectID(id), reason, 0)
	return refused(err)
}

func (s *services) Settings(id string, c settings) error {
	mask := each(c.Mask, func(f string) collab.Field { return collab.Field(f) })
	terms := collab.Terms{Gate: collab.Gate{Export: collab.Status(c.Export)}, LockLocations: c.Lock}
	_, err := s.Collab.UpdateSettings(s.ctx, s.Staff, collab.ProjectID(id), collab.SettingsChange{Master: c.Master, Mask: mask, Terms: terms, Contact: c.Contact}, 0)
	return refused(err)
}

func (s *services) Projects() ([]project, error) {
	return read(s, func(ctx context.Context, v collab.View) ([]project, error) {
		ps, err := v.Projects.List(ctx, collab.ProjectQuery{})
		return each(ps, toProject), err
	})
}

func (s *services) Compare(id string) (comparison, error) {
	c, err := s.Locations.Compare(s.ctx, s.Keys, locations.ProjectID(id))
	return seen(c, err, func(c locations.Comparison) comparison {
		out := comparison{Counts: c.Diff.Counts()}
		for _, ch := range c.Diff.Changes {
			out.Changes = append(out.Changes, differs(string(ch.Key), ch.Kind.String(), ch.Fields.Names(), ch.Edited))
		}
		for _, h := range c.Diff.Hints() {
			out.Hints = append(out.Hints, string(h.Theirs)+" "+h.Why)
		}
		return out
	})
}

// differs writes one difference.
func differs(key, kind string, fields []string, edited bool) string {
	out := strings.Join(append([]string{key, kind}, fields...), " ")
	if edited {
		out += " *"
	}
	return out
}

func (s *services) Push(id string, overwrite bool) (pushed, error) {
	c, err := s.Locations.Compare(s.ctx, s.Keys, locations.ProjectID(id))
	if err != nil {
		return pushed{}, refused(err)
	}
	r, err := s.Locations.Push(s.ctx, s.Keys, locations.PlanPush(c), locations.PushOptions{Overwrite: overwrite})
	return seen(r, err, func(r locations.PushReceipt) pushed { return pushed{r.Created, r.Updated, r.Deactivated} })
}
