package memstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/orgoverlay"
)

type extensions struct{ a *account }

var _ orgoverlay.Extensions = extensions{}

var extensionShape = shape[orgoverlay.Extension]{
	id:      func(e *orgoverlay.Extension) key { return keyOf(e.ID, number(e.Number)) },
	version: func(e *orgoverlay.Extension) *int64 { return &e.Version },
	clone:   orgoverlay.Extension.Clone,
	unique: func(e *orgoverlay.Extension) []key {
		if e.State != orgoverlay.ExtensionActive {
			return nil
		}
		return []key{keyOf(e.Category)}
	},
}

func (r extensions) Extension(_ context.Context, id orgoverlay.ExtensionID, n int64) (orgoverlay.Extension, error) {
	e, ok := r.a.extensions.get(extensionShape, keyOf(id, number(n)))
	if !ok {
		return e, fmt.Errorf("memstore: version %d of extension %s: %w", n, id, orgoverlay.ErrNotFound)
	}
	return e, nil
}

func (r extensions) Active(_ context.Context, category string) (orgoverlay.Extension, error) {
	e, ok := r.a.extensions.by(extensionShape, keyOf(category))
	if !ok {
		return e, fmt.Errorf("memstore: active extension for %s: %w", category, orgoverlay.ErrNotFound)
	}
	return e, nil
}

func (r extensions) List(context.Context) ([]orgoverlay.Extension, error) {
	var out []orgoverlay.Extension
	for _, e := range r.a.extensions.rows.from(key{}) {
		out = append(out, e.Clone())
	}
	return out, nil
}

func (r extensions) Put(_ context.Context, e orgoverlay.Extension) error {
	if !r.a.extensions.put(extensionShape, e) {
		return fmt.Errorf("memstore: put version %d of extension %s: %w", e.Number, e.ID, orgoverlay.ErrConflict)
	}
	return nil
}

type files struct{ a *account }

var _ orgoverlay.Files = files{}

func (r files) Chunk(_ context.Context, sha256 string, n int) ([]byte, error) {
	c := r.a.chunks.get(keyOf(sha256, number(int64(n))))
	if c == nil {
		return nil, fmt.Errorf("memstore: piece %d of content %s: %w", n, sha256, orgoverlay.ErrNotFound)
	}
	return bytes.Clone(*c), nil
}

func (r files) Used(_ context.Context, sha256 string) (bool, error) {
	names := func(l orgoverlay.Local) bool {
		return slices.ContainsFunc(l.Attachments, func(a orgoverlay.Attachment) bool { return a.SHA256 == sha256 })
	}
	for _, o := range r.a.organizations.rows.from(key{}) {
		if names(o.Local) {
			return true, nil
		}
	}
	for _, o := range r.a.overlays.rows.from(key{}) {
		if names(o.Local) {
			return true, nil
		}
	}
	return false, nil
}

func (r files) PutChunk(_ context.Context, sha256 string, n int, data []byte) error {
	k := keyOf(sha256, number(int64(n)))
	if r.a.chunks.get(k) == nil {
		r.a.chunks.put(k, bytes.Clone(data))
	}
	return nil
}

func (r files) Delete(_ context.Context, sha256 string) error {
	for k := range r.a.chunks.from(keyOf(sha256)) { // of the table as it was
		if k[0] != sha256 {
			break
		}
		r.a.chunks.remove(k)
	}
	return nil
}
