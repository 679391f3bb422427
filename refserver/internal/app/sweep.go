package app

import (
	"context"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
)

// retireEvery is how seldom it is looked for what accounts have written about organizations that they do not see any more.
const retireEvery = 24 * time.Hour

// emptyWithin is how long a purge waits for those who read, before what it left in the log of the database stays for the next sweep.
const emptyWithin = 10 * time.Second

// sweep lets go of partners' old calls, of what has run out of people's sessions, links and events, and of what accounts need not keep. It is
// done at start and every hour, and ends with ctx. What fails is logged, and tried again the next time.
func (a *App) sweep(ctx context.Context) {
	failed := func(what string, err error, more ...any) bool {
		if err != nil && ctx.Err() == nil { // else the system ends, which is no failure
			a.cfg.Log.WarnContext(ctx, what, append(more, "err", err)...)
		}
		return err != nil
	}
	calls, err := a.Collab.Forget(ctx)
	failed("forget old calls", err)
	events, err := a.Staff.Sweep(ctx)
	failed("forget old sign-ins", err)
	if calls > 0 || events > 0 {
		a.cfg.Log.InfoContext(ctx, "forgot what is old", "calls", calls, "events", events)
	}
	a.retire(ctx, failed)
	if a.unpurged.Load() {
		a.purged(ctx)
	}
}

// retire notes for each hosted account what it does not see any more of what it has written about, or sees again, and purges what it has not seen
// for Config.Retention. It does so once a day.
func (a *App) retire(ctx context.Context, failed func(what string, err error, more ...any) bool) {
	a.retiring.Lock()
	defer a.retiring.Unlock()
	now := a.cfg.Now()
	if !a.retired.IsZero() && now.Before(a.retired.Add(retireEvery)) {
		return
	}
	accounts, err := a.Staff.Accounts(ctx)
	if failed("look for what is not seen any more", err) {
		return
	}
	whole, all := true, orgoverlay.Swept{}
	for _, acc := range accounts {
		did, err := a.Orgs(acc.ID).Sweep(ctx, a.caretaker(acc.ID))
		if failed("look for what is not seen any more", err, "account", acc.ID) {
			whole = false
		}
		all.Hidden, all.Seen, all.Purged = all.Hidden+did.Hidden, all.Seen+did.Seen, all.Purged+did.Purged
	}
	if whole {
		a.retired = now
	}
	if all.Hidden+all.Seen+all.Purged > 0 {
		a.cfg.Log.InfoContext(ctx, "looked for what is not seen any more", "hidden", all.Hidden, "seen_again", all.Seen, "purged", all.Purged)
	}
	if all.Purged > 0 {
		a.purged(ctx)
	}
}

// purged lets nothing of what was purged stay behind in the files of the database, also when whoever asked for that has hung up.
func (a *App) purged(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), emptyWithin)
	defer cancel()
	err := a.db.empty(ctx)
	a.unpurged.Store(err != nil)
	if err != nil {
		a.cfg.Log.WarnContext(ctx, "the log of the database still holds what was purged", "err", err)
	}
}

// caretaker is the program itself, where it acts in a hosted account.
func (a *App) caretaker(account string) orgoverlay.Actor {
	return orgoverlay.Actor{ID: Operator, Name: Operator, Home: orgoverlay.Account(a.cfg.ID), On: orgoverlay.Account(account), Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
}
