package pages_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/store"
)

// What is kept of an organization that is not seen any more is found, looked at value by value, and goes for good.
func TestDormantOverlayIsPurgedAfterALookAtWhatIsLost(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open("/organizations/dormant").says("There is nothing of that kind.")
	wdc.open(h.page("gigatera")).lacks("Purge what we keep")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "first words", "financial_id", "GT-1", "custom.contact_person", "196")
	long := "Ask for Vikram. " + strings.Repeat("He knows. ", 100)
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", long, "custom.credit_note", "due", "custom.contact_person", "")
	wdc.send(h.page("gigatera", "files"), nil, "content", "terms.txt", "Thirty days.").is(http.StatusOK)
	wdc.open(h.page("gigatera")).follow("Purge what we keep").is(http.StatusOK).says("Purge what we keep of GigaTera", "The organization is seen, and stays so.")
	wdc.open("/organizations/dormant").lacks(string(h.orgs["gigatera"]))

	wdc.open("/trusts/change?with=gigatera&state=suspended").press("Suspend our half of the trust")
	wdc.open(h.page("gigatera")).is(http.StatusNotFound)
	list := wdc.open("/organizations").follow("Not seen any more").is(http.StatusOK).says("Kept of organizations that are not seen", string(h.orgs["gigatera"])+" gigatera Not noted yet").lacks("GigaTera", "GT-1", "Vikram")
	ask := list.follow("Look at it and purge it").is(http.StatusOK).
		says("not seen at present", "Values that are lost: 3", "Remarks "+strings.TrimSpace(long), "Financial ID GT-1", "Credit note due", "terms.txt", "The values in 3 lines of history go too.").
		lacks("GigaTera", "first words", "Contact person")
	require.Contains(t, ask.HTML, `class="contrast outline">Purge it for good`, "never the default")
	ask.press("Purge it for good").is(http.StatusUnprocessableEntity).says("Why: is required", "GT-1")

	wdc.open("/trusts/change?with=gigatera&state=established").press("Establish our half of the trust")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "financial_id", "GT-2").is(http.StatusOK)
	again := ask.press("Purge it for good", "why", "the contract is over").is(http.StatusConflict).says("Somebody has changed what is kept since you opened the page.", "GT-2").lacks("GT-1")
	_, values := again.formOf("Purge it for good")
	require.Equal(t, "the contract is over", values.Get("why"), "what was typed is kept")
	again.press("Purge it for good", "why", "the contract is over").is(http.StatusOK).says("What we kept of the organization is purged", "Lost: 3 values and 1 file.", "Nothing has been written here yet.").lacks("GT-2", "terms.txt")
	require.EqualValues(t, 1, h.purged.Load(), "the files of the database are cleaned")
	wdc.open("/organizations/history?kind=retention").says("purged", "the contract is over").lacks("GT-1", "Vikram")
	wdc.open("/organizations/history").lacks("GT-1", "GT-2", "Vikram", "first words", "terms.txt")
	wdc.open(h.page("gigatera", "purge")).is(http.StatusNotFound)
	wdc.open("/organizations/dormant").says("There is nothing of that kind.")
}

// Of an organization that is not seen and one that was never there the same is said; and to those who may not purge, nothing.
func TestPurgeTellsNothingOfWhatIsNotKept(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	outsider, never := string(h.orgs["outsider"]), "019c0000-0000-7000-8000-000000000000"
	at := func(id string) string { return "/organizations/" + id + "/purge" }
	form := url.Values{"why": {"asked"}, "newest": {""}}
	for _, ask := range []func(string) page{wdc.open, func(path string) page { return wdc.post(path, form) }} {
		seen, none := ask(at(outsider)).is(http.StatusNotFound), ask(at(never)).is(http.StatusNotFound)
		require.Equal(t, strings.ReplaceAll(none.HTML, never, "ID"), strings.ReplaceAll(seen.HTML, outsider, "ID"))
		ask(h.page("wdc", "purge")).is(http.StatusNotFound)
		ask(h.page("gigatera", "purge")).is(http.StatusNotFound) // seen, with nothing written
	}
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "kept")
	for _, d := range []*desk{h.desk(t, "wdc", orgoverlay.RoleSpecialist, orgoverlay.RoleServiceLevel), h.desk(t, "wdc", orgoverlay.RoleAuditor), h.desk(t, "wdc", orgoverlay.RoleEndUser)} {
		for _, path := range []string{"/organizations/dormant", h.page("gigatera", "purge"), at(never)} {
			d.open(path).is(http.StatusForbidden)
		}
		d.post(h.page("gigatera", "purge"), form).is(http.StatusForbidden)
		d.open("/organizations").lacks("Not seen any more")
		d.open(h.page("gigatera")).says("kept").lacks("Purge")
	}
	h.admin(t, "gigatera").open(h.page("gigatera", "purge")).is(http.StatusNotFound)
	wdc.open(h.page("gigatera")).says("kept")
}

// A purge asks for the password again, with the reason carried along; and not from those to whom no password would help.
func TestPurgeAsksForThePassword(t *testing.T) {
	b := newBuilding(t)
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	b.hire("Ina", "ina@wdc.example", "wdc", string(orgoverlay.RoleSpecialist))
	wil, ina := b.signIn("wil@wdc.example"), b.signIn("ina@wdc.example")
	b.clock.pass(25 * time.Minute)
	asked := wil.post("/organizations/none/purge", url.Values{"why": {"over"}, "newest": {"x"}}).is(http.StatusForbidden).says("Your password")
	_, values := asked.formOf("Confirm and go on")
	require.Equal(t, "over", values.Get("why"))
	ina.post("/organizations/none/purge", url.Values{"why": {"over"}}).is(http.StatusForbidden).lacks("Your password")
}

// The list says whose organizations they are and since when, page by page, also where many that are seen stand between.
func TestDormantOverlaysAreListedPageByPage(t *testing.T) {
	h := newHouse(t)
	const n, away = 650, 120 // of which the last are not seen
	svc, boss := h.as("wdc")
	require.NoError(t, h.db.For("wdc").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		var overlays []orgoverlay.Overlay
		for i := range away {
			overlays = append(overlays, orgoverlay.Overlay{Org: orgoverlay.OrgID(fmt.Sprintf("~away-%04d", i)), Owner: "faraway", Local: orgoverlay.Local{Remarks: "kept"}})
		}
		return tx.Orgoverlay.Overlays.Put(ctx, overlays)
	}))
	require.NoError(t, h.db.For("gigatera").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		for i := range n {
			id := orgoverlay.OrgID(fmt.Sprintf("here-%04d", i))
			err := tx.Orgoverlay.Orgs.Put(ctx, orgoverlay.Organization{Shared: orgoverlay.Shared{ID: id, Account: "gigatera", Name: string(id)}})
			if err == nil {
				err = tx.Orgoverlay.Registry.PutAgreement(ctx, orgoverlay.Agreement{ID: orgoverlay.AgreementID(id), Kind: orgoverlay.FLSA, Account: "gigatera", With: "wdc", Start: "2020-01-01",
					Provider: orgoverlay.Ref{Account: "gigatera", Org: id}, Customer: orgoverlay.Ref{Account: "wdc", Org: h.orgs["wdc"]}})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	table := "ID,Remarks\n"
	for i := range n {
		table += fmt.Sprintf("here-%04d,seen\n", i)
	}
	did, err := svc.Import(t.Context(), boss, strings.NewReader(table), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
	require.NoError(t, err)
	require.Equal(t, n, did.Created)
	swept, err := svc.Sweep(t.Context(), boss)
	require.NoError(t, err)
	require.Equal(t, away, swept.Hidden)
	wdc := h.admin(t, "wdc")
	first := wdc.open("/organizations/dormant").is(http.StatusOK).says("~away-0000 faraway").lacks("here-", "Not noted yet", "kept<")
	second := first.follow("More").is(http.StatusOK).says("~away-0119 faraway").lacks("~away-0000", "More")
	require.Equal(t, away, strings.Count(first.HTML+second.HTML, "Look at it and purge it"))
	wdc.open("/organizations/dormant?after=%FF").is(http.StatusUnprocessableEntity)
}
