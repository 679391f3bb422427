package bunstore

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/orgoverlay"
)

type extensions struct{ s *session }

var _ orgoverlay.Extensions = extensions{}

type extensionRow struct {
	bun.BaseModel `bun:"table:mspkit_extension"`
	Account       string                 `bun:",pk"`
	ID            orgoverlay.ExtensionID `bun:",pk"`
	Number        int64                  `bun:",pk"`
	Name          string
	Category      string
	State         string
	Disabled      bool
	Fields        string
	ChangedAt     int64
	Version       int64
}

type storedField struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Schema   []byte `json:"schema,omitempty"`
	Internal bool   `json:"internal,omitempty"`
	Person   bool   `json:"person,omitempty"`
}

func (r *extensionRow) extension() (orgoverlay.Extension, error) {
	fields, err := unpack[storedField](r.Fields)
	return orgoverlay.Extension{ID: r.ID, Number: r.Number, Name: r.Name, Category: r.Category, State: orgoverlay.ParseExtensionState(r.State),
		Disabled: r.Disabled, At: fromMicros(r.ChangedAt), Version: r.Version,
		Fields: each(fields, func(f storedField) orgoverlay.ExtensionField { return orgoverlay.ExtensionField(f) })}, err
}

func (r extensions) Extension(ctx context.Context, id orgoverlay.ExtensionID, number int64) (orgoverlay.Extension, error) {
	return one(ctx, r.s, from[extensionRow](r.s).Where("id = ?", id).Where("number = ?", number), (*extensionRow).extension,
		noSuch(orgoverlay.ErrNotFound, "extension", string(id), strconv.FormatInt(number, 10)))
}

func (r extensions) Active(ctx context.Context, category string) (orgoverlay.Extension, error) {
	return one(ctx, r.s, from[extensionRow](r.s).Where("category = ?", category).Where("state = 'active'"), (*extensionRow).extension,
		noSuch(orgoverlay.ErrNotFound, "active extension for", category))
}

func (r extensions) List(ctx context.Context) ([]orgoverlay.Extension, error) {
	return many(ctx, r.s, from[extensionRow](r.s).Order("id", "number"), (*extensionRow).extension)
}

func (r extensions) Put(ctx context.Context, e orgoverlay.Extension) error {
	row := extensionRow{Account: r.s.account, ID: e.ID, Number: e.Number, Name: e.Name, Category: e.Category, State: e.State.String(), Disabled: e.Disabled,
		Fields:    pack(each(e.Fields, func(f orgoverlay.ExtensionField) storedField { return storedField(f) })),
		ChangedAt: micros(e.At), Version: e.Version + 1}
	if ok, err := put(ctx, r.s, &row, e.Version); !ok {
		return refuse(err, orgoverlay.ErrConflict, "extension", string(e.ID), strconv.FormatInt(e.Number, 10))
	}
	return nil
}

type files struct{ s *session }

var _ orgoverlay.Files = files{}

type contentRow struct {
	bun.BaseModel `bun:"table:mspkit_content"`
	Account       string `bun:",pk"`
	Content       string `bun:",pk"`
	Number        int64  `bun:",pk"`
	Data          []byte
}

func (r *contentRow) data() ([]byte, error) { return r.Data, nil }

func (r files) Chunk(ctx context.Context, sha256 string, n int) ([]byte, error) {
	return one(ctx, r.s, from[contentRow](r.s).Where("content = ?", sha256).Where("number = ?", n), (*contentRow).data,
		noSuch(orgoverlay.ErrNotFound, "piece of content", sha256, strconv.Itoa(n)))
}

func (r files) Used(ctx context.Context, sha256 string) (bool, error) {
	found, err := many(ctx, r.s, from[attachedRow](r.s).Where("content = ?", sha256).Limit(1), func(*attachedRow) (struct{}, error) { return struct{}{}, nil })
	return len(found) > 0, err
}

func (r files) PutChunk(ctx context.Context, sha256 string, n int, data []byte) error {
	_, err := write(ctx, r.s, verbInsert, &contentRow{Account: r.s.account, Content: sha256, Number: int64(n), Data: data})
	return err
}

func (r files) Delete(ctx context.Context, sha256 string) error {
	_, err := r.s.exec(ctx, "delete content", "DELETE FROM mspkit_content WHERE account = ? AND content = ?", r.s.account, sha256)
	return err
}
