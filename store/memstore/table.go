package memstore

import (
	"encoding/binary"
	"iter"
	"math/rand/v2"
	"strings"
)

// key is the primary key of a row: up to four texts, compared one after the other, byte for byte.
type key [4]string

func keyOf[T ~string](first T, rest ...string) key {
	k := key{string(first)}
	copy(k[1:], rest)
	return k
}

func (k key) compare(o key) int {
	for i := range k {
		if c := strings.Compare(k[i], o[i]); c != 0 {
			return c
		}
	}
	return 0
}

// past returns the smallest text greater than s.
func past[T ~string](s T) string { return string(s) + "\x00" }

// number writes n as text that sorts as n does.
func number(n int64) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(n)^1<<63))
}

// table is an immutable ordered map, a treap: a change copies the path to the row and leaves older copies of the table
// as they were. So a transaction works on its own copy of every table, which costs nothing until it writes, and a
// commit or a rollback keeps one copy or the other. The zero table is empty.
type table[V any] struct{ root *node[V] }

type node[V any] struct {
	key         key
	value       *V // never changed once it is here
	rank        uint64
	left, right *node[V]
}

// get returns the row of k, or nil. The caller must not change it.
func (t table[V]) get(k key) *V {
	n := t.root
	for n != nil {
		switch c := k.compare(n.key); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			return n.value
		}
	}
	return nil
}

// put inserts or replaces a row, which the table owns from then on.
func (t *table[V]) put(k key, v V) { t.root = t.root.put(k, &v) }

// remove deletes a row; one that is not there is left out.
func (t *table[V]) remove(k key) { t.root = t.root.remove(k) }

// from walks the rows of keys >= k upwards.
func (t table[V]) from(k key) iter.Seq2[key, *V] {
	return func(yield func(key, *V) bool) { t.root.up(k, yield) }
}

// before walks the rows of keys < k downwards; the zero key stands for the end.
func (t table[V]) before(k key) iter.Seq2[key, *V] {
	return func(yield func(key, *V) bool) { t.root.down(k, yield) }
}

// put always returns a node made by this call, so that the caller may rotate it.
func (n *node[V]) put(k key, v *V) *node[V] {
	if n == nil {
		return &node[V]{key: k, value: v, rank: rand.Uint64()}
	}
	m := *n
	switch c := k.compare(n.key); {
	case c < 0:
		l := n.left.put(k, v)
		if l.rank > m.rank {
			m.left, l.right = l.right, &m
			return l
		}
		m.left = l
	case c > 0:
		r := n.right.put(k, v)
		if r.rank > m.rank {
			m.right, r.left = r.left, &m
			return r
		}
		m.right = r
	default:
		m.value = v
	}
	return &m
}

func (n *node[V]) remove(k key) *node[V] {
	if n == nil {
		return nil
	}
	c := k.compare(n.key)
	if c == 0 {
		return merge(n.left, n.right)
	}
	m := *n
	if c < 0 {
		m.left = n.left.remove(k)
	} else {
		m.right = n.right.remove(k)
	}
	return &m
}

// merge joins two trees, every key of a below every key of b.
func merge[V any](a, b *node[V]) *node[V] {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	if a.rank > b.rank {
		m := *a
		m.right = merge(a.right, b)
		return &m
	}
	m := *b
	m.left = merge(a, b.left)
	return &m
}

func (n *node[V]) up(from key, yield func(key, *V) bool) bool {
	if n == nil {
		return true
	}
	if n.key.compare(from) >= 0 && (!n.left.up(from, yield) || !yield(n.key, n.value)) {
		return false
	}
	return n.right.up(from, yield)
}

func (n *node[V]) down(before key, yield func(key, *V) bool) bool {
	if n == nil {
		return true
	}
	if (before == key{} || n.key.compare(before) < 0) && (!n.right.down(before, yield) || !yield(n.key, n.value)) {
		return false
	}
	return n.left.down(before, yield)
}
