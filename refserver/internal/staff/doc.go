// Package staff knows who may use a system: people with a password and their sessions, programs with a token, and the
// roles that each holds in which account. It keeps them in tables of its own beside the library's.
//
// A system has an account of its own, and can host others. Roles are held on an account, whatever account a person belongs to. Whoever
// asks acts in one account, which comes from the session or the token and never from what is asked.
//
// People come by one-time links: the first administrator by FirstLink, others by Invite. What a Who holds is looked up anew at each request, and
// again in the transaction of each change, so that whoever is disabled or loses a role is out at once. Each change writes an Event with it. Of passwords the
// argon2id hash is kept, of links, tokens and session ids, which are 256 random bits, the SHA-256.
//
// A password that is replaced, by its person or by a link, ends all sessions that it began. Tokens stay: they are the account's, whose administrators
// see and revoke them, and programs need not stop because somebody forgot a password. To stop them too, revoke them or disable their issuer.
//
// Methods that change something and take who asks decide whether they may. Those that only read do not: their caller does.
package staff
