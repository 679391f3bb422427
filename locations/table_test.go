package locations

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestReadTableKeepsTextAndNamesEveryProblemByLine(t *testing.T) {
	t.Parallel()
	const file = "Number\tName\tStreet\tCity\tState\tPhone\tBrand\n" +
		"1001\tPike Place\t1 Pike St\tSeattle \tWA\t555\tDT\n" +
		"1002\tCapitol Hill\t\tseattle\tWA\t\t\n" +
		"1001\tAgain\t2 Pike St\tTacoma\tWA\t555\t\n" +
		"\tNo number\t3 Pike St\tSeattle \tWA\t555\t\n" +
		"1003\ttoo few cells\n" +
		"1004\tNo city\t4 Pike St\t\tWA\t555\t\n" +
		"1005\tPortland\t5 Pike St\tSeattle \tOR\u0085\t555\t\n"
	layout := Layout{
		ID:         "Number",
		Fields:     map[Fields]string{FieldName: "Name", FieldAddress1: "Street", FieldPhone: "Phone"},
		Attributes: []string{"Brand"},
		Levels:     []LevelColumn{{Name: "State"}, {Name: "City"}},
	}
	got, err := ReadTable(strings.NewReader(file), layout, Rules{})
	require.NoError(t, err)
	want := &Loaded{
		Rows: 7, Stores: 4,
		Nodes: []Node{
			{Key: "/OR\u0085", Level: 3, Name: "OR\u0085"},
			{Key: "/OR\u0085/Seattle ", Parent: "/OR\u0085", Level: 2, Name: "Seattle "},
			{Key: "/WA", Level: 3, Name: "WA"},
			{Key: "/WA/Seattle ", Parent: "/WA", Level: 2, Name: "Seattle "},
			{Key: "/WA/seattle", Parent: "/WA", Level: 2, Name: "seattle"},
			{Key: "1001", Parent: "/WA/Seattle ", Level: 1, Name: "Pike Place", Place: Place{
				Address1: "1 Pike St", Phone: "555", Attributes: []Attribute{{Name: "Brand", Value: "DT"}},
			}},
			{Key: "1002", Parent: "/WA/seattle", Level: 1, Name: "Capitol Hill"},
			{Key: "1004", Parent: "/WA", Level: 1, Name: "No city", Place: Place{Address1: "4 Pike St", Phone: "555"}},
			{Key: "1005", Parent: "/OR\u0085/Seattle ", Level: 1, Name: "Portland", Place: Place{Address1: "5 Pike St", Phone: "555"}},
		},
		Refused: Problems{
			{Line: 4, Key: "1001", Field: "Number", Rule: RuleIDDuplicate, Message: "the ID stands on line 2 already"},
			{Line: 5, Field: "Number", Rule: "required_missing:key", Message: "a node needs a key"},
			{Line: 6, Rule: RuleUnreadable, Message: "2 cells under a header of 7"},
		},
		Warnings: Problems{
			{Line: 2, Key: "1001", Field: "City", Rule: RuleBlank, Message: `blanks around "Seattle "`},
			{Line: 3, Key: "1002", Field: "Street", Rule: RuleEmpty, Message: "empty"},
			{Line: 3, Key: "/WA/seattle", Field: "City", Rule: RuleNear, Message: `"seattle" looks like "Seattle " of line 2 (letter case, blanks)`},
			{Line: 7, Key: "1004", Field: "City", Rule: RuleEmpty, Message: "empty"},
			{Line: 8, Key: "1005", Field: "City", Rule: RuleBlank, Message: `blanks around "Seattle "`},
			{Line: 8, Key: "1005", Field: "State", Rule: RuleControl, Message: `control characters in "OR\u0085"`},
			{Line: 8, Key: "1005", Field: "State", Rule: RuleBlank, Message: `blanks around "OR\u0085"`},
			{Line: 8, Key: "/OR\u0085/Seattle ", Field: "City", Rule: RuleNonHierarchy, Message: `"Seattle " stands under "/OR\u0085" and, on line 2, under "/WA": two nodes`},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
	_, err = Build(got.Nodes, Rules{})
	require.NoError(t, err)
}

func TestReadTableListsEveryMissingColumn(t *testing.T) {
	t.Parallel()
	_, err := ReadTable(strings.NewReader("Store Number,Store Name\n"), StoreListLayout(), Rules{})
	require.ErrorIs(t, err, ErrInvalid)
	for _, column := range []string{"Street Address", "City", "Brand", "Longitude"} {
		require.ErrorContains(t, err, `no column "`+column+`"`)
	}
	_, err = ReadTable(strings.NewReader(""), StoreListLayout(), Rules{})
	require.ErrorIs(t, err, ErrInvalid)
}

func TestLevelCodesAreKeysAndOneCodeIsOneNode(t *testing.T) {
	t.Parallel()
	const file = "ID,Region,District,Code\n1,West,Seattle N,D1\n2,West,Seattle North,D1\n3,East,Seattle N,D1\n4,West,Tacoma,\n5,West,Same,5\n"
	got, err := ReadTable(strings.NewReader(file), Layout{ID: "ID", Levels: []LevelColumn{{Name: "Region"}, {Name: "District", Code: "Code"}}}, Rules{})
	require.NoError(t, err)
	var keys []Key
	for _, n := range got.Nodes {
		keys = append(keys, n.Key)
	}
	if diff := cmp.Diff([]Key{"/West", "/West/Tacoma", "1", "4", "D1"}, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	var rules []Rule
	for _, p := range got.Refused {
		rules = append(rules, p.Rule)
	}
	if diff := cmp.Diff([]Rule{RuleIDDuplicate, RuleNonHierarchy, RuleIDDuplicate}, rules); diff != "" {
		t.Errorf("refused (-want +got):\n%s\n%v", diff, got.Refused)
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add("ID,Name,A,B\n1,x,p,q\n2,y,p,\n1,z,,q\n")
	f.Add("ID\tName\tA\tB\n\"1\"\t \t~/\t\u0085\n")
	layout := Layout{
		ID: "ID", Fields: map[Fields]string{FieldName: "Name"}, Attributes: []string{"Name"},
		Levels: []LevelColumn{{Name: "A", Code: "B"}, {Name: "B"}},
	}
	f.Fuzz(func(t *testing.T, file string) {
		got, err := ReadTable(strings.NewReader(file), layout, Rules{})
		if err != nil {
			return
		}
		tree, err := Build(got.Nodes, Rules{})
		if err != nil {
			t.Fatalf("what was accepted is no tree: %v", err)
		}
		if refused := map[int]bool{}; true {
			for _, p := range got.Refused {
				refused[p.Line] = true
			}
			if got.Stores+len(refused) != got.Rows {
				t.Fatalf("%d stores and %d refused rows of %d", got.Stores, len(refused), got.Rows)
			}
		}
		_ = tree.Root()
	})
}
