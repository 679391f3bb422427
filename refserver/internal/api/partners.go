package api

import (
	"context"
	"crypto/ed25519"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// partners serves the module switch, our key, and who we work with.
func (a *api) partners() {
	const area = "Partners"
	module := func(ctx context.Context) (shapes.Module, error) {
		on, err := a.Collab.ModuleOn(ctx)
		return shapes.Module{On: on}, err
	}
	handle(a, route("getModule", "GET module", area, "Whether collaboration is switched on"), func(ctx context.Context, _ *nothing) (shapes.Module, error) { return module(ctx) })
	handle(a, route("putModule", "PUT module", area, "Switch collaboration on or off"), func(ctx context.Context, in *take[shapes.Module]) (shapes.Module, error) {
		if err := a.Collab.SetModule(ctx, a.Actor(ctx), in.Body.On); err != nil {
			return shapes.Module{}, err
		}
		return module(ctx)
	})
	handle(a, route("getKey", "GET key", area, "This system's name, address and public key"), func(context.Context, *nothing) (shapes.Self, error) {
		s := a.Self
		return shapes.Self{System: s.System, Name: s.Name, URL: s.URL, Key: s.Key.Public, KeyID: string(s.Key.ID), Fingerprint: s.Fingerprint}, nil
	})
	handle(a, route("announceKey", "POST key/announce", area, "Tell every partner the next signing key"), func(ctx context.Context, in *take[shapes.KeyAnnouncement]) (shapes.List[shapes.Partner], error) {
		if err := a.Collab.AnnounceKey(ctx, a.Actor(ctx), publicKey(in.Body.Key), in.Body.OldUntil); err != nil {
			return shapes.List[shapes.Partner]{}, err
		}
		return a.listPartners(ctx)
	})
	handle(a, route("listPartners", "GET partners", area, "All partners by id"), func(ctx context.Context, _ *nothing) (shapes.List[shapes.Partner], error) {
		return a.listPartners(ctx)
	})
	handle(a, route("registerPartner", "PUT partners/{id}", area, "Register a partner whose key is known, or renew one"), func(ctx context.Context, in *takeByID[shapes.Registration]) (shapes.Partner, error) {
		p := collab.Partner{ID: collab.SystemID(in.ID), Name: in.Body.Name, URL: in.Body.URL, Keys: each(in.Body.Keys, publicKey)}
		return partner(a.Collab.Register(ctx, a.Actor(ctx), p))
	})
	handle(a, route("invitePartner", "POST partners/invitations", area, "Make an invitation, good once"), func(ctx context.Context, in *take[shapes.Invite]) (shapes.Invitation, error) {
		inv, token, err := a.Collab.Invite(ctx, a.Actor(ctx), in.Body.Origin)
		return shapes.Invitation{ID: string(inv.ID), Token: token.Reveal(), Origin: inv.Origin, ExpiresAt: inv.ExpiresAt}, err
	})
	handle(a, route("joinPartner", "POST partners/join", area, "Redeem an invitation"), func(ctx context.Context, in *take[shapes.Join]) (shapes.Partner, error) {
		return partner(a.Collab.Join(ctx, a.Actor(ctx), in.Body.URL, collab.NewToken(in.Body.Token)))
	})
	handle(a, route("confirmPartner", "POST partners/{id}/confirm", area, "Say that the fingerprint was compared"), func(ctx context.Context, in *takeByID[shapes.Confirm]) (shapes.Partner, error) {
		return partner(a.Collab.Confirm(ctx, a.Actor(ctx), collab.SystemID(in.ID), collab.KeyID(in.Body.Key)))
	})
	handle(a, route("revokePartner", "POST partners/{id}/revoke", area, "End the trust in a partner at once"), func(ctx context.Context, in *byID) (shapes.Partner, error) {
		return partner(a.Collab.Revoke(ctx, a.Actor(ctx), collab.SystemID(in.ID)))
	})
}

func (a *api) listPartners(ctx context.Context) (shapes.List[shapes.Partner], error) {
	ps, err := a.Collab.Partners(ctx)
	return shapes.List[shapes.Partner]{Items: each(ps, toPartner)}, err
}

// publicKey names a key. What is no key has no name, which registering refuses.
func publicKey(b []byte) collab.PartnerKey {
	if len(b) != ed25519.PublicKeySize {
		return collab.PartnerKey{Public: b}
	}
	return collab.PartnerKey{ID: collab.KeyID(collabhttp.KeyID(b)), Public: b}
}

func partner(p collab.Partner, err error) (shapes.Partner, error) { return toPartner(p), err }

func toPartner(p collab.Partner) shapes.Partner {
	return shapes.Partner{
		ID: string(p.ID), Name: p.Name, URL: p.URL, State: p.State.String(), PairedAt: p.PairedAt, Version: p.Version,
		Keys: each(p.Keys, func(k collab.PartnerKey) shapes.PartnerKey {
			return shapes.PartnerKey{ID: string(k.ID), Fingerprint: collabhttp.Fingerprint(k.Public), Key: k.Public, Since: k.Since, Until: k.Until}
		}),
	}
}
