package collab

import (
	"context"
	"errors"
	"fmt"
)

// maxReturn is how many shops one return takes.
const maxReturn = 100

// ReturnPlan says what a return would do, shop by shop, ordered by shop.
type ReturnPlan struct {
	Items []ReturnItem
}

// ReturnItem is what a return would do with one shop of ours.
type ReturnItem struct {
	Shop    ShopID
	Remote  ShopID // the partner's
	Project ProjectID
	// Refused says why the shop cannot be returned, here or over there; nil when it can. It is a *Refusal with every reason.
	Refused error
	// Lost is what the Secondary changed since the last exchange and would lose: Before is its value, After ours.
	Lost []Change
	// Seen is the state that the plan was made on; ReturnOptions.Plan takes it.
	Seen ReturnStamp
}

// Stamps returns what the plan was made on, for ReturnOptions.Plan.
func (p ReturnPlan) Stamps() []ReturnStamp {
	out := make([]ReturnStamp, len(p.Items))
	for i, it := range p.Items {
		out[i] = it.Seen
	}
	return out
}

// ReturnStamp says on which versions of a shop and its link a plan was made.
type ReturnStamp struct {
	Shop    ShopID
	Version int64
	Link    int64
}

// ReturnOptions adjust a return.
type ReturnOptions struct {
	// Overwrite also overrides what the Secondary changed since the last exchange; its history keeps that. Default: such a
	// return stops over there as a conflict.
	Overwrite bool
	// Plan holds the stamps of the plan that a person agreed to; a shop that has changed since is ErrStale. Default: no plan.
	Plan []ReturnStamp
}

// returning is a shop of ours on its way back, or why it cannot go.
type returning struct {
	shop    Shop
	link    Link
	project Project
	no      Refusal
}

// PlanReturn asks the partner what a return of these shops would overwrite over there. It changes nothing.
func (s *Service) PlanReturn(ctx context.Context, a Actor, shops []ShopID) (ReturnPlan, error) {
	if err := s.allow(a); err != nil {
		return ReturnPlan{}, err
	}
	peer, err := s.peer()
	if err != nil {
		return ReturnPlan{}, err
	}
	var rs []returning
	if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		rs, err = s.returnable(ctx, v, shops)
		return err
	}); err != nil {
		return ReturnPlan{}, fmt.Errorf("collab: plan return: %w", err)
	}
	var plan ReturnPlan
	for _, r := range rs {
		it := ReturnItem{Shop: r.shop.ID, Remote: r.link.Remote, Project: r.link.Project, Seen: ReturnStamp{r.shop.ID, r.shop.Version, r.link.Version}}
		if len(r.no.Reasons) == 0 {
			n := s.returnNotice(r, a.Name, false)
			n.Check = true
			reply, err := peer.Return(ctx, r.link.Partner, Call{Key: "check/" + s.cfg.NewID()}, n)
			if err != nil && !refused(err) {
				return ReturnPlan{}, fmt.Errorf("collab: plan return of shop %s: %w", it.Shop, err)
			}
			if err != nil {
				r.no.Reasons = append(r.no.Reasons, err)
			}
			it.Lost = reply.Lost
		}
		if len(r.no.Reasons) > 0 {
			it.Refused = &r.no
		}
		plan.Items = append(plan.Items, it)
	}
	return plan, nil
}

// Return sends saved shops back to the Secondary they came from, where they override what is there but for shopper, wave
// and pay: all of them, or none with a *Refusal that names every reason: ErrNotCollab, ErrNotBelow unless the saved status is
// below the survey's distribution level, ErrState for a project that is not accepted or a return under way, ErrModuleOff,
// ErrPartner. The links it answers say how the returns stand; delivery moves them on to done, conflict or refused.
func (s *Service) Return(ctx context.Context, a Actor, shops []ShopID, o ReturnOptions) ([]Link, error) {
	if err := s.allow(a); err != nil {
		return nil, err
	}
	now := s.now()
	var out []Link
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		rs, err := s.returnable(ctx, tx.View(), shops)
		if err != nil {
			return err
		}
		no := &Refusal{Op: "return"}
		for _, r := range rs {
			no.Reasons = append(no.Reasons, r.no.Reasons...)
		}
		if len(no.Reasons) > 0 {
			return no
		}
		if err := checkStamps(rs, o.Plan); err != nil {
			return err
		}
		out = make([]Link, len(rs))
		messages := make([]Message, len(rs))
		entries := make([]Entry, len(rs))
		for i, r := range rs {
			n := s.returnNotice(r, a.Name, o.Overwrite)
			l := r.link
			l.Return, l.Detail, l.Saved, l.At = ReturnSending, "", r.shop.Version, now
			out[i] = l
			out[i].Version++
			payload := returnPayload{Shop: l.Shop, Link: out[i].Version, Partner: l.Partner, Notice: n, Saved: r.link.Saved}
			key := fmt.Sprintf("return/%s/%d/%d", l.Shop, n.Epoch, payload.Link)
			if messages[i], err = message(key, projectStream(l.Project), KindReturn, payload, now); err != nil {
				return err
			}
			entries[i] = s.entry(now, a.Name, shopSubject(l.Shop), l.Project, "return", "", Change{"return", r.link.Return.String(), l.Return.String()},
				Change{"digest", l.Digest, n.Content.Digest()}, Change{"overwrite", "", fmt.Sprint(o.Overwrite)})
			rs[i].link = l
		}
		links := make([]Link, len(rs))
		for i, r := range rs {
			links[i] = r.link
		}
		if err := tx.Ledger.PutLinks(ctx, links); err != nil {
			return err
		}
		if err := tx.Outbox.Enqueue(ctx, messages); err != nil {
			return err
		}
		return tx.History.Append(ctx, entries)
	})
	if err != nil {
		return nil, fmt.Errorf("collab: return: %w", err)
	}
	return out, nil
}

// returnNotice is the return of a shop as it is saved.
func (s *Service) returnNotice(r returning, by string, overwrite bool) ReturnNotice {
	return ReturnNotice{
		Project: r.link.Project, Shop: r.link.Remote, Epoch: r.link.Epoch + 1, Rev: r.link.Rev, Content: s.travels(r.shop.ID, r.shop.Content), Overwrite: overwrite, By: by,
	}
}

// returnable loads shops and gives every reason why one cannot be returned.
func (s *Service) returnable(ctx context.Context, v View, ids []ShopID) ([]returning, error) {
	if err := atMost("return", len(ids), maxReturn); err != nil {
		return nil, err
	}
	if err := s.moduleOn(ctx, v.Partners); err != nil {
		return nil, err
	}
	shops, err := findAll(ctx, v.Shops, ids)
	if err != nil {
		return nil, err
	}
	links, err := v.Ledger.LinksOf(ctx, distinct(ids))
	if err != nil {
		return nil, err
	}
	linkOf := map[ShopID]Link{}
	for _, l := range links {
		linkOf[l.Shop] = l
	}
	out := make([]returning, len(shops))
	projects, surveys := map[ProjectID]Project{}, map[SurveyID]Survey{}
	for i, sh := range shops {
		r := &out[i]
		*r = returning{shop: sh, link: linkOf[sh.ID], no: Refusal{Op: "return shop " + string(sh.ID)}}
		no := func(format string, args ...any) {
			r.no.Reasons = append(r.no.Reasons, fmt.Errorf("shop %s: %w", sh.ID, fmt.Errorf(format, args...)))
		}
		if r.link.Shop == "" {
			no("it has no link to a partner's shop: %w", ErrNotCollab)
			continue
		}
		if r.project, err = cached(ctx, projects, r.link.Project, v.Projects.Project); err != nil {
			return nil, err
		}
		survey, err := cached(ctx, surveys, sh.Survey, v.Surveys.Survey)
		if err != nil {
			return nil, err
		}
		if !s.cfg.Ladder.Below(sh.Content.Status, survey.Content.Distribution) {
			no("it is saved as %s, the distribution level is %s: %w", sh.Content.Status, survey.Content.Distribution, ErrNotBelow)
		}
		if err := r.project.need(StateAccepted); err != nil {
			no("%w", err)
		}
		if _, err := active(ctx, v.Partners, r.link.Partner); errors.Is(err, ErrPartner) {
			no("%w", err)
		} else if err != nil {
			return nil, err
		}
		if r.link.Return == ReturnSending || r.link.Return == ReturnDone {
			no("it is on its way back, or there already, and was not imported again since: %w", ErrState)
		}
	}
	return out, nil
}

// cached loads a record once.
func cached[K comparable, V any](ctx context.Context, seen map[K]V, id K, load func(context.Context, K) (V, error)) (V, error) {
	if v, ok := seen[id]; ok {
		return v, nil
	}
	v, err := load(ctx, id)
	if err == nil {
		seen[id] = v
	}
	return v, err
}

func checkStamps(rs []returning, plan []ReturnStamp) error {
	if plan == nil {
		return nil
	}
	seen := map[ShopID]ReturnStamp{}
	for _, st := range plan {
		seen[st.Shop] = st
	}
	for _, r := range rs {
		if now := (ReturnStamp{r.shop.ID, r.shop.Version, r.link.Version}); seen[r.shop.ID] != now {
			return fmt.Errorf("shop %s has changed since the plan: %w", r.shop.ID, ErrStale)
		}
	}
	return nil
}

// returnPayload is the payload of the message that brings a shop back. Link is the version of the link that it belongs to:
// once that has moved on, the message is an old one. Saved is the version of the shop that was exchanged before: where the partner does
// not take the return, what was edited here since then is still ours alone.
type returnPayload struct {
	Shop    ShopID
	Link    int64
	Partner SystemID
	Notice  ReturnNotice
	Saved   int64
}

func (s *Service) deliverReturn(ctx context.Context, m Message) error {
	var body returnPayload
	if err := unpack(m, &body); err != nil {
		return err
	}
	peer, err := s.peer()
	if err != nil {
		return err
	}
	stands := false
	if err := s.view(ctx, func(ctx context.Context, v View) error {
		_, stands, err = body.link(ctx, v.Ledger)
		return err
	}); err != nil || !stands {
		return err
	}
	reply, err := peer.Return(ctx, body.Partner, Call{Key: m.Key}, body.Notice)
	if err != nil && !refused(err) {
		return fmt.Errorf("collab: return shop %s: %w", body.Shop, err)
	}
	now := s.now()
	return s.update(ctx, func(ctx context.Context, tx Tx) error {
		l, stands, err2 := body.link(ctx, tx.Ledger)
		if err2 != nil || !stands {
			return err2
		}
		var changes []Change
		switch {
		case err != nil:
			l.Return, l.Detail, l.Saved = ReturnRefused, told(err), body.Saved
		case reply.Done:
			l.Return, l.Rev, l.Digest = ReturnDone, reply.Rev, body.Notice.Content.Digest()
		default:
			l.Return, l.Detail, l.Saved, changes = ReturnConflict, told(&OverwritesError{Op: "return", Lost: reply.Lost}), body.Saved, reply.Lost
		}
		l.At = now
		if err := tx.Ledger.PutLinks(ctx, []Link{l}); err != nil {
			return err
		}
		changes = append([]Change{{"return", ReturnSending.String(), l.Return.String()}}, changes...)
		return tx.History.Append(ctx, []Entry{s.entry(now, body.Notice.By, shopSubject(l.Shop), l.Project, "return_"+l.Return.String(), l.Detail, changes...)})
	})
}

// link returns the link of a return and whether the return still stands as it was decided.
func (b returnPayload) link(ctx context.Context, v LedgerView) (Link, bool, error) {
	links, err := v.LinksOf(ctx, []ShopID{b.Shop})
	if err != nil || len(links) == 0 {
		return Link{}, false, err
	}
	return links[0], links[0].Version == b.Link && links[0].Return == ReturnSending, nil
}

// refused reports whether err is the partner's decision against a return, made where it would have carried it out. An error that
// comes ahead of that (its module is off, we are revoked) says nothing about an earlier try whose answer was lost.
func refused(err error) bool {
	return errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrState) || errors.Is(err, ErrParty)
}
