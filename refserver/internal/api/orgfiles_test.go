package api_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

const png = "\x89PNG\r\n\x1a\n"

// form is a form with parts of files, by the name of the part.
func form(t *testing.T, parts ...[2]string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		part, err := w.CreateFormFile(p[0], "näme of "+p[0]+".csv")
		require.NoError(t, err)
		_, err = io.WriteString(part, p[1])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

func TestAttachmentsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, gt, base := w.client("wdc", manager...), t.Context(), w.tied["gigatera"], w.as("wdc", manager...)
	content := png + strings.Repeat("pixels", 100_000) // three pieces
	f, err := c.Attach(ctx, gt, "logo.png", true, strings.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, "image/png", f.Type)
	require.True(t, f.Inline)
	body, kind := form(t, [2]string{"file", "a,b\n"})
	sheet := good(t, base, "POST organizations/"+gt+"/attachments", body, "Content-Type", kind)
	require.Contains(t, sheet.body, `"name":"näme of file.csv","type":"text/csv"`)

	var got bytes.Buffer
	require.NoError(t, c.Download(ctx, gt, f.ID, &got))
	require.Equal(t, content, got.String())
	r, err := c.Organization(ctx, gt)
	require.NoError(t, err)
	require.Len(t, r.Attachments, 2)
	require.Empty(t, cmp.Diff(f, r.Attachments[0]))

	a := good(t, base, "GET organizations/"+gt+"/attachments/"+r.Attachments[1].ID, "")
	require.Equal(t, "a,b\n", a.body)
	for name, want := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment; filename*=utf-8''n%C3%A4me%20of%20file.csv",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "Content-Length": "4",
	} {
		require.Equal(t, want, a.header.Get(name), name)
	}

	for _, who := range []string{w.as("globalnet", administrator), w.as("gigatera", administrator)} {
		bad(t, who, 404, "not_found", "GET organizations/"+gt+"/attachments/"+f.ID, "")
	}
	bad(t, base, 404, "not_found", "GET organizations/"+w.tied["globalnet"]+"/attachments/"+f.ID, "")
	p := bad(t, base, 422, "invalid", "PATCH organizations/"+w.tied["globalnet"]+"?version=0", `{"remove_attachments":["`+f.ID+`"]}`)
	require.Equal(t, "attachments."+f.ID, p.Fields[0].Field)

	good(t, base, "PATCH organizations/"+gt+"?version=2", `{"remove_attachments":["`+f.ID+`"]}`)
	bad(t, base, 404, "not_found", "GET organizations/"+gt+"/attachments/"+f.ID, "")
}

func TestAttachmentsThatAreRefused(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	w := newWorld(t)
	base, path := w.as("wdc", manager...), "POST organizations/"+w.tied["gigatera"]+"/attachments"
	octets := []string{"Content-Type", "application/octet-stream"}
	for body, field := range map[string]string{"": "content", "<!DOCTYPE html><script>": "content", "<svg onload=x>": "content", "\x00\x01": "content"} {
		p := bad(t, base, 422, "invalid", path+"?name=a.png", body, octets...)
		require.Equal(t, field, p.Fields[0].Field, body)
	}
	require.Equal(t, "name", bad(t, base, 422, "invalid", path, "text", octets...).Fields[0].Field)
	require.Equal(t, "name", bad(t, base, 422, "invalid", path+"?name=../a.txt", "text", octets...).Fields[0].Field)
	bad(t, base, 413, "too_large", path+"?name=a.txt", strings.Repeat("x", 20<<20+1), octets...)
	bad(t, base, 413, "too_large", path+"?name=a.txt", strings.Repeat("x", 22<<20), octets...)
	body, kind := form(t, [2]string{"file", strings.Repeat("x", 22<<20)})
	bad(t, base, 413, "too_large", path, body, "Content-Type", kind)
	body, kind = form(t, [2]string{"file", "a"}, [2]string{"other", "b"})
	require.Equal(t, "file", bad(t, base, 422, "invalid", path, body, "Content-Type", kind).Fields[0].Field)
	body, kind = form(t, [2]string{"picture", "a"})
	bad(t, base, 422, "invalid", path, body, "Content-Type", kind)
	bad(t, base, 400, "body", path, "no form at all", "Content-Type", kind)
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left, "no upload lies about")
}

func TestTablesAreImportedRowByRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.extension("wdc")
	c, ctx, gt, gn := w.client("wdc", administrator), t.Context(), w.tied["gigatera"], w.tied["globalnet"]
	table := "ID,Organization Account,Name,Remarks,Custom Fields,Financial ID\n" +
		gt + `,gigatera,GigaTera,"=HYPERLINK(""x"")","[{""id"":""tier"",""value"":""gold""}]",V-100` + "\n" +
		gn + ",gigatera,GlobalNet,of another account,,\n" +
		",,GlobalNet,without its account,,\n" +
		",globalnet,GlobalNet,fine,not JSON,V-100\n" +
		w.tied["outsider"] + ",,,invisible,,\nno-such,,,absent,,\n" +
		"one cell too few\n"
	try, err := c.ImportOrganizations(ctx, strings.NewReader(table), apiclient.TableImport{Blank: "keep", DryRun: true})
	require.NoError(t, err)
	require.True(t, try.DryRun)
	did, err := c.ImportOrganizations(ctx, strings.NewReader(table), apiclient.TableImport{Blank: "keep"})
	require.NoError(t, err)
	try.DryRun = false
	require.Empty(t, cmp.Diff(try, did), "a dry run says the same")
	require.Equal(t, [5]int{7, 1, 0, 0, 6}, [5]int{did.Rows, did.Created, did.Updated, did.Unchanged, did.Failed})
	var said []string
	for _, e := range did.Errors {
		said = append(said, strings.Join([]string{*e.Code, e.Rule, e.Message}, " "))
	}
	require.Equal(t, []string{
		"not_found not_found no such trusted organization", "ambiguous ambiguous a name without its account says too little",
		`invalid json is not a JSON array of {"id","value"}`, "not_found not_found no such trusted organization", "not_found not_found no such trusted organization",
		"invalid cell_count 1 cells under a header of 6",
	}, said)

	var out strings.Builder
	require.NoError(t, c.ExportOrganizations(ctx, apiclient.TableExport{Since: w.clock.AddDate(0, 0, -1)}, &out))
	require.Equal(t, 2, strings.Count(out.String(), "\n"), "only what was changed since: %s", out.String())
	out.Reset()
	require.NoError(t, c.ExportOrganizations(ctx, apiclient.TableExport{Since: w.clock.AddDate(0, 0, 1)}, &out))
	require.Empty(t, out.String())
	base := w.as("wdc", administrator)
	require.Equal(t, http.StatusNoContent, ask(t, base, "GET organizations/export?since=2026-06-02T12:00:00Z", "").status)
	a := good(t, base, "GET organizations/export", "")
	require.Equal(t, "text/csv; charset=utf-8", a.header.Get("Content-Type"))
	require.Equal(t, "attachment; filename=trusted_organizations.csv", a.header.Get("Content-Disposition"))
	require.Contains(t, a.body, "\"\t=HYPERLINK", "a spreadsheet runs nothing of it")
	for _, blank := range []string{"keep", "clear"} {
		again, err := c.ImportOrganizations(ctx, strings.NewReader(a.body), apiclient.TableImport{Blank: blank})
		require.NoError(t, err)
		require.Equal(t, 2, again.Unchanged, blank)
	}
	tsv := good(t, base, "GET organizations/export?separator=tab", "")
	require.Equal(t, "text/tab-separated-values; charset=utf-8", tsv.header.Get("Content-Type"))
	again, err := c.ImportOrganizations(ctx, strings.NewReader(tsv.body), apiclient.TableImport{Blank: "error", Separator: "tab"})
	require.NoError(t, err)
	require.Equal(t, 1, again.Failed, "GlobalNet's cells are blank")

	csv := []string{"Content-Type", "text/csv"}
	p := bad(t, base, 422, "invalid", "POST organizations/import", "ID\n", csv...)
	require.Equal(t, "blank", p.Fields[0].Field)
	bad(t, base, 422, "invalid", "POST organizations/import?blank=guess", "ID\n", csv...)
	bad(t, base, 422, "invalid", "POST organizations/import?blank=keep", "", csv...)
	p = bad(t, base, 422, "invalid", "POST organizations/import?blank=keep", "ID,Manager\n", csv...)
	require.Equal(t, "column 2", p.Fields[0].Field)
	bad(t, base, 415, "media_type", "POST organizations/import?blank=keep", "{}")
	stopped := good(t, base, "POST organizations/import?blank=keep", "ID,Remarks\n"+gn+",kept\nx,\"un\"quoted\"\n", csv...)
	require.Contains(t, stopped.body, `"created":1`, "what was done before stays")
	require.Contains(t, stopped.body, `"stopped":{"type":"urn:mspkit:invalid"`)
	require.Contains(t, stopped.body, "line 3")
}

// A table is refused while it comes, not after all of it lies in memory.
func TestTablesThatAreTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.client("wdc", administrator)
	row := "no-such," + strings.Repeat("x", 1<<20) + "\n"
	did, err := c.ImportOrganizations(t.Context(), io.MultiReader(strings.NewReader("ID,Remarks\n"), strings.NewReader(strings.Repeat(row, 40))), apiclient.TableImport{Blank: "keep"})
	require.NoError(t, err)
	require.Equal(t, "too_large", did.Stopped.Code)
	require.Equal(t, 31, did.Rows, "what came before it is told")
}

func TestHistoryRetentionAndPurge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.Retention = 24 * 3600e9
	c, ctx, gt, gn := w.client("wdc", administrator), t.Context(), w.tied["gigatera"], w.tied["globalnet"]
	for _, org := range []string{gt, gn} {
		_, err := c.EditOrganization(ctx, org, 0, map[string]any{"remarks": "token-" + org})
		require.NoError(t, err)
	}
	swept, err := c.Sweep(ctx)
	require.NoError(t, err)
	require.Equal(t, shapes.Swept{Overlays: 2}, swept)
	lines, err := c.Log(ctx, "overlay", "", "", 1)
	require.NoError(t, err)
	require.Equal(t, gn, lines.Items[0].Subject)
	require.Equal(t, "token-"+gn, *lines.Items[0].Changes[0].After)
	lines, err = c.Log(ctx, "overlay", "", lines.Next, 1)
	require.NoError(t, err)
	require.Equal(t, gt, lines.Items[0].Subject)

	_, err = c.SetTrust(ctx, "gigatera", "ended")
	require.NoError(t, err)
	require.NoError(t, c.Purge(ctx, gt, "the contract is over"))
	base := w.as("wdc", administrator, "auditor")
	require.NotContains(t, good(t, base, "GET log?limit=100", "").body, "token-"+gt)
	require.Contains(t, good(t, base, "GET log?kind=retention", "").body, `"why":"the contract is over"`)
	bad(t, base, 404, "not_found", "POST organizations/"+gt+"/purge", `{"why":"again"}`)
	require.Equal(t, "why", bad(t, base, 422, "invalid", "POST purge", `{}`).Fields[0].Field)

	_, err = c.SetTrust(ctx, "globalnet", "suspended")
	require.NoError(t, err)
	swept, err = c.Sweep(ctx)
	require.NoError(t, err)
	require.Equal(t, shapes.Swept{Overlays: 1, Hidden: 1}, swept)
	n, err := c.PurgeAccount(ctx, "we leave")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NotContains(t, good(t, base, "GET log?limit=100", "").body, "token-")
}

// What fails before its first piece is a problem. What fails later ends the connection, so that nobody takes a part for the whole.
func TestAnswersThatBreakOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, base, gt := t.Context(), w.as("wdc", administrator), w.tied["gigatera"]
	f, err := w.client("wdc", administrator).Attach(ctx, gt, "a.txt", false, strings.NewReader(strings.Repeat("text", 200_000)))
	require.NoError(t, err)
	views := 0
	w.faulty = func() error {
		if views++; views > 3 { // the attachment twice, then a piece
			return errors.New("the secret disk is gone")
		}
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/organizations/"+gt+"/attachments/"+f.ID, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	part, err := io.ReadAll(resp.Body)
	require.NoError(t, resp.Body.Close())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Len(t, part, 256<<10)

	w.faulty = func() error { return errors.New("the secret disk is gone") }
	for _, path := range []string{"GET organizations/export", "GET organizations/" + gt + "/attachments/" + f.ID} {
		p := bad(t, base, 500, "internal", path, "")
		require.NotContains(t, p.Detail, "disk")
	}
}
