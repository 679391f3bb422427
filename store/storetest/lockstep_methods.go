package storetest

import (
	"reflect"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
)

// roleMethod is a method of a role, as a transaction has it: role is the path to it, such as Collab.Shops.
type roleMethod struct {
	role, name string
	in         []reflect.Type // without the ctx
}

var (
	txMethods    = methodsOf(reflect.TypeFor[store.Tx]())
	viewMethods  = methodsOf(reflect.TypeFor[store.View]())
	txRoles      = rolesOf(txMethods)
	queueMethods = methodsOfRole("Queue", reflect.TypeFor[store.Queue]())
)

// methodsOf lists the methods of all roles of a transaction, those that write twice: there is more to go wrong.
func methodsOf(tx reflect.Type) []roleMethod {
	var out []roleMethod
	for domain := range fieldsOf(tx) {
		for role := range fieldsOf(domain.Type) {
			if role.Type.Kind() == reflect.Interface {
				out = append(out, methodsOfRole(domain.Name+"."+role.Name, role.Type)...)
			}
		}
	}
	return out
}

// rolesOf names the roles of methods, each once.
func rolesOf(methods []roleMethod) []string {
	var out []string
	for _, m := range methods {
		if !slices.Contains(out, m.role) {
			out = append(out, m.role)
		}
	}
	return out
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func methodsOfRole(role string, t reflect.Type) []roleMethod {
	var out []roleMethod
	for i := range t.NumMethod() {
		m := roleMethod{role: role, name: t.Method(i).Name}
		for j := 1; j < t.Method(i).Type.NumIn(); j++ {
			m.in = append(m.in, t.Method(i).Type.In(j))
		}
		times := 1
		if m.writes() || role == "Queue" && m.name == "List" {
			times = 2
		}
		out = append(out, slices.Repeat([]roleMethod{m}, times)...)
	}
	return out
}

// writes guesses by the name; a wrong guess costs only how often the method is called.
func (m roleMethod) writes() bool {
	return slices.ContainsFunc([]string{"Put", "Append", "Keep", "Use", "Stage", "Switch", "Enqueue", "Request", "Lease", "Settle", "Take", "Release", "Hide", "Delete", "Strip"},
		func(prefix string) bool { return strings.HasPrefix(m.name, prefix) && m.name != "Staged" })
}

// callOn calls a method of a role of a transaction, or of the queue, and returns its results and its error. A role that is nil is
// not supported.
func callOn(root reflect.Value, role, name string, args []reflect.Value) ([]any, error) {
	if role != "Queue" {
		domain, field, _ := strings.Cut(role, ".")
		if root = root.FieldByName(domain).FieldByName(field); root.IsNil() {
			return nil, collab.ErrUnsupported
		}
	}
	var results []any
	var err error
	for _, out := range root.MethodByName(name).Call(args) {
		if out.Type() == reflect.TypeFor[error]() {
			err, _ = out.Interface().(error)
		} else {
			results = append(results, out.Interface())
		}
	}
	return results, err
}
