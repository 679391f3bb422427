package locations

// prints are the fingerprints of a tree's nodes, by their index, and of the whole.
type prints struct {
	own, sub []Print
	root     Print
}

// prints returns the tree's fingerprints and makes them when they are first asked for. Two who ask at once may both make them: they come out equal.
func (t *Tree) prints() *prints {
	if p := t.made.Load(); p != nil {
		return p
	}
	t.made.CompareAndSwap(nil, t.print())
	return t.made.Load()
}

// print computes every print, from the lowest nodes upward.
func (t *Tree) print() *prints {
	n := len(t.nodes)
	p := &prints{own: make([]Print, n), sub: make([]Print, n)}
	kids := t.family()
	down := append(make([]int32, 0, n), kids.tops()...) // parents before children
	for i := 0; i < len(down); i++ {
		down = append(down, kids.of(int(down[i]))...)
	}
	var s subPrinter
	var buf []byte
	for k := n - 1; k >= 0; k-- {
		i := down[k]
		f := t.forms[i]
		buf = append(buf[:0], f.text[:f.own]...)
		p.own[i] = cut(buf)
		s.begin(p.own[i])
		for _, c := range kids.of(int(i)) {
			s.add(p.sub[c])
		}
		p.sub[i] = s.end(t.nodes[i].Inactive)
	}
	s.beginRoot()
	for _, c := range kids.tops() {
		s.add(p.sub[c])
	}
	p.root = s.endRoot()
	return p
}

// family groups the nodes of a tree under their parents, by key.
type family struct {
	first []int32 // the children of node i are below[first[i]:first[i+1]]; the tops follow as those of one node more
	below []int32
}

func (t *Tree) family() family {
	n := len(t.nodes)
	f := family{make([]int32, n+2), make([]int32, n)}
	slot := func(i int) int32 {
		if p := t.parent[i]; p >= 0 {
			return p
		}
		return int32(n)
	}
	for i := range n {
		f.first[slot(i)+1]++
	}
	for i := range n + 1 {
		f.first[i+1] += f.first[i]
	}
	next := append([]int32(nil), f.first...)
	for i := range n {
		s := slot(i)
		f.below[next[s]] = int32(i)
		next[s]++
	}
	return f
}

func (f family) of(i int) []int32 { return f.below[f.first[i]:f.first[i+1]] }

// tops returns the nodes without a parent.
func (f family) tops() []int32 { return f.of(len(f.below)) }
