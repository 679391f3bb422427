package apiclient

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// OrganizationQuery selects organizations of those that the account sees. Zero fields do not select.
type OrganizationQuery struct {
	Kinds                             []string // internal, external, trusted
	Owner, FinancialID, Search, After string
	Enabled                           *bool
	Limit                             int // at most 100
}

func (q OrganizationQuery) at(path string) string {
	enabled := ""
	if q.Enabled != nil {
		enabled = strconv.FormatBool(*q.Enabled)
	}
	return with(path, "kind", strings.Join(q.Kinds, ","), "owner", q.Owner, "enabled", enabled, "financial_id", q.FinancialID, "search", q.Search,
		"after", q.After, "limit", number(q.Limit))
}

// Organizations lists organizations by name.
func (c *Client) Organizations(ctx context.Context, q OrganizationQuery) (shapes.List[shapes.Organization], error) {
	return call[shapes.List[shapes.Organization]](ctx, c, "GET", q.at("organizations"), nil)
}

// CountOrganizations counts them on all pages.
func (c *Client) CountOrganizations(ctx context.Context, q OrganizationQuery) (int64, error) {
	q.After, q.Limit = "", 0
	n, err := call[shapes.Count](ctx, c, "GET", q.at("organizations/count"), nil)
	return n.Count, err
}

// Organization returns one organization, with why it is seen.
func (c *Client) Organization(ctx context.Context, id string) (shapes.OrganizationRecord, error) {
	return call[shapes.OrganizationRecord](ctx, c, "GET", at("organizations", id), nil)
}

// EditOrganization changes what the account keeps of an organization, as it was at a version. The patch has members of
// shapes.OrganizationPatch: what is left out stays, nil clears.
func (c *Client) EditOrganization(ctx context.Context, id string, version int64, patch map[string]any) (shapes.Edited, error) {
	return call[shapes.Edited](ctx, c, "PATCH", with(at("organizations", id), "version", strconv.FormatInt(version, 10)), patch)
}

// Explain says where the value of every field of an organization comes from.
func (c *Client) Explain(ctx context.Context, id string) (shapes.List[shapes.Source], error) {
	return call[shapes.List[shapes.Source]](ctx, c, "GET", at("organizations", id, "explain"), nil)
}

// OrganizationHistory lists what the account did to an organization, newest first.
func (c *Client) OrganizationHistory(ctx context.Context, id, before string, limit int) (shapes.List[shapes.LogEntry], error) {
	return call[shapes.List[shapes.LogEntry]](ctx, c, "GET", with(at("organizations", id, "history"), "before", before, "limit", number(limit)), nil)
}

// WhoSees returns the accounts that see one of our own organizations.
func (c *Client) WhoSees(ctx context.Context, id string) (shapes.List[shapes.Viewing], error) {
	return call[shapes.List[shapes.Viewing]](ctx, c, "GET", at("organizations", id, "who-sees"), nil)
}

// FindFinancialID returns the organizations that have a financial ID in the account.
func (c *Client) FindFinancialID(ctx context.Context, id string) (shapes.List[shapes.Organization], error) {
	return call[shapes.List[shapes.Organization]](ctx, c, "GET", at("financial-ids", id), nil)
}

// Attach attaches a file to an organization.
func (c *Client) Attach(ctx context.Context, id, name string, inline bool, content io.Reader) (shapes.Attachment, error) {
	return call[shapes.Attachment](ctx, c, "POST", with(at("organizations", id, "attachments"), "name", name, "inline", truth(inline)), content)
}

// Download writes the content of an attachment to w.
func (c *Client) Download(ctx context.Context, id, attachment string, w io.Writer) error {
	return c.do(ctx, "GET", "/api/"+at("organizations", id, "attachments", attachment), nil, w)
}

// TableImport says how a table of trusted organizations is read.
type TableImport struct {
	Blank     string // what a blank cell means: keep, clear or error
	Separator string // comma, tab or semicolon; empty: found in the header
	DryRun    bool
}

// ImportOrganizations edits what the account has laid over trusted organizations, by a table in CSV or TSV.
func (c *Client) ImportOrganizations(ctx context.Context, from io.Reader, o TableImport) (shapes.TableImport, error) {
	return call[shapes.TableImport](ctx, c, "POST", with("organizations/import", "blank", o.Blank, "separator", o.Separator, "dry_run", truth(o.DryRun)), table{from})
}

// TableExport says what an export leaves out and adds. The zero value is every organization that is seen.
type TableExport struct {
	Since   time.Time // leave out what has not changed at that moment or later
	Dormant bool      // add what is kept of organizations that are not seen
}

// ExportOrganizations writes the trusted organizations with what the account has laid over them to w, as CSV.
func (c *Client) ExportOrganizations(ctx context.Context, o TableExport, w io.Writer) error {
	from := ""
	if !o.Since.IsZero() {
		from = o.Since.Format(time.RFC3339Nano)
	}
	return c.do(ctx, "GET", "/api/"+with("organizations/export", "since", from, "dormant", truth(o.Dormant)), nil, w)
}

// Dormant lists what the account keeps of organizations that it does not see, by id. A page can be short, or empty, and not be the last.
func (c *Client) Dormant(ctx context.Context, after string, limit int) (shapes.List[shapes.DormantOverlay], error) {
	return call[shapes.List[shapes.DormantOverlay]](ctx, c, "GET", with("organizations/dormant", "after", after, "limit", number(limit)), nil)
}

// Log lists the account's whole history of organizations and what belongs to them, newest first. Empty kind and subject ask for all.
func (c *Client) Log(ctx context.Context, kind, subject, before string, limit int) (shapes.List[shapes.LogEntry], error) {
	return call[shapes.List[shapes.LogEntry]](ctx, c, "GET", with("log", "kind", kind, "subject", subject, "before", before, "limit", number(limit)), nil)
}

// Sweep notes what is not seen any more, and purges what has not been seen for longer than it is kept.
func (c *Client) Sweep(ctx context.Context) (shapes.Swept, error) {
	return call[shapes.Swept](ctx, c, "POST", "sweep", nil)
}

// Purge removes for good what the account has laid over one organization.
func (c *Client) Purge(ctx context.Context, id, why string) error {
	return c.do(ctx, "POST", "/api/"+at("organizations", id, "purge"), shapes.Purge{Why: why}, nil)
}

// PurgeAccount removes for good what the account has laid over any organization, and returns how many overlays there were.
func (c *Client) PurgeAccount(ctx context.Context, why string) (int, error) {
	p, err := call[shapes.Purged](ctx, c, "POST", "purge", shapes.Purge{Why: why})
	return p.Overlays, err
}
