package storetest

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
)

// The pools are so small that values meet, and ids of all kinds are the same: a client's set, a place's key, a partner.
var (
	names   = []string{"B", "a", "é"} // in byte order, and in no language's
	systems = names[:2]
	texts   = []string{"", "x", "é ☃ 'q' \"<&>\" \\ \t\n"}
)

// longest is how many records a long list has; their ids are names with a number.
const longest = 10

// allNames are the names, and those of long lists.
func allNames() []string {
	out := slices.Clone(names)
	for _, name := range names {
		for n := range longest {
			out = append(out, name+strconv.Itoa(n+1))
		}
	}
	return out
}

// keyFields are never empty.
var keyFields = []string{"ID", "Remote", "Key", "TokenHash", "Org"}

// namedFields hold names though they are plain texts, so that one record finds another.
var namedFields = []string{"Stream", "Before", "FinancialID", "SHA256", "Category", "Kind", "Subject", "Fields"}

// Accounts of a sequence within records, which have names of their own there.
const (
	accountOne = "one"
	accountTwo = "two"
)

// fill gives v, the field or parameter of that name, a random value.
func (g gen) fill(v reflect.Value, name string) {
	switch t := v.Type(); {
	case t == reflect.TypeFor[time.Time]():
		if g.IntN(4) > 0 {
			v.Set(reflect.ValueOf(at(g.IntN(4))))
		}
	case t == reflect.TypeFor[collab.SystemID]() || t == reflect.TypeFor[locations.PartnerID]():
		g.fillText(v, name, systems)
	case t == reflect.TypeFor[orgoverlay.Account]():
		v.SetString(pick(g, accountOne, accountTwo, accountOne, accountTwo, accountTwo, "third", ""))
	case name == "Version" && g.nth > 0 && g.IntN(20) > 0:
		v.SetInt(rightVersion)
	case name == "Version":
		v.SetInt(pick[int64](g, rightVersion, rightVersion, rightVersion, rightVersion, 0, staleVersion, nextVersion))
	case enumSize(t) > 0:
		g.fillEnum(v, enumSize(t))
	default:
		g.fillKind(v, name)
	}
}

func (g gen) fillKind(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Struct:
		g.fillStruct(v)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), g.IntN(4), 3))
		for i := range v.Len() {
			g.fill(v.Index(i), name)
		}
	case reflect.Array:
		v.Index(g.IntN(v.Len())).SetUint(uint64(g.IntN(2))) // a print: none, or one of some
	case reflect.Pointer:
		if g.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			g.fill(v.Elem(), name)
		}
	case reflect.String:
		if v.Type().PkgPath() != "" || slices.Contains(keyFields, name) || slices.Contains(namedFields, name) {
			g.fillText(v, name, names)
		} else {
			v.SetString(pick(g, texts...))
		}
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Uint8:
		v.SetUint(uint64(g.IntN(256)))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(g.IntN(4)))
		if name == "Limit" {
			v.SetInt(pick[int64](g, 0, 1, 2, 100))
		}
	default:
		panic("storetest: lockstep: no values for " + name + " " + v.Type().String())
	}
}

func (g gen) fillText(v reflect.Value, name string, of []string) {
	key := slices.Contains(keyFields, name)
	if key || g.IntN(4) > 0 {
		v.SetString(of[min(g.IntN(len(of)), g.IntN(len(of)))]) // the first most of all
	}
	if g.nth > 0 && (key || name == "Shop") && len(of) == len(names) && g.IntN(20) > 0 {
		v.SetString(v.String() + strconv.Itoa(g.nth))
	}
}

// fillEnum prefers the first two values: a proposed or accepted project, a Primary, a running run hold unique keys.
func (g gen) fillEnum(v reflect.Value, size int) {
	n := 1 + g.IntN(min(2, size))
	if g.IntN(3) == 0 {
		n = g.IntN(size + 1)
	}
	v.SetUint(uint64(n))
}

func (g gen) fillStruct(v reflect.Value) {
	t := v.Type()
	if (t == reflect.TypeFor[collab.Origin]() || t == reflect.TypeFor[collab.Subject]()) && g.IntN(2) == 0 {
		return
	}
	query := strings.HasSuffix(t.Name(), "Query")
	for i := range t.NumField() {
		if t.Field(i).IsExported() && (!query || g.IntN(2) == 0) {
			g.fill(v.Field(i), t.Field(i).Name)
		}
	}
	switch t {
	case reflect.TypeFor[orgoverlay.Query]():
		v.FieldByName("Now").Set(reflect.ValueOf(at(g.IntN(4))))
	case reflect.TypeFor[orgoverlay.CustomValue]():
		v.FieldByName("Value").SetBytes([]byte(pick(g, `"x"`, `["X", 5]`, `{"é": null}`, "", "no JSON \xff")))
	}
}

// copyOf returns a value that shares no memory with v.
func copyOf(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(copyOf(v.Index(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copyOf(v.Elem()))
		}
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(copyOf(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}
