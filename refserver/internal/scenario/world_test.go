package scenario_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// world is two systems, alder and birch. settle waits until no message between them is on its way. swiftly, where it is set, makes what
// a scenario only begins from in a quicker way than its people would.
type world struct {
	t            *testing.T
	alder, birch system
	settle       func()
	swiftly      func(begin func())
}

// drivers open the systems that a scenario runs on.
var drivers = []struct {
	name string
	open func(t *testing.T) *world
	when func() bool // nil: always
}{
	{"in memory", inMemory, nil},
	{"two processes", twoProcesses, nil},
	{"two processes on PostgreSQL", onPostgres, nil},
	{"pages, " + desktop.name, inPages(desktop), unlessShort},
	{"pages, " + phonePlain.name, inPages(phonePlain), unlessShort},
	{"pages, " + phone.name, inPages(phone), deep},
	{"pages, " + desktopPlain.name, inPages(desktopPlain), deep},
}

// onEach runs a scenario on systems of every kind.
func onEach(t *testing.T, scenario func(w *world)) {
	t.Parallel()
	for _, d := range drivers {
		if d.when != nil && !d.when() {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			scenario(d.open(t))
		})
	}
}

func unlessShort() bool { return !testing.Short() }

const (
	northwind = string(collabtest.Northwind)
	dineIn    = string(collabtest.DineIn)
	driveThru = string(collabtest.DriveThru)
)

// northwindTable is Northwind Coffee's list of stores, as the client sends it.
const northwindTable = `Store ID,Name,Address,City,State,Zip,Phone,Group,Region,District
1001,Pike Place,1 Pike Place,Seattle,WA,98101,555-1001,,West,Seattle N
1002,Capitol Hill,2 Pine St,Seattle,WA,98122,555-1002,,West,Seattle N
1003,Pearl St,3 Pearl St,Portland,OR,97209,555-1003,,West,Portland
2001,Lake Shore,4 Lake Shore Dr,Chicago,IL,60611,555-2001,,Midwest,Chicago
2002,Wicker Park,5 Damen Ave,Chicago,IL,60622,555-2002,DT,Midwest,Chicago
3001,St. Paul Main,6 Main St,St. Paul,MN,55101,555-3001,,Midwest,Twin Cities
`

var northwindLayout = locations.Layout{
	ID: "Store ID",
	Fields: map[locations.Fields]string{
		locations.FieldName: "Name", locations.FieldAddress1: "Address", locations.FieldCity: "City", locations.FieldState: "State",
		locations.FieldPostalCode: "Zip", locations.FieldPhone: "Phone", locations.FieldGroup: "Group",
	},
	Levels: []locations.LevelColumn{{Name: "Region"}, {Name: "District"}},
}

// meet switches both systems on and registers each at the other.
func (w *world) meet() {
	w.t.Helper()
	for _, pair := range [][2]system{{w.alder, w.birch}, {w.birch, w.alder}} {
		require.NoError(w.t, pair[0].Switch(true))
		other, err := pair[1].Card()
		require.NoError(w.t, err)
		require.NoError(w.t, pair[0].Register(other))
	}
}

// seed gives alder its client with two surveys and six locations.
func (w *world) seed() {
	w.t.Helper()
	require.NoError(w.t, w.alder.SaveClient(northwind, "Northwind Coffee"))
	for _, s := range collabtest.NorthwindSurveys() {
		require.NoError(w.t, w.alder.SaveSurvey(s))
	}
	rows, err := w.alder.Load(northwind, northwindTable)
	require.NoError(w.t, err)
	require.Equal(w.t, 12, rows, "six stores, four districts, two regions")
}

// dineInOffer is alder's usual offer to birch.
func dineInOffer() proposal {
	return proposal{Partner: "birch", Client: northwind, Survey: dineIn, Target: "new_client", Rules: true}
}

// share makes the systems partners and brings an offer of alder's to acceptance. It returns the project at alder.
func (w *world) share(p proposal) project {
	w.t.Helper()
	begin := func() {
		w.meet()
		w.seed()
	}
	if w.swiftly != nil {
		w.swiftly(begin)
	} else {
		begin()
	}
	return w.agree(p)
}

// agree brings an offer of alder's to acceptance.
func (w *world) agree(p proposal) project {
	w.t.Helper()
	out, err := w.alder.Propose(p)
	require.NoError(w.t, err)
	w.settle()
	require.NoError(w.t, w.birch.Accept(out.ID, "ops@birch.example", true))
	w.settle()
	require.Equal(w.t, "Accepted", w.project(w.birch, out.ID).Label)
	return w.project(w.alder, out.ID)
}

// shareWithJobs is share, after which birch has jobs 501 to 508.
func (w *world) shareWithJobs(p proposal) project {
	w.t.Helper()
	out := w.share(p)
	w.jobs(out)
	return out
}

// jobs gives birch jobs 501 to 508.
func (w *world) jobs(out project) {
	w.t.Helper()
	at := w.project(w.birch, out.ID)
	require.NoError(w.t, w.birch.CreateShops(collabtest.NorthwindShops(collab.ClientID(at.Client), collab.SurveyID(at.Survey))))
}

// project finds a project; the zero project is not there.
func (w *world) project(s system, id string) project {
	w.t.Helper()
	ps, err := s.Projects()
	require.NoError(w.t, err)
	if i := slices.IndexFunc(ps, func(p project) bool { return p.ID == id }); i >= 0 {
		return ps[i]
	}
	return project{}
}

// labels lists the labels of a system's projects by survey name.
func (w *world) labels(s system) map[string]string {
	w.t.Helper()
	ps, err := s.Projects()
	require.NoError(w.t, err)
	out := map[string]string{}
	for _, p := range ps {
		out[p.SurveyName] = p.Label
	}
	return out
}

// imports plans an import, agrees to it and runs it to its end.
func (w *world) imports(project string) run {
	w.t.Helper()
	agreed, err := w.alder.PlanImport(project)
	require.NoError(w.t, err)
	id, err := w.alder.Import(project, agreed)
	require.NoError(w.t, err)
	w.settle()
	r, err := w.alder.Run(id)
	require.NoError(w.t, err)
	require.Equal(w.t, "done", r.State, r.Reason)
	w.same(agreed.Counts, r.Counts, "the plan and the run agree")
	want := map[string]int64{}
	if r.Counts.Imported > 0 {
		want["imported"] = r.Counts.Imported
	}
	if r.Counts.Updated > 0 {
		want["updated"] = r.Counts.Updated
	}
	w.same(want, r.Ledger, "the report and the ledger agree")
	require.Len(w.t, r.Events, int(r.Counts.Imported+r.Counts.Updated))
	return r
}

func (w *world) shop(s system, id string) shop {
	w.t.Helper()
	sh, err := s.Shop(id)
	require.NoError(w.t, err)
	return sh
}

// save opens a shop, changes it and saves it.
func (w *world) save(s system, id string, change func(*shop)) shop {
	w.t.Helper()
	sh := w.shop(s, id)
	change(&sh)
	require.NoError(w.t, s.Save(sh))
	return w.shop(s, id)
}

// shopsByOrigin lists alder's shops by the job of birch's that each came from.
func (w *world) shopsByOrigin() map[string]shop {
	w.t.Helper()
	all, err := w.alder.Shops()
	require.NoError(w.t, err)
	out := map[string]shop{}
	for _, sh := range all {
		require.NotContains(w.t, out, sh.Origin, "a job is there once")
		out[sh.Origin] = sh
	}
	return out
}

// refused wants a refusal with a code, and returns it.
func (w *world) refused(code string, err error) *no {
	w.t.Helper()
	n, ok := errors.AsType[*no](err)
	require.True(w.t, ok, "wanted %s, got %v", code, err)
	require.True(w.t, n.says(code), "wanted %s, got %v", code, err)
	return n
}

// same compares values.
func (w *world) same(want, got any, what string) {
	w.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		w.t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

// actions lists what history says was done to a subject, oldest first.
func (w *world) actions(s system, kind, id string) []string {
	w.t.Helper()
	es, err := s.History(kind, id)
	require.NoError(w.t, err)
	return each(es, func(e entry) string { return e.Action })
}

func held(reason string, n int64) map[string]int64 { return map[string]int64{reason: n} }

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
