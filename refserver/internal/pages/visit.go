package pages

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// visit is one request for a page.
type visit struct {
	*http.Request
	*site
	typed url.Values // what a refused form held; nil on a first look
}

// view reads in one transaction.
func view[R any](v *visit, fn func(context.Context, store.View) (R, error)) (out R, err error) {
	err = v.Store.View(v.Context(), func(ctx context.Context, sv store.View) (err error) {
		out, err = fn(ctx, sv)
		return err
	})
	return out, err
}

// project is the project that the path names.
func (v *visit) project() (collab.Project, error) {
	return view(v, func(ctx context.Context, sv store.View) (collab.Project, error) {
		return sv.Collab.Projects.Project(ctx, collab.ProjectID(v.PathValue("id")))
	})
}

// value is what was typed into a field, or else what stands there at first.
func (v *visit) value(name, first string) string {
	if v.typed == nil {
		return first
	}
	return v.typed.Get(name)
}

// ticked is whether a box was ticked, or else whether it is at first.
func (v *visit) ticked(name string, first bool) bool {
	if v.typed == nil {
		return first
	}
	return v.typed.Has(name)
}

// query is a value in the address.
func (v *visit) query(name string) string { return v.URL.Query().Get(name) }

// with is this page's address with one value of its query replaced, or dropped where it is empty.
func (v *visit) with(name, value string) string {
	q := v.URL.Query()
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return v.URL.Path
	}
	return v.URL.Path + "?" + q.Encode()
}

// version is the version of a record that a form was made from.
func (v *visit) version() int64 { return v.number("version") }

// number is a whole number in a form; 0 where there is none.
func (v *visit) number(name string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(v.PostFormValue(name)), 10, 64)
	return n
}

// versioned is the hidden field that version reads.
func versioned(n int64) ui.Hidden { return ui.Hidden{Name: "version", Value: strconv.FormatInt(n, 10)} }

// form is the id of the form that was sent, of those on a page: the last step of the address it was sent to.
func (v *visit) form(ids ...string) string {
	last := v.URL.Path[strings.LastIndexByte(v.URL.Path, '/')+1:]
	for _, id := range ids {
		if v.typed != nil && id == last {
			return id
		}
	}
	return ""
}

// on refuses while the module is off here.
func (v *visit) on() error {
	on, err := v.Collab.ModuleOn(v.Context())
	if err == nil && !on {
		err = &collab.ModuleError{System: v.Collab.System()}
	}
	return err
}
