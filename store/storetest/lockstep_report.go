package storetest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Tally counts, for each method of a role (such as Collab.Shops.Put), of the queue and of store.Scoped, how often it answered with which
// sentinels; "ok" is no error. A method that was not called is there with nothing.
type Tally map[string]map[string]int

func newTally() Tally {
	t := Tally{}
	for _, m := range slices.Concat(txMethods, viewMethods, queueMethods) {
		t[m.role+"."+m.name] = map[string]int{}
	}
	return t
}

func (t Tally) add(tr trace) {
	count := func(method string, a answer) {
		if t[method] == nil {
			t[method] = map[string]int{}
		}
		t[method][a.class]++
	}
	for i, s := range tr.steps {
		answers := tr.answers[i]
		for j, c := range s.calls[:min(len(s.calls), len(answers))] {
			count(c.role+"."+c.method, answers[j])
		}
		if s.kind != queueStep {
			count("Scoped."+string(s.kind), answers[len(answers)-1])
		}
	}
}

// String writes a line for each method, ordered.
func (t Tally) String() string {
	var b strings.Builder
	for _, method := range slices.Sorted(maps.Keys(t)) {
		fmt.Fprintf(&b, "%-34s", method)
		for _, class := range slices.Sorted(maps.Keys(t[method])) {
			fmt.Fprintf(&b, " %s %d", class, t[method][class])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func showSteps(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		if s.kind != queueStep {
			fmt.Fprintf(&b, "  %s of account %s, whose closure %s\n", s.kind, []string{"one", "two", `""`}[s.account], s.end)
		}
		for _, c := range s.calls {
			fmt.Fprintf(&b, "    %s\n", showCall(c))
		}
	}
	return b.String()
}

func showCall(c call) string {
	var args []string
	for _, a := range c.args {
		args = append(args, show(reflect.ValueOf(a)))
	}
	return fmt.Sprintf("%s.%s(%s)", c.role, c.method, strings.Join(args, ", "))
}

// show writes a value without its empty fields, and a time as the seconds after day.
func show(v reflect.Value) string {
	switch a := v.Interface().(type) {
	case time.Time:
		if a.IsZero() {
			return "never"
		}
		return fmt.Sprint(a.Sub(day))
	case messageID:
		return strings.TrimSpace(fmt.Sprintf("%s message %d of account %s", a.state, a.n, []string{"one", "two"}[a.account]))
	case tokenOf:
		return fmt.Sprintf("its token%+d", a.further)
	case accountName:
		return []string{"one", "two"}[a]
	case listing:
		return fmt.Sprintf("{account %s %s %s, %s, limit %d}", []string{"one", "two", "all"}[a.account], map[bool]string{false: "after", true: "before"}[a.before], show(reflect.ValueOf(a.after)), a.state, a.limit)
	case fmt.Stringer:
		return a.String()
	}
	switch v.Kind() {
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
				parts = append(parts, f.Name+": "+show(v.Field(i)))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Slice:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, show(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Pointer:
		if !v.IsNil() {
			return "&" + show(v.Elem())
		}
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	}
	return fmt.Sprint(v.Interface())
}
