// Package staff knows who may use a system: people with a password and their sessions, programs with a token, and the
// roles that each holds in which account. It keeps them in tables of its own beside the library's.
//
// A system has an account of its own, and can host others. Roles are held on an account, whatever account a person belongs to. Whoever
// asks acts in one account, which comes from the session or the token and never from what is asked.
package staff
