package bunstore

import (
	"context"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type partners struct{ s *session }

type moduleRow struct {
	bun.BaseModel `bun:"table:mspkit_module"`
	Account       string `bun:",pk"`
	Enabled       bool
	Version       int64
}

func (r *moduleRow) module() (collab.Module, error) {
	return collab.Module{On: r.Enabled, Version: r.Version}, nil
}

type partnerRow struct {
	bun.BaseModel `bun:"table:mspkit_partner"`
	Account       string          `bun:",pk"`
	ID            collab.SystemID `bun:",pk"`
	Name          string
	URL           string `bun:"url"`
	State         string
	Keys          string
	PairedAt      int64
	Version       int64
}

// storedKey is a partner's key in the keys column.
type storedKey struct {
	ID     collab.KeyID `json:"id"`
	Public []byte       `json:"public"`
	Since  int64        `json:"since"`
	Until  int64        `json:"until"`
}

func (r *partnerRow) partner() (collab.Partner, error) {
	keys, err := unpack[storedKey](r.Keys)
	return collab.Partner{
		ID: r.ID, Name: r.Name, URL: r.URL, State: collab.ParsePartnerState(r.State),
		Keys: each(keys, func(k storedKey) collab.PartnerKey {
			return collab.PartnerKey{ID: k.ID, Public: k.Public, Since: fromMicros(k.Since), Until: fromMicros(k.Until)}
		}),
		PairedAt: fromMicros(r.PairedAt), Version: r.Version,
	}, err
}

// partnerKeyRow makes key ids unique over the partners of an account.
type partnerKeyRow struct {
	bun.BaseModel `bun:"table:mspkit_partner_key"`
	Account       string       `bun:",pk"`
	ID            collab.KeyID `bun:",pk"`
	Partner       collab.SystemID
}

func (r *partnerKeyRow) holder() (collab.SystemID, error) { return r.Partner, nil }

type invitationRow struct {
	bun.BaseModel `bun:"table:mspkit_invitation"`
	Account       string              `bun:",pk"`
	ID            collab.InvitationID `bun:",pk"`
	TokenHash     string
	Origin        string
	CreatedAt     int64
	ExpiresAt     int64
	UsedBy        collab.SystemID
	Version       int64
}

func (r *invitationRow) invitation() (collab.Invitation, error) {
	return collab.Invitation{ID: r.ID, TokenHash: r.TokenHash, Origin: r.Origin, CreatedAt: fromMicros(r.CreatedAt),
		ExpiresAt: fromMicros(r.ExpiresAt), UsedBy: r.UsedBy, Version: r.Version}, nil
}

func (p partners) Module(ctx context.Context) (collab.Module, error) {
	unset := errors.New("never set")
	m, err := one(ctx, p.s, from[moduleRow](p.s), (*moduleRow).module, unset)
	if errors.Is(err, unset) {
		return collab.Module{}, nil
	}
	return m, err
}

func (p partners) Partner(ctx context.Context, id collab.SystemID) (collab.Partner, error) {
	return one(ctx, p.s, from[partnerRow](p.s).Where("id = ?", id), (*partnerRow).partner, noSuch(collab.ErrNotFound, "partner", string(id)))
}

func (p partners) PartnerByKey(ctx context.Context, id collab.KeyID) (collab.Partner, error) {
	holder, err := one(ctx, p.s, from[partnerKeyRow](p.s).Where("id = ?", id), (*partnerKeyRow).holder, noSuch(collab.ErrNotFound, "partner of key", string(id)))
	if err != nil {
		return collab.Partner{}, err
	}
	return p.Partner(ctx, holder)
}

func (p partners) List(ctx context.Context) ([]collab.Partner, error) {
	return many(ctx, p.s, from[partnerRow](p.s).Order("id"), (*partnerRow).partner)
}

func (p partners) Invitation(ctx context.Context, tokenHash string) (collab.Invitation, error) {
	return one(ctx, p.s, from[invitationRow](p.s).Where("token_hash = ?", tokenHash), (*invitationRow).invitation,
		noSuch(collab.ErrNotFound, "invitation by token"))
}

func (p partners) PutModule(ctx context.Context, m collab.Module) error {
	row := moduleRow{Account: p.s.account, Enabled: m.On, Version: m.Version + 1}
	if ok, err := put(ctx, p.s, &row, m.Version); !ok {
		return refuse(err, collab.ErrConflict, "module")
	}
	return nil
}

func (p partners) PutPartner(ctx context.Context, partner collab.Partner) error {
	ids := make([]collab.KeyID, len(partner.Keys))
	for i, k := range partner.Keys {
		ids[i] = k.ID
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	// The key's table refuses a second holder by itself; asking first keeps the partner's row as it was.
	others, err := inLists(ids, func(chunk []collab.KeyID) ([]collab.SystemID, error) {
		q := from[partnerKeyRow](p.s).Where("id IN (?)", bun.List(chunk)).Where("partner <> ?", partner.ID)
		return many(ctx, p.s, q, (*partnerKeyRow).holder)
	})
	if err != nil || len(others) > 0 {
		return refuse(err, collab.ErrConflict, "keys of partner", string(partner.ID))
	}
	row := partnerRow{
		Account: p.s.account, ID: partner.ID, Name: partner.Name, URL: partner.URL, State: partner.State.String(),
		Keys: pack(each(partner.Keys, func(k collab.PartnerKey) storedKey {
			return storedKey{ID: k.ID, Public: k.Public, Since: micros(k.Since), Until: micros(k.Until)}
		})),
		PairedAt: micros(partner.PairedAt), Version: partner.Version + 1,
	}
	if ok, err := put(ctx, p.s, &row, partner.Version); !ok {
		return refuse(err, collab.ErrConflict, "partner", string(partner.ID))
	}
	if _, err := p.s.exec(ctx, "drop keys", "DELETE FROM mspkit_partner_key WHERE account = ? AND partner = ?", p.s.account, partner.ID); err != nil {
		return err
	}
	for _, id := range ids {
		key := partnerKeyRow{Account: p.s.account, ID: id, Partner: partner.ID}
		if ok, err := write(ctx, p.s, verbInsert, &key); !ok {
			return refuse(err, collab.ErrConflict, "key of partner", string(partner.ID), string(id))
		}
	}
	return nil
}

func (p partners) PutInvitation(ctx context.Context, i collab.Invitation) error {
	row := invitationRow{Account: p.s.account, ID: i.ID, TokenHash: i.TokenHash, Origin: i.Origin, CreatedAt: micros(i.CreatedAt),
		ExpiresAt: micros(i.ExpiresAt), UsedBy: i.UsedBy, Version: i.Version + 1}
	if ok, err := put(ctx, p.s, &row, i.Version); !ok {
		return refuse(err, collab.ErrConflict, "invitation", string(i.ID))
	}
	return nil
}
