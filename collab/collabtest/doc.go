// Package collabtest joins two systems in one process, for tests of hosts and of mspkit itself.
//
// A Network carries the calls of one system's services straight to the other's, and can lose them on the way there or back.
// NewPair puts two systems, Alder (the Primary) and Birch (the Secondary), on any two stores, a host's own included, and
// Drain delivers their messages until all is quiet. Northwind Coffee is the fictional client of the examples, with two
// surveys, six stores and eight shops.
package collabtest
