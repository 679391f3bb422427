package pages_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// upload sends a file to a page.
func (d *desk) upload(path, name, text string) page {
	d.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		require.NoError(d.t, err)
		_, err = part.Write([]byte(text))
		require.NoError(d.t, err)
	}
	require.NoError(d.t, form.Close())
	r, err := d.browser.Post(d.url+path, form.FormDataContentType(), &body)
	require.NoError(d.t, err)
	return d.read(r)
}

func TestFileIsReadMappedPreviewedAndLoaded(t *testing.T) {
	o := newOffices(t)
	set := locations.SetID(collabtest.Northwind)
	const load = "/locations/northwind/load"
	o.alder.open("/locations/northwind").follow("Load a file").says("First choose the client's list of stores")
	o.alder.upload(load, "", "").is(http.StatusUnprocessableEntity).says("Choose a file first")
	o.alder.upload(load, "empty.csv", "").is(http.StatusUnprocessableEntity).says("It cannot be read")

	table := "Store ID,Name,City,Region,District,Mood\n1001,Pike Place,Seattle,West,Seattle N,good\n4001,New One,Eugene,West,Eugene,\n4001,Twice,Eugene,West,Eugene,\n4002,,Bend,West,Bend,\n"
	before, err := o.Alder.Locations.Head(t.Context(), set)
	require.NoError(t, err)
	preview := o.alder.upload(load, "stores.csv", table).is(http.StatusOK).says("The file is read", "stores.csv", "What the file would do", "Rows that are left out: 1", "the ID stands on line 3 already", "Rows that are odd")
	now, err := o.Alder.Locations.Head(t.Context(), set)
	require.NoError(t, err)
	require.Equal(t, before, now, "nothing is written by looking")
	_, values := preview.formOf("Preview")
	require.Equal(t, []string{"Store ID", "Name", "Region", "District"}, []string{values.Get("id"), values.Get("name"), values.Get("above1"), values.Get("above2")}, "what the columns are is guessed")

	preview.press("Preview", "id", "").says("Say which column is the store ID")
	preview.press("Preview", "above1", "Nowhere").says("The file does not fit like this", "Nowhere")
	all := preview.press("Preview", "deactivate", "yes").says("become inactive because the file does not name them")
	require.Contains(t, all.HTML, "danger")
	mapped := preview.press("Preview", "attribute", "Mood").says("4 locations or level values: new", "1 location or level value: updated")

	edit(t, o.Alder, set, locations.Rename("1002", "Capitol"))
	stale := mapped.press("Load 5 changes").is(http.StatusConflict).says("Somebody has changed this", "What the file would do")
	done := stale.press("Load 5 changes").is(http.StatusOK).says("stores.csv is loaded", "4 locations or level values: new", "1 row of the file did not go in", "At the top")
	require.Equal(t, "/locations/northwind", done.Path)
	n, err := o.Alder.Locations.Node(t.Context(), set, "1001")
	require.NoError(t, err)
	require.Equal(t, []locations.Attribute{{Name: "Mood", Value: "good"}}, n.Place.Attributes)
	mapped.press("Load 5 changes").is(http.StatusUnprocessableEntity).says("not kept any more")
	o.alder.open(mapped.Path).says("not kept any more", "Choose it again")
}

// Files wait in memory: the oldest make room for new ones.
func TestUploadsAreBounded(t *testing.T) {
	o := newOffices(t)
	big := "Store ID,Name\n" + strings.Repeat(fmt.Sprintf("1,%s\n", strings.Repeat("x", 1000)), 25_000)
	first := o.alder.upload("/locations/northwind/load", "first.csv", "Store ID,Name\n1,One\n")
	for range 3 {
		o.alder.upload("/locations/northwind/load", "big.csv", big).is(http.StatusOK)
	}
	o.alder.open(first.Path).says("not kept any more")
}

// What does not fit into memory while a form is read lies in a file of the machine, and goes with the request.
func TestUploadLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	o := openOffices(t)
	const load = "/locations/northwind/load"
	o.alder.upload(load, "big.csv", "Store ID,Name\n"+strings.Repeat("1,One\n", 500_000)).is(http.StatusOK)
	o.alder.upload(load, "other.bin", strings.Repeat("\x00", 3<<20)).is(http.StatusUnprocessableEntity)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}
