package pages_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilesAreAttachedKeptAndRemoved(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	at := h.page("gigatera")
	wdc.send(at+"/files", nil, "", "", "").is(http.StatusUnprocessableEntity).says("File: Choose a file first.")
	wdc.send(at+"/files", nil, "content", "page.html", "<!doctype html><script>alert(1)</script>").is(http.StatusUnprocessableEntity).says("File: It is text/html, which is not taken.")
	there := wdc.send(at+"/files", nil, "content", `terms "new".txt`, "Net 30").is(http.StatusOK).says(`terms "new".txt is attached`, "6 bytes, text/plain", "Attachment terms")
	link := there.HTML[strings.Index(there.HTML, at+"/files/"):]
	link = link[:strings.IndexByte(link, '"')]
	r, err := wdc.browser.Get(wdc.url + link)
	require.NoError(t, err)
	require.Equal(t, `attachment; filename="terms \"new\".txt"`, r.Header.Get("Content-Disposition"))
	require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "Net 30", wdc.read(r).HTML)
	gigatera := h.admin(t, "gigatera")
	gigatera.open(link).is(http.StatusNotFound)
	gigatera.open(h.page("gigatera")).lacks("terms")
	there.follow("Remove").is(http.StatusOK).says("is removed for good").press("Remove the file").is(http.StatusOK).says("is removed", "No file is attached.")
	wdc.open(link).is(http.StatusNotFound)
}

func TestImportIsLookedAtBeforeItIsApplied(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	const table = "ID,Organization Account,Name,Remarks,Financial ID\n,gigatera,GigaTera,Escalate,wdc-1234\n,globalnet,GlobalNet,,wdc-1234\n,outsider,Outsider,x,\n,nobody,Nothing,x,\n,globalnet,GlobalNet\n"
	wdc.send("/organizations/import", nil, "file", "t.csv", table).is(http.StatusUnprocessableEntity).says("What a blank cell means: Say what a blank cell means.")
	wdc.send("/organizations/import", url.Values{"blank": {"keep"}}, "", "", "").is(http.StatusUnprocessableEntity).says("File: Choose a file first.")
	first := wdc.open("/organizations/import")
	require.NotContains(t, first.HTML, " checked", "no meaning of a blank cell is chosen beforehand")
	preview := wdc.send("/organizations/import", url.Values{"blank": {"keep"}}, "file", "t.csv", table).is(http.StatusOK).
		says("4 rows: left out.", "1 row: written for the first time.", "Remarks Yes", "Custom Fields not there", "is already in use by", "no such trusted organization")
	require.Less(t, strings.Index(preview.HTML, "Rows that are left out"), strings.Index(preview.HTML, "Apply 1 row"))
	wdc.open(h.page("gigatera")).lacks("Escalate")

	rows, err := csv.NewReader(strings.NewReader(preview.follow("Download the rows that are left out as CSV").HTML)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5)
	require.Equal(t, []string{"Line", "Why", "ID", "Organization Account", "Name", "Remarks", "Financial ID"}, rows[0])
	require.Equal(t, rows[2][1], rows[3][1], "what is not seen and what is not there are told alike")
	require.Equal(t, []string{"4", "outsider", "Outsider"}, []string{rows[2][0], rows[2][3], rows[2][4]})

	preview.press("Apply 1 row").is(http.StatusOK).says("t.csv is imported", "1 row: written for the first time.", "4 rows: left out.")
	wdc.open(h.page("gigatera")).says("Escalate", "wdc-1234")
	preview.press("Apply 1 row").is(http.StatusOK).says("Nothing was changed by t.csv", "1 row: the same as now.")
	wdc.open(preview.Path).says("1 row: the same as now.").lacks("Apply 1 row")
	wdc.send("/organizations/import", url.Values{"blank": {"keep"}}, "file", "t.csv", "ID,Owner\n1,2\n").says("The file does not fit like this", `"Owner" is not a column`).lacks("Apply")
	wdc.send("/organizations/import", url.Values{"blank": {"keep"}}, "file", "t.csv", "ID,ID\n1,2\n").says("The file does not fit like this", "The file cannot be read from line 1 on:").lacks("Apply")
	h.admin(t, "gigatera").open(preview.Path).says("is not kept any more").lacks("Escalate", "t.csv")
}

func TestExportIsAFileThatImportReadsBack(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "=HYPERLINK(1)", "financial_id", "wdc-1234")
	file := wdc.open("/organizations/export").press("Download the file").is(http.StatusOK)
	require.Contains(t, file.HTML, "\t=HYPERLINK(1)")
	rows, err := csv.NewReader(strings.NewReader(file.HTML)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	wdc.send("/organizations/import", url.Values{"blank": {"clear"}}, "file", "t.csv", file.HTML).says("2 rows: the same as now.").lacks("Apply")
	wdc.open("/organizations/export").press("Download the file", "since", "soon").is(http.StatusUnprocessableEntity).says("Write the day like 2026-12-31.")
	wdc.open("/organizations/export").press("Download the file", "since", "2999-01-01").is(http.StatusUnprocessableEntity).says("there is no file")
}

// What is kept of organizations that are not seen goes along where that is chosen.
func TestExportTakesAlongWhatIsNotSeen(t *testing.T) {
	h := newHouse(t)
	wdc, giga := h.admin(t, "wdc"), string(h.orgs["gigatera"])
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "kept", "financial_id", "wdc-1234")
	wdc.open("/trusts/change?with=gigatera&state=suspended").press("Suspend our half of the trust")
	require.NotContains(t, wdc.open("/organizations/export").press("Download the file").is(http.StatusOK).HTML, giga)
	refused := wdc.open("/organizations/dormant").follow("An export can take it along.").press("Download the file", "dormant", "on", "since", "2999-01-01").is(http.StatusUnprocessableEntity)
	_, values := refused.formOf("Download the file")
	require.True(t, values.Has("dormant"), "what was chosen stays")
	file := refused.press("Download the file", "since", "").is(http.StatusOK)
	require.Contains(t, file.HTML, "\n"+giga+",gigatera,,kept,Provider facts,,wdc-1234\n")
	require.NotContains(t, file.HTML, "GigaTera")
	wdc.send("/organizations/import", url.Values{"blank": {"keep"}}, "file", "t.csv", file.HTML).says("1 row: left out.", "no such trusted organization").lacks("Apply")
}
