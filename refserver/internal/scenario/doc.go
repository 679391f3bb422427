// Package scenario holds the tests of two whole systems that share projects, as their people see it.
//
// The scenarios of the collaboration are written once, against what the people of a system can do and see (interface
// system in people_test.go), and run twice: on the services in memory, and on two processes of refserver serve with a
// database, a key and an address each, which talk over HTTP. People sign in and programs show a token, as everywhere. Beside them stand what
// only processes can show: a system that is killed while it imports, one that is down for a while, one that other machines reach, what stays
// secret, and every kind of bad input over the wire.
package scenario
