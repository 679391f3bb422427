package memstore

// shape says what the store must know of a kind of record.
type shape[V any] struct {
	id      func(*V) key
	version func(*V) *int64
	clone   func(V) V
	unique  func(*V) []key // the unique keys that the record takes beside its id; nil: none ever
}

// records holds versioned records of one kind and the unique keys that they take.
type records[V any] struct {
	rows  table[V]
	taken table[key] // unique key -> id of the record that has it
}

// put inserts (version 0) or replaces the record of exactly that version. False is a conflict; then nothing has changed.
func (r *records[V]) put(s shape[V], v V) bool {
	id, given := s.id(&v), *s.version(&v)
	old := r.rows.get(id)
	if (old == nil) != (given == 0) || old != nil && *s.version(old) != given {
		return false
	}
	if s.unique != nil {
		wanted := s.unique(&v)
		for _, u := range wanted {
			if holder := r.taken.get(u); holder != nil && *holder != id {
				return false
			}
		}
		if old != nil {
			for _, u := range s.unique(old) {
				r.taken.remove(u)
			}
		}
		for _, u := range wanted {
			r.taken.put(u, id)
		}
	}
	v = s.clone(v)
	*s.version(&v) = given + 1
	r.rows.put(id, v)
	return true
}

// get returns a copy of the record, and whether it is there.
func (r *records[V]) get(s shape[V], id key) (V, bool) {
	if v := r.rows.get(id); v != nil {
		return s.clone(*v), true
	}
	var none V
	return none, false
}

// by returns a copy of the record that has a unique key, and whether there is one.
func (r *records[V]) by(s shape[V], unique key) (V, bool) {
	if id := r.taken.get(unique); id != nil {
		return r.get(s, *id)
	}
	var none V
	return none, false
}

// plain is the clone of a record that holds no pointers.
func plain[V any](v V) V { return v }
