package pages_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
)

// importing sends a table, blank cells of which leave what is there.
func (d *desk) importing(table string) page {
	d.t.Helper()
	return d.send("/organizations/import", url.Values{"blank": {"keep"}}, "file", "t.csv", table).is(http.StatusOK)
}

// records reads a file of rows.
func records(t *testing.T, p page) [][]string {
	t.Helper()
	out, err := csv.NewReader(strings.NewReader(p.is(http.StatusOK).HTML)).ReadAll()
	require.NoError(t, err)
	return out
}

// edited changes what an account keeps of an organization, as a colleague does elsewhere.
func (h *house) edited(t *testing.T, account, org string, p orgoverlay.Patch) {
	t.Helper()
	svc, a := h.as(account)
	now, err := svc.Organization(t.Context(), a, h.orgs[org])
	require.NoError(t, err)
	_, _, err = svc.Edit(t.Context(), a, now.ID, p, now.Version)
	require.NoError(t, err)
}

func TestPreviewShowsWhatEachRowChanges(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("All is well here. ", 40)
	h.edited(t, "wdc", "gigatera", orgoverlay.Patch{Remarks: orgoverlay.Set(long + "Call Howard."), FinancialID: orgoverlay.Set("wdc-1"),
		Custom: map[string]orgoverlay.Opt[[]byte]{"tier": orgoverlay.Set([]byte(`"silver"`)), "credit_note": orgoverlay.Set([]byte(`"hush"`))}})
	wdc := h.admin(t, "wdc")
	table := "ID,Organization Account,Name,Remarks,Custom Fields,Financial ID\n" +
		",gigatera,GigaTera," + long + `Call Meera.,"[{""id"":""tier"",""value"":""gold""},{""id"":""credit_note"",""value"":null}]",` + "\n" +
		`,globalnet,GlobalNet,"=<b>1</b>",,` + "\n,outsider,Outsider,x,,\n,nobody,Nothing,x,,\n"
	preview := wdc.importing(table).says("What each row would do",
		"2 GigaTera Remarks … ll is well here. All is well here. Call Howard . … ll is well here. All is well here. Call Meera .",
		"2 GigaTera Credit note hush –", "2 GigaTera Tier silver gold", "3 GlobalNet Remarks – =<b>1</b>").lacks("first 100")
	require.Contains(t, preview.HTML, `<a href="`+h.page("gigatera")+`">GigaTera</a>`)
	require.Contains(t, preview.HTML, "Call <mark>Howard</mark>.")
	require.Contains(t, preview.HTML, "Call <mark>Meera</mark>.")
	require.NotContains(t, preview.HTML, "<b>1")
	require.Less(t, strings.Index(preview.HTML, "Rows that are left out"), strings.Index(preview.HTML, "What each row would do"))
	require.Less(t, strings.Index(preview.HTML, "What each row would do"), strings.Index(preview.HTML, "Apply 2 rows"))

	file := preview.follow("Download what each row would do as CSV")
	giga, globe := string(h.orgs["gigatera"]), string(h.orgs["globalnet"])
	require.Equal(t, [][]string{
		{"Line", "ID", "Name", "What it would do", "Field", "Now", "After the import", "Why"},
		{"2", giga, "GigaTera", "changed", "Remarks", long + "Call Howard.", long + "Call Meera.", ""},
		{"2", giga, "GigaTera", "changed", "Credit note", "hush", "", ""},
		{"2", giga, "GigaTera", "changed", "Tier", "silver", "gold", ""},
		{"3", globe, "GlobalNet", "written for the first time", "Remarks", "", "\t=<b>1</b>", ""},
		{"4", "", "", "left out", "", "", "", "no such trusted organization"},
		{"5", "", "", "left out", "", "", "", "no such trusted organization"},
	}, records(t, file))

	preview.press("Apply 2 rows").says("t.csv is imported")
	wdc.open(preview.Path).lacks("What each row would do", "Apply").says("2 rows: the same as now.")
	require.Equal(t, []string{"2", giga, "GigaTera", "the same as now", "", "", "", ""}, records(t, wdc.open(strings.Replace(preview.Path, "import?", "import/rows.csv?", 1)))[1])
}

func TestApplyingLeavesOutWhatAColleagueHasChanged(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	preview := wdc.importing("ID,Remarks\n" + string(h.orgs["gigatera"]) + ",mine\n" + string(h.orgs["globalnet"]) + ",mine\nnone,x\n").says("2 rows: written for the first time.")
	h.edited(t, "wdc", "gigatera", orgoverlay.Patch{FinancialID: orgoverlay.Set("theirs")})
	receipt := preview.press("Apply 2 rows").is(http.StatusOK).says("t.csv is imported", "2 rows: left out.", "1 row: written for the first time.",
		"1 row: left out because somebody has changed what is kept since you looked: GigaTera.", "Correct the rows that were left out")
	wdc.open(h.page("gigatera")).says("theirs").lacks("mine")
	wdc.open(h.page("globalnet")).says("mine")
	left := records(t, receipt.follow("Download the rows that were left out as CSV"))
	require.Equal(t, [][]string{{"Line", "Why", "ID", "Remarks"}, {"2", "what is kept of the organization has changed since it was looked at", string(h.orgs["gigatera"]), "mine"},
		{"4", "no such trusted organization", "none", "x"}}, left)
	preview.press("Apply 2 rows").is(http.StatusOK).says("Nothing was changed by t.csv", "1 row: the same as now.", "2 rows: left out.")

	receipt.follow("Look at the file again.").says("1 row: changed.", "2 GigaTera Remarks – mine").press("Apply 1 row").says("t.csv is imported").lacks("since you looked")
	wdc.open(h.page("gigatera")).says("theirs", "mine")
}

// What another window has looked at is not what was looked at in this one.
func TestApplyingIsWhatWasLookedAtLast(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	preview := wdc.importing("ID,Remarks,Financial ID\n" + string(h.orgs["gigatera"]) + ",mine,\n")
	h.edited(t, "wdc", "gigatera", orgoverlay.Patch{Remarks: orgoverlay.Set("theirs"), FinancialID: orgoverlay.Set("wdc-8")})
	require.Equal(t, []string{"2", string(h.orgs["gigatera"]), "GigaTera", "left out", "", "", "", "what is kept of the organization has changed since it was looked at"},
		records(t, preview.follow("Download what each row would do as CSV"))[1])
	wdc.open(preview.Path).says("theirs mine")
	again := preview.press("Apply 1 row").is(http.StatusConflict).says("Something has changed since this preview was made.", "2 GigaTera Remarks theirs mine")
	wdc.open(h.page("gigatera")).says("theirs")
	again.press("Apply 1 row", "look", "guessed").is(http.StatusConflict)
	wdc.open(preview.Path).press("Apply 1 row", "file_id", "none").is(http.StatusUnprocessableEntity).says("is not kept any more")
	wdc.open(preview.Path).press("Apply 1 row", "blank", "clear").is(http.StatusOK).says("t.csv is imported")
	wdc.open(h.page("gigatera")).says("mine", "wdc-8").lacks("theirs")
}

func TestPreviewShowsTheFirstRows(t *testing.T) {
	h := newHouse(t)
	const n = 130
	shop := func(i int) orgoverlay.OrgID { return orgoverlay.OrgID(fmt.Sprintf("shop-%03d", i)) }
	require.NoError(t, h.db.For("globalnet").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		for i := range n {
			if err := tx.Orgoverlay.Orgs.Put(ctx, orgoverlay.Organization{Shared: orgoverlay.Shared{ID: shop(i), Account: "globalnet", Name: fmt.Sprint("Shop ", i)}}); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, h.db.For("wdc").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		for i := range n {
			if err := tx.Orgoverlay.Registry.PutAgreement(ctx, orgoverlay.Agreement{ID: orgoverlay.AgreementID(shop(i)), Kind: orgoverlay.FLSA, Account: "wdc", With: "globalnet",
				Provider: orgoverlay.Ref{Account: "wdc", Org: h.orgs["wdc"]}, Customer: orgoverlay.Ref{Account: "globalnet", Org: shop(i)}, Start: "2020-01-01", Zone: "UTC",
				From: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}); err != nil {
				return err
			}
		}
		return nil
	}))
	var table strings.Builder
	table.WriteString("ID,Remarks\n")
	for i := range n {
		fmt.Fprintf(&table, "%s,note %d\n", shop(i), i)
	}
	preview := h.admin(t, "wdc").importing(table.String()).says("130 rows: written for the first time.", "What each row would do, the first 100 of 130 rows that change something",
		"2 Shop 0 Remarks – note 0", "101 Shop 99 Remarks – note 99").lacks("note 100")
	rows := records(t, preview.follow("Download what each row would do as CSV"))
	require.Len(t, rows, n+1)
	require.Equal(t, []string{"131", "shop-129", "Shop 129", "written for the first time", "Remarks", "", "note 129", ""}, rows[n])
	preview.press("Apply 130 rows").says("130 rows: written for the first time.")
}

// Neither the preview nor its files hold what others keep, nor tell what is not seen from what is not there.
func TestImportTellsNothingOfOthers(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	row := func(id string) string {
		return "ID,Organization Account,Name,Remarks,Financial ID\n" + id + ",,,x,wdc-7\n" + string(h.orgs["gigatera"]) + ",,,y,GT-CUST\n,gigatera,Boss,z,\n"
	}
	seen := func(id string) []string {
		preview := wdc.importing(row(id))
		_, form := preview.formOf("Apply 1 row")
		out := []page{preview, preview.follow("Download the rows that are left out as CSV"), preview.follow("Download what each row would do as CSV"), preview.press("Apply 1 row")}
		h.edited(t, "wdc", "gigatera", orgoverlay.Patch{Remarks: orgoverlay.Clear[string](), FinancialID: orgoverlay.Clear[string]()})
		return each(out, func(p page) string {
			for _, secret := range gigateraSecrets {
				require.NotContains(t, html.UnescapeString(p.HTML), secret, p.Path)
			}
			return strings.NewReplacer(id, "ID", form.Get("file_id"), "FILE", form.Get("look"), "LOOK").Replace(p.HTML)
		})
	}
	first := seen("019c0000-0000-7000-8000-000000000000") // makes the overlay
	require.Contains(t, first[2], "2,,,left out,,,,no such trusted organization\n")
	none := seen("019c0000-0000-7000-8000-000000000001")
	require.Equal(t, none, seen(string(h.orgs["outsider"])))
}

func each[A, B any](in []A, to func(A) B) []B {
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = to(v)
	}
	return out
}

func TestNobodyReachesTheFilesOfAnotherAccount(t *testing.T) {
	h := newHouse(t)
	desks := oneSystem(t, h.of, "wdc", "gigatera", "globalnet", "outsider")
	wdc, gigatera := desks["wdc"], desks["gigatera"]
	small := gigatera.importing("ID,Remarks\n" + string(h.orgs["wdc"]) + ",token-7\n").says("Apply 1 row")
	for _, path := range []string{small.Path, strings.Replace(small.Path, "import?", "import/rows.csv?", 1), strings.Replace(small.Path, "import?", "import/errors.csv?", 1)} {
		gigatera.open(path).is(http.StatusOK)
		require.NotContains(t, wdc.open(path).HTML, "token-7", path)
	}
	_, form := small.formOf("Apply 1 row")
	wdc.post("/organizations/import/apply", form).is(http.StatusUnprocessableEntity).says("is not kept any more").lacks("token-7")

	// An account that fills its shelf pushes out its own oldest file; those that fill all of them, the oldest of the fullest.
	big := "ID,Remarks\n" + strings.Repeat("none,"+strings.Repeat("x", 2<<20)+"\n", 15)
	first := wdc.importing("ID,Remarks\n" + string(h.orgs["gigatera"]) + ",first\n")
	var bigs []page
	for range 3 {
		bigs = append(bigs, wdc.importing(big))
	}
	wdc.open(first.Path).says("not kept any more")
	for range 3 {
		desks["globalnet"].importing(big)
	}
	wdc.open(bigs[1].Path).says("15 rows: left out.")
	last := desks["outsider"].importing(big)
	wdc.open(bigs[1].Path).says("not kept any more")
	wdc.open(bigs[2].Path).says("15 rows: left out.")
	desks["outsider"].open(last.Path).says("15 rows: left out.")
	small.press("Apply 1 row").says("t.csv is imported")
}

func TestImportThatEndsEarlySaysHowFarItCame(t *testing.T) {
	h := newHouse(t)
	faulty := &faultyStore{Store: store.Orgoverlay(h.db.For("wdc"))}
	wdc := oneSystem(t, func(a string) *orgoverlay.Service { return h.of(a).With(faulty) }, "wdc")["wdc"]
	preview := wdc.importing("ID,Remarks\n" + string(h.orgs["gigatera"]) + ",mine\n" + strings.Repeat("none,x\n", 500) + string(h.orgs["globalnet"]) + ",mine\n")
	faulty.fails = 1
	preview.press("Apply 2 rows").is(http.StatusInternalServerError).lacks("is imported", "disk")
	faulty.fails = 2
	left := preview.press("Apply 2 rows").is(http.StatusOK).says("t.csv is imported in part", "499 rows: left out. 1 row: written for the first time. Then it ended. What was done stays.", "1 row: the same as now.").lacks("disk")
	left.press("Apply 1 row").says("t.csv is imported", "1 row: written for the first time.", "1 row: the same as now.")
	wdc.open(h.page("globalnet")).says("mine")
}

// faultyStore fails at one of the next transactions that write.
type faultyStore struct {
	orgoverlay.Store
	fails int // which; 0: none
}

func (s *faultyStore) Update(ctx context.Context, fn func(context.Context, orgoverlay.Tx) error) error {
	if s.fails--; s.fails == 0 {
		return errors.New("the disk is gone")
	}
	return s.Store.Update(ctx, fn)
}

// oneSystem has somebody who administers each of these accounts at a browser of the same system.
func oneSystem(t *testing.T, orgs func(string) *orgoverlay.Service, accounts ...string) map[string]*desk {
	t.Helper()
	mux, log := &web.Mux{}, slog.New(slog.NewTextHandler(t.Output(), nil))
	pages.Mount(mux, pages.Config{Config: api.Config{Orgs: orgs, Self: api.Self{System: "alder", Name: "alder"}, Log: log}, Closing: t.Context()})
	out := map[string]*desk{}
	for _, account := range accounts {
		who := staff.Who{Person: "p-" + account, Name: "Pat of " + account, Home: account, Account: account, Fresh: true, Roles: []string{string(orgoverlay.RoleAdministrator)}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mux.ServeHTTP(w, r.WithContext(staff.With(r.Context(), who)))
		}))
		t.Cleanup(server.Close)
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		out[account] = &desk{t, server.URL, &http.Client{Jar: jar}}
	}
	return out
}
