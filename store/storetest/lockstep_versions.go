package storetest

import (
	"fmt"
	"maps"
	"reflect"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
)

// Versions that a plan cannot know: they stand in the Version of a record, and in the revision that a switch expects.
const (
	rightVersion int64 = -1001 - iota // the one that the first DB has, 0 for what is not there
	staleVersion                      // the one before
	nextVersion                       // the one to come
)

// versions is what records have, by account, type and id.
type versions map[string]int64

// settle replaces such versions in copies of a call's arguments, and returns with them what holds if the call succeeds.
func (vs versions) settle(account int, c call) ([]any, versions) {
	after := maps.Clone(vs)
	out := make([]any, len(c.args))
	for i, a := range c.args {
		v := copyOf(reflect.ValueOf(a))
		if v.Kind() == reflect.Slice {
			for j := range v.Len() {
				after.settleRecord(account, v.Index(j))
			}
		} else {
			after.settleRecord(account, v)
		}
		out[i] = v.Interface()
	}
	if c.method == "Switch" {
		head := out[1].(locations.Head)
		key := fmt.Sprint(account, " head ", head.Set)
		out[2] = settled(vs[key], out[2].(int64))
		after[key] = head.Revision
	}
	return out, after
}

func (vs versions) settleRecord(account int, v reflect.Value) {
	if v.Kind() != reflect.Struct || !v.FieldByName("Version").IsValid() {
		return
	}
	key := fmt.Sprint(account, v.Type())
	for _, f := range []string{"ID", "Partner", "Remote", "Org", "Other"} {
		if v.Type() == reflect.TypeFor[orgoverlay.Tenant]() {
			break // an account has one
		}
		if id := v.FieldByName(f); id.IsValid() {
			key += " " + id.String()
			if f == "ID" {
				break
			}
		}
	}
	if n := v.FieldByName("Number"); n.IsValid() {
		key += fmt.Sprint(" ", n)
	}
	version := settled(vs[key], v.FieldByName("Version").Int())
	v.FieldByName("Version").SetInt(version)
	vs[key] = version + 1
}

func settled(has, wants int64) int64 {
	switch wants {
	case rightVersion:
		return has
	case staleVersion:
		return has - 1
	case nextVersion:
		return has + 1
	}
	return wants
}
