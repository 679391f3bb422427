package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

type importTable struct {
	Blank     string `query:"blank" doc:"what a blank cell means: keep, clear or error; it has to be chosen"`
	DryRun    bool   `query:"dry_run" doc:"say what would be done, and do nothing"`
	Separator string `query:"separator" enum:"comma,tab,semicolon" doc:"default: whichever stands most often in the header line"`
	Raw
}

type exportTable struct {
	Since     time.Time `query:"since" doc:"leave out what the account has not changed at that moment or later"`
	Separator string    `query:"separator" enum:"comma,tab,semicolon" doc:"default: comma"`
	Dormant   bool      `query:"dormant" doc:"add, after the others and without a name, what is kept of organizations that are not seen; an import leaves such rows out as not found"`
}

type listDormant struct {
	After string `query:"after"`
	Brief
}

type readLog struct {
	Kind    string `query:"kind" doc:"such as overlay, trust or import"`
	Subject string `query:"subject" doc:"id of the record"`
	Before  string `query:"before"`
	Brief
}

var separators = map[string]rune{"comma": ',', "tab": '\t', "semicolon": ';'}

// trustedOrganizations serves overlays in bulk: tables in and out, the whole history, retention.
func (a *api) trustedOrganizations() {
	const area = "Organizations in bulk"
	in := route("importOrganizations", "POST organizations/import", area, "Edit what the account has laid over trusted organizations, by a table; each row by itself. A dry run says what each row would change")
	handle(a, in, a.importTable)
	a.takes(in, map[string]*huma.Schema{"text/csv": binary, "text/tab-separated-values": binary})
	streamed(a, route("exportOrganizations", "GET organizations/export", area, "The trusted organizations with what the account has laid over them, as a table; 204 when nothing changed since"), "text/csv", func(ctx context.Context, in *exportTable) (outflow, error) {
		svc, actor := a.Viewer(ctx)
		media, name := "text/csv; charset=utf-8", "trusted_organizations.csv"
		if in.Separator == "tab" {
			media, name = "text/tab-separated-values; charset=utf-8", "trusted_organizations.tsv"
		}
		return outflow{map[string]string{"Content-Type": media, "Content-Disposition": asFile(name)}, func(w io.Writer) error {
			_, err := svc.Export(ctx, actor, w, orgoverlay.ExportOptions{Comma: separators[in.Separator], Since: in.Since, Dormant: in.Dormant})
			return err
		}}, nil
	})
	handle(a, route("listDormantOverlays", "GET organizations/dormant", area, "What the account keeps of organizations that it does not see, by id. A page can be short, or empty, and not be the last"), func(ctx context.Context, in *listDormant) (shapes.List[shapes.DormantOverlay], error) {
		svc, actor := a.Viewer(ctx)
		page, err := svc.Dormant(ctx, actor, orgoverlay.OrgID(in.After), in.Limit)
		return shapes.List[shapes.DormantOverlay]{Next: string(page.Next), Items: each(page.Overlays, func(d orgoverlay.Dormant) shapes.DormantOverlay {
			return shapes.DormantOverlay{ID: string(d.Org), Account: string(d.Account), HiddenSince: timeOrNull(d.HiddenSince), Version: d.Version}
		})}, err
	})
	handle(a, route("readLog", "GET log", area, "The account's whole history of organizations and what belongs to them, newest first"), func(ctx context.Context, in *readLog) (shapes.List[shapes.LogEntry], error) {
		svc, actor := a.Viewer(ctx)
		return logPage(in.Before, in.Limit, func(before string, limit int) ([]orgoverlay.Entry, error) {
			return svc.Log(ctx, actor, orgoverlay.HistoryQuery{Kind: in.Kind, Subject: in.Subject, Before: before, Limit: limit})
		})
	})
	handle(a, route("sweep", "POST sweep", area, "Note what is not seen any more, and purge what has not been seen for longer than it is kept"), func(ctx context.Context, _ *nothing) (shapes.Swept, error) {
		svc, actor := a.Viewer(ctx)
		s, err := svc.Sweep(ctx, actor)
		a.purged(ctx, s.Purged)
		return shapes.Swept(s), err
	})
	handle(a, route("purgeOrganization", "POST organizations/{id}/purge", area, "Remove for good what the account has laid over one organization, seen or not"), func(ctx context.Context, in *takeByID[shapes.Purge]) (shapes.Purged, error) {
		svc, actor := a.Viewer(ctx)
		err := svc.Purge(ctx, actor, orgoverlay.OrgID(in.ID), in.Body.Why)
		if err == nil {
			a.purged(ctx, 1)
		}
		return shapes.Purged{Overlays: 1}, err
	})
	handle(a, route("purgeAccount", "POST purge", area, "Remove for good what the account has laid over any organization"), func(ctx context.Context, in *take[shapes.Purge]) (shapes.Purged, error) {
		svc, actor := a.Viewer(ctx)
		n, err := svc.PurgeAccount(ctx, actor, in.Body.Why)
		a.purged(ctx, n)
		return shapes.Purged{Overlays: n}, err
	})
}

func (a *api) importTable(ctx context.Context, in *importTable) (out shapes.TableImport, err error) {
	r := in.request(maxTable)
	if kind := r.Header.Get("Content-Type"); kind != "" {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "text/csv" && media != "text/tab-separated-values" {
			return out, errMedia
		}
	}
	svc, actor := a.Viewer(ctx)
	rows := outcomes{list: []shapes.RowOutcome{}}
	did, err := svc.Import(ctx, actor, r.Body, orgoverlay.ImportOptions{
		Blank: orgoverlay.ParseBlank(in.Blank), DryRun: in.DryRun, Comma: separators[in.Separator], Report: rows.add,
	})
	out = shapes.TableImport{
		DryRun: in.DryRun, Rows: did.Rows, Created: did.Created, Updated: did.Updated, Unchanged: did.Unchanged, Failed: did.Failed,
		Errors: each(did.Errors, toRowError), Warnings: each(did.Warnings, toRowError), Outcomes: rows.list, More: rows.more,
	}
	if err == nil || did.Rows == 0 {
		return out, err
	}
	var p shapes.Problem // what was done before has to be told
	if f, ok := errors.AsType[*failure](a.failure(ctx, err)); ok {
		p = f.Problem
	}
	out.Stopped = &p
	return out, nil
}

// outcomes collects the first rows that change something or fail.
type outcomes struct {
	list  []shapes.RowOutcome
	more  int
	bytes int // of their values
}

// How many rows an answer tells of, and how many bytes of values: a row can hold some megabytes.
const (
	maxOutcomes     = 1000
	maxOutcomeBytes = 4 << 20
)

func (o *outcomes) add(r orgoverlay.ImportedRow) error {
	if r.Outcome == orgoverlay.OutcomeUnchanged {
		return nil
	}
	for _, c := range r.Changes {
		o.bytes += len(c.Before) + len(c.After)
	}
	if o.more > 0 || len(o.list) == maxOutcomes || len(o.list) > 0 && o.bytes > maxOutcomeBytes {
		o.more++
		return nil
	}
	o.list = append(o.list, shapes.RowOutcome{
		Line: r.Line, Organization: orNull(r.Org), Outcome: r.Outcome.String(), Version: r.Version,
		Changes: each(r.Changes, toLogChange), Errors: each(r.Errors, toRowError), Warnings: each(r.Warnings, toRowError),
	})
	return nil
}

// toRowError says what is wrong with a row in the code of the API.
func toRowError(e orgoverlay.RowError) shapes.RowProblem {
	out := shapes.RowProblem{Line: e.Line, Column: orNull(e.Column), Rule: e.Rule, Message: e.Message}
	if e.Err != nil {
		code := ProblemOf(e.Err).Code
		out.Code = &code
	}
	return out
}
