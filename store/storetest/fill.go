package storetest

import (
	"fmt"
	"reflect"
	"time"
)

// filled returns a value in which every exported field, however deep, holds something that is not zero and differs from
// every other of the same seed or of seeds that are far from it. Slices have two elements. The same seed makes the same value.
func filled[V any](seed int) V {
	var v V
	n := seed
	fill(reflect.ValueOf(&v).Elem(), "value", &n)
	return v
}

func fill(v reflect.Value, name string, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(day.Add(time.Duration(*n) * 1000003 * time.Microsecond)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), v.Type().Field(i).Name, n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), name, n)
		fill(v.Index(1), name, n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), name, n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name, n)
	case reflect.String:
		v.SetString(fmt.Sprintf("%s %d 'é\" <&> \\ \t\n☃", name, *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		if count := enumSize(v.Type()); count > 0 {
			v.SetUint(uint64(1 + *n%count))
		} else {
			v.SetUint(uint64(1 + *n%255))
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	default:
		panic(fmt.Sprintf("storetest: no filling for %s %s", name, v.Type()))
	}
}

// enumSize returns how many valid values an enum has beside the zero one; 0 for what is no enum.
func enumSize(t reflect.Type) int {
	if t.Kind() != reflect.Uint8 || !t.Implements(reflect.TypeFor[fmt.Stringer]()) {
		return 0
	}
	n := 0
	for ; n < 255; n++ {
		v := reflect.New(t).Elem()
		v.SetUint(uint64(n + 1))
		if v.Interface().(fmt.Stringer).String() == "" {
			break
		}
	}
	return n
}

// sparse returns the filled value with everything empty but the enums, which have no valid zero, and the fields to keep.
func sparse[V any](seed int, keep []string) V {
	v := filled[V](seed)
	empty(reflect.ValueOf(&v).Elem())
	adopt(&v, filled[V](seed), keep)
	return v
}

func empty(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			empty(v.Field(i))
		}
	case enumSize(v.Type()) == 0:
		v.SetZero()
	}
}

// adopt copies the named fields from one value to another.
func adopt[V any](to *V, from V, fields []string) {
	for _, f := range fields {
		reflect.ValueOf(to).Elem().FieldByName(f).Set(reflect.ValueOf(from).FieldByName(f))
	}
}

// withVersion returns v with its Version set; a value without one comes back as it is.
func withVersion[V any](v V, version int64) V {
	if f := reflect.ValueOf(&v).Elem().FieldByName("Version"); f.IsValid() {
		f.SetInt(version)
	}
	return v
}

// scribble writes over all memory that v points at, and not over v itself.
func scribble(v any) { scribbleAt(reflect.ValueOf(v), false) }

func scribbleAt(v reflect.Value, shared bool) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			scribbleAt(v.Index(i), true)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			scribbleAt(v.Elem(), true)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scribbleAt(v.Field(i), shared)
			}
		}
	case reflect.String:
		if shared {
			v.SetString("scribbled")
		}
	case reflect.Uint8:
		if shared {
			v.SetUint(0)
		}
	case reflect.Int64:
		if shared {
			v.SetInt(-1)
		}
	}
}
