package orgoverlay

import (
	"context"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// Dormant says that the account keeps an overlay on an organization that it does not see at present. Of the organization there is its id and its
// owner's alone; why it is not seen is not told.
type Dormant struct {
	Org         OrgID
	Account     Account   // the owner
	HiddenSince time.Time // when a sweep found it hidden first; zero until one has
	Version     int64     // of the overlay
}

// DormantPage is part of a list of dormant overlays.
type DormantPage struct {
	Overlays []Dormant
	Next     OrgID // where the next page begins; empty after the last
}

// dormantWindow is how many overlays, dormant or not, one page looks at.
const dormantWindow = 500

// Dormant returns up to limit of the overlays on organizations that the account does not see now, ordered by organization, from where the page
// before ended. A page looks at so many overlays and no more, so that it can be short, or empty, with a Next all the same. A limit that is not
// between 1 and MaxPage, or an after that is no text, is ErrInvalid. It needs an actor who administers.
func (s *Service) Dormant(ctx context.Context, a Actor, after OrgID, limit int) (DormantPage, error) {
	if err := s.allow(a, a.Administers(), "list dormant overlays"); err != nil {
		return DormantPage{}, err
	}
	wrong := &Invalid{Op: "list dormant overlays"}
	if limit < 1 || limit > MaxPage {
		wrong.add("limit", "range", fmt.Sprintf("is not between 1 and %d", MaxPage))
	}
	if textnorm.ValidText(string(after)) != nil {
		wrong.add("after", "cursor", "is no place in a list")
	}
	if err := wrong.orNil(); err != nil {
		return DormantPage{}, err
	}
	now := s.now()
	var page DormantPage
	err := s.view(ctx, func(ctx context.Context, v View) error {
		page = DormantPage{}
		list, next, err := dormant(ctx, v, now, after)
		if err != nil {
			return err
		}
		if page.Next = next; len(list) > limit {
			list = list[:limit]
			page.Next = list[limit-1].Org
		}
		for _, o := range list {
			page.Overlays = append(page.Overlays, Dormant{o.Org, o.Owner, o.HiddenSince, o.Version})
		}
		return nil
	})
	return page, err
}

// dormant returns the dormant overlays among the next few, and where those after them begin; empty after the last.
func dormant(ctx context.Context, v View, now time.Time, after OrgID) ([]Overlay, OrgID, error) {
	page, _, seen, err := overlayPage(ctx, v, now, after, dormantWindow)
	if err != nil {
		return nil, "", fmt.Errorf("orgoverlay: list dormant overlays: %w", err)
	}
	var out []Overlay
	for _, o := range page {
		if !seen[o.Org] {
			out = append(out, o)
		}
	}
	if len(page) < dormantWindow {
		return out, "", nil
	}
	return out, page[len(page)-1].Org, nil
}
