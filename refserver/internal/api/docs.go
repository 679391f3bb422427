package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

//go:embed docs.html
var docsPage string

// What the page shows of an operation.
type (
	docArea struct {
		Name, Anchor string
		Operations   []docOperation
	}
	docOperation struct {
		ID, Method, Path, Summary string
		Params                    []docParam
		Body, Answer              docType
	}
	docParam struct{ Name, In, Type, Text string }
	docType  struct{ Name, Link string }
	docShape struct {
		Name, Text string
		Fields     []docField
	}
	docField struct {
		Name, Text string
		Type       docType
	}
)

// document serves the OpenAPI document and a page made from it, both rendered once.
func (a *api) document(mux *web.Mux) error {
	doc := a.huma.OpenAPI()
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("api: OpenAPI document: %w", err)
	}
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return fmt.Errorf("api: docs page: %w", err)
	}
	var html bytes.Buffer
	if err := t.Execute(&html, map[string]any{"Info": doc.Info, "Areas": docAreas(doc), "Shapes": docShapes(doc), "Styles": ui.Styles()}); err != nil {
		return fmt.Errorf("api: docs page: %w", err)
	}
	serve := func(contentType string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write(body)
		}
	}
	mux.HandleFunc("GET /openapi.json", serve("application/vnd.oai.openapi+json", text))
	mux.HandleFunc("GET /docs", serve("text/html; charset=utf-8", html.Bytes()))
	return nil
}

// docAreas groups the operations by area, in the order in which they are registered within each.
func docAreas(doc *huma.OpenAPI) []docArea {
	byName := map[string][]docOperation{}
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "PUT": item.Put, "POST": item.Post, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				byName[op.Tags[0]] = append(byName[op.Tags[0]], docOperationOf(op, method, path))
			}
		}
	}
	var out []docArea
	for name, ops := range byName {
		slices.SortFunc(ops, func(a, b docOperation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		out = append(out, docArea{name, "area-" + strings.ReplaceAll(name, " ", "-"), ops})
	}
	slices.SortFunc(out, func(a, b docArea) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func docOperationOf(op *huma.Operation, method, path string) docOperation {
	out := docOperation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary}
	for _, p := range op.Parameters {
		out.Params = append(out.Params, docParam{p.Name, p.In, typeOf(p.Schema).Name, cmp.Or(p.Description, p.Schema.Description)})
	}
	if op.RequestBody != nil {
		out.Body = contentType(op.RequestBody.Content)
	}
	if r := op.Responses["200"]; r != nil {
		out.Answer = contentType(r.Content)
	}
	return out
}

// contentType names the shape of a content in JSON; of one that is not, its media types.
func contentType(content map[string]*huma.MediaType) docType {
	if media := content["application/json"]; media != nil && media.Schema != nil {
		return typeOf(media.Schema)
	}
	return docType{Name: strings.Join(slices.Sorted(maps.Keys(content)), ", ")}
}

const refPrefix = "#/components/schemas/"

func typeOf(s *huma.Schema) docType {
	switch {
	case s == nil:
		return docType{}
	case len(s.Ref) > len(refPrefix):
		return docType{s.Ref[len(refPrefix):], s.Ref[len(refPrefix):]}
	case s.Type == huma.TypeArray:
		t := typeOf(s.Items)
		return docType{"list of " + t.Name, t.Link}
	case s.Type == huma.TypeObject && !reflect.ValueOf(s.AdditionalProperties).IsZero():
		values, _ := s.AdditionalProperties.(*huma.Schema)
		return docType{Name: "object of " + cmp.Or(typeOf(values).Name, "anything")}
	case s.Format != "":
		return docType{Name: s.Type + ", " + s.Format}
	case s.ContentEncoding != "":
		return docType{Name: s.Type + ", " + s.ContentEncoding}
	}
	return docType{Name: cmp.Or(s.Type, "anything")}
}

func docShapes(doc *huma.OpenAPI) []docShape {
	var out []docShape
	for name, s := range doc.Components.Schemas.Map() {
		shape := docShape{Name: name, Text: s.Description}
		for field, fs := range s.Properties {
			shape.Fields = append(shape.Fields, docField{field, fs.Description, typeOf(fs)})
		}
		slices.SortFunc(shape.Fields, func(a, b docField) int { return cmp.Compare(a.Name, b.Name) })
		out = append(out, shape)
	}
	slices.SortFunc(out, func(a, b docShape) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
