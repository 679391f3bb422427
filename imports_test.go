package mspkit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who may import whom. Packages of this module are written "./collab", with "./collab/..." for what lies below as well;
// "std" is the standard library and "others" every other module. The first rule whose who matches a package is its rule.
type rule struct {
	who string
	may []string
	not []string // taken away from may
}

var (
	domains = []string{"./collab", "./locations", "./orgoverlay", "./onboarding"}
	helpers = []string{"./internal/tabular", "./internal/textnorm", "./internal/uuid7"} // a closed list, see CONTRIBUTING.md

	text       = "golang.org/x/text/..."
	world      = []string{"net/http/...", "os/...", "log/...", "database/sql/..."}
	testKit    = []string{"github.com/stretchr/testify/...", "github.com/google/go-cmp/...", "pgregory.net/rapid/...", "go.uber.org/goleak/..."}
	databases  = []string{"github.com/uptrace/bun/...", "github.com/jackc/pgx/...", "modernc.org/sqlite/...", "github.com/riverqueue/river/..."}
	goCmp      = "github.com/google/go-cmp/..."
	bunDrivers = []string{"github.com/uptrace/bun/driver/...", "github.com/uptrace/bun/dialect/sqlitedialect/...", "github.com/uptrace/bun/dialect/pgdialect/..."}
)

var rules = buildRules()

func buildRules() []rule {
	join := func(lists ...[]string) []string { return slices.Concat(lists...) }
	one := func(s ...string) []string { return s }
	low := join(one("std"), domains, helpers) // what everything from the stores upwards may have

	rs := []rule{
		{who: "."},
		{who: "./internal/pgtest", may: one("std", "github.com/jackc/pgx/...")}, // serves tests, and is not among the helpers: nobody's product may link it
		{who: "./internal/...", may: join(one("std", text), helpers), not: world},
		// Around the domains: adapters speak to the world and know no store; kits serve tests, on
		// whatever store.DB they are given.
		{who: "./collab/collabhttp/...", may: join(low, one("others", "./collab/collabhttp/...")), not: join(databases, testKit, one("database/sql/..."))},
		{who: "./onboarding/itglue/...", may: join(low, one("others", "./onboarding/itglue/...")), not: join(databases, testKit, one("database/sql/..."))},
		{who: "./orgoverlay/jsonschema", may: one("std", "./orgoverlay", text, "github.com/santhosh-tekuri/jsonschema/..."), not: world},
		{who: "./collab/collabtest/...", may: join(low, one("./collab/...", "./store", goCmp)), not: one("database/sql/...")},
	}
	for _, d := range domains {
		rs = append(rs, rule{who: d + "/...", may: join(one("std", d+"/..."), helpers), not: world})
	}
	everything := join(one("std", "others", "./store/..."), helpers)
	for _, d := range domains {
		everything = append(everything, d+"/...")
	}
	return append(rs,
		rule{who: "./store", may: low, not: world},
		rule{who: "./store/memstore/...", may: join(low, one("./store")), not: world},
		rule{who: "./store/storetest/...", may: join(low, one("./store", "./store/storetest/...", goCmp)), not: world},
		rule{who: "./store/courier/rivercourier/...", may: join(low, one("./store", "./store/courier", "github.com/riverqueue/river/...")), not: one("net/http/...")},
		rule{who: "./store/courier/...", may: join(low, one("./store")), not: world},
		rule{who: "./store/bunstore/pgxcopy/...", may: join(low, one("./store", "./store/bunstore", "github.com/jackc/pgx/..."))},
		rule{who: "./store/bunstore/...", may: join(low, one("./store", "./store/bunstore/...", "github.com/uptrace/bun/...")), not: join(bunDrivers, one("net/http/...", "os/...", "log/..."))},
		rule{who: "./examples/...", may: join(everything, one("./examples/...")), not: testKit},
		rule{who: "./refserver/...", may: join(everything, one("./refserver/...")), not: testKit},
	)
}

func matches(pattern, path string) bool {
	switch isStd := !strings.Contains(strings.SplitN(path, "/", 2)[0], "."); pattern {
	case "std":
		return isStd
	case "others":
		return !isStd && path != "." && !strings.HasPrefix(path, "./")
	}
	below, tree := strings.CutSuffix(pattern, "/...")
	return path == below || tree && strings.HasPrefix(path, below+"/")
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

// forbidden returns what breaks the rules in a graph of packages, each with what its non-test files import.
func forbidden(graph map[string][]string) []string {
	var found []string
	for _, path := range slices.Sorted(maps.Keys(graph)) {
		if path != "." && !strings.HasPrefix(path, "./") {
			continue
		}
		if matches("./internal/...", path) && !slices.Contains(helpers, path) && path != "./internal/pgtest" {
			continue // outside the closed list: whoever imports it is told
		}
		i := slices.IndexFunc(rules, func(r rule) bool { return matches(r.who, path) })
		if i < 0 {
			found = append(found, path+" has no rule")
			continue
		}
		for _, to := range graph[path] {
			if !matchesAny(rules[i].may, to) || matchesAny(rules[i].not, to) {
				found = append(found, path+" imports "+to)
			}
		}
	}
	for _, d := range domains {
		found = append(found, linked(graph, d)...)
	}
	return found
}

// linked returns what a domain reaches, by whatever way, beyond std, the helpers, golang.org/x/text and its own folders.
func linked(graph map[string][]string, domain string) []string {
	allowed := append([]string{"std", text, domain + "/..."}, helpers...)
	var found []string
	seen := map[string]bool{domain: true}
	for queue := []string{domain}; len(queue) > 0; queue = queue[1:] {
		for _, to := range graph[queue[0]] {
			if seen[to] || matches("std", to) {
				continue
			}
			seen[to] = true
			queue = append(queue, to)
			if !matchesAny(allowed, to) {
				found = append(found, domain+" links "+to)
			}
		}
	}
	return found
}

// readGraph asks the go command for every package of this module and all they depend on.
func readGraph(t *testing.T) map[string][]string {
	t.Helper()
	const module = "github.com/mspkit/mspkit"
	short := func(path string) string {
		if rest, ours := strings.CutPrefix(path, module); ours && (rest == "" || rest[0] == '/') {
			return "." + rest
		}
		return path
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=ImportPath,Imports", "./...")
	out, err := cmd.Output()
	require.NoError(t, err, "go list")
	graph := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return graph
		} else {
			require.NoError(t, err)
		}
		for i, to := range p.Imports {
			p.Imports[i] = short(to)
		}
		graph[short(p.ImportPath)] = p.Imports
	}
}

func TestNobodyImportsWhatTheyMustNot(t *testing.T) {
	t.Parallel()
	graph := readGraph(t)
	for _, must := range []string{".", "./collab", "./locations", "./internal/tabular"} {
		require.Contains(t, graph, must, "the go command did not list it")
	}
	for _, edge := range forbidden(graph) {
		t.Error(edge)
	}
}

// good is a tree as it should be, with an edge of each kind that is allowed.
func good() map[string][]string {
	return map[string][]string{
		".":                              nil,
		"./internal/textnorm":            {"strings", "golang.org/x/text/unicode/norm"},
		"./internal/tabular":             {"encoding/csv", "./internal/textnorm"},
		"./collab":                       {"context", "net/mail", "./internal/uuid7"},
		"./collab/collabhttp":            {"net/http", "os", "./collab", "./locations", "github.com/dunglas/httpsfv"},
		"./collab/collabtest":            {"testing", "./collab", "./store", "./collab/collabhttp", "github.com/google/go-cmp/cmp"},
		"./internal/pgtest":              {"os/exec", "testing", "github.com/jackc/pgx/v5"},
		"./locations":                    {"context", "./internal/tabular"},
		"./onboarding":                   {"./onboarding/machine"},
		"./onboarding/machine":           {"slices"},
		"./onboarding/itglue/itgluetest": {"net/http/httptest", "./onboarding/itglue"},
		"./orgoverlay":                   {"context"},
		"./orgoverlay/jsonschema":        {"./orgoverlay", "golang.org/x/text/language", "github.com/santhosh-tekuri/jsonschema/v6"},
		"./store":                        {"./collab", "./locations"},
		"./store/memstore":               {"./store", "./collab"},
		"./store/storetest":              {"testing", "./store", "github.com/google/go-cmp/cmp"},
		"./store/courier":                {"./store", "./collab"},
		"./store/courier/rivercourier":   {"./store/courier", "database/sql", "github.com/riverqueue/river/rivertype"},
		"./store/bunstore":               {"./store", "database/sql", "github.com/uptrace/bun/dialect"},
		"./store/bunstore/pgxcopy":       {"./store/bunstore", "github.com/jackc/pgx/v5"},
		"./examples/hosttx":              {"./store/bunstore", "modernc.org/sqlite", "github.com/uptrace/bun/dialect/sqlitedialect"},
		"./refserver":                    {"os", "./refserver/internal/app"},
		"./refserver/internal/app":       {"net/http", "./collab/collabhttp", "golang.org/x/sync/errgroup"},
		"golang.org/x/text/unicode/norm": {"unicode/utf8", "golang.org/x/text/transform"},
	}
}

// The proof that the rules bite: each planted edge is found, and nothing is found in the tree without it.
func TestPlantedEdgesAreFound(t *testing.T) {
	t.Parallel()
	require.Empty(t, forbidden(good()))
	for _, edge := range []struct{ from, to string }{
		{".", "./collab"},
		{"./internal/textnorm", "github.com/google/uuid"},
		{"./internal/tabular", "./collab"},
		{"./internal/tabular", "os"},
		{"./internal/pgtest", "./store"},
		{"./store/bunstore", "./internal/pgtest"},
		{"./refserver", "./internal/pgtest"},
		{"./collab", "./locations"},
		{"./locations", "./collab"},
		{"./onboarding/machine", "./collab"},
		{"./collab", "./store"},
		{"./collab", "net/http"},
		{"./collab", "os"},
		{"./collab", "os/exec"},
		{"./collab", "log/slog"},
		{"./locations", "database/sql/driver"},
		{"./locations", "github.com/uptrace/bun"},
		{"./locations", "golang.org/x/text/unicode/norm"},
		{"./collab", "github.com/stretchr/testify/require"},
		{"./collab", "./internal/clock"},
		{"./collab/collabhttp", "./store"},
		{"./collab/collabhttp", "./store/memstore"},
		{"./collab/collabhttp", "github.com/stretchr/testify/require"},
		{"./collab/collabhttp", "github.com/uptrace/bun"},
		{"./orgoverlay", "github.com/santhosh-tekuri/jsonschema/v6"},
		{"./orgoverlay/jsonschema", "net/http"},
		{"./orgoverlay/jsonschema", "./store"},
		{"./collab/collabtest", "github.com/stretchr/testify/require"},
		{"./collab/collabtest", "./store/memstore"},
		{"./store", "github.com/uptrace/bun"},
		{"./store", "./store/memstore"},
		{"./store", "./collab/collabhttp"},
		{"./store/memstore", "./store/bunstore"},
		{"./store/memstore", "database/sql"},
		{"./store/storetest", "github.com/stretchr/testify/require"},
		{"./store/storetest", "github.com/uptrace/bun"},
		{"./store/storetest", "./store/memstore"},
		{"./store/courier", "github.com/riverqueue/river"},
		{"./store/courier/rivercourier", "./store/bunstore"},
		{"./store/bunstore", "modernc.org/sqlite"},
		{"./store/bunstore", "github.com/uptrace/bun/dialect/sqlitedialect"},
		{"./store/bunstore", "github.com/riverqueue/river"},
		{"./store/bunstore", "./store/courier"},
		{"./examples/hosttx", "./refserver/internal/app"},
		{"./refserver", "./examples/hosttx"},
		{"./refserver", "github.com/google/go-cmp/cmp"},
	} {
		graph := good()
		graph[edge.from] = append(graph[edge.from], edge.to)
		want := fmt.Sprintf("%s imports %s", edge.from, edge.to)
		require.Contains(t, forbidden(graph), want)
	}
}

func TestWhatADomainLinksIsFoundThroughOthers(t *testing.T) {
	t.Parallel()
	graph := good()
	graph["golang.org/x/text/transform"] = []string{"golang.org/x/sys/cpu"}
	require.Equal(t, []string{"./locations links golang.org/x/sys/cpu"}, forbidden(graph))
}

func TestAPackageWithoutARuleIsFound(t *testing.T) {
	t.Parallel()
	graph := good()
	graph["./util"] = nil
	require.Equal(t, []string{"./util has no rule"}, forbidden(graph))
}
