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
// # Who has charge of whom
//
// The people, roles, links and tokens of an account are kept by its administrators, those of the system's own account by its operators, too. Over the accounts that
// the system hosts an operator has no power by being one: who opens an account is its first administrator, and when they have left it keeps it no more.
//
// To shut somebody out for good, to give them a new password and to end their sessions is to have charge of them, and to hold what they hold. So
//
//   - the administrators of the account that a person belongs to have charge of them, as long as they hold no role on another and do not operate the system;
//   - the operators have charge of everybody who belongs to the system's own account, and of those elsewhere whom nobody else can help: who
//     hold a role on an account that they do not belong to, and who alone, of those who are not disabled, administer the account that they belong to.
//
// An operator can therefore get into a hosted account through its only administrator, as whoever holds the database can; that ends the administrator's sessions
// and stands among the events of the account. With two administrators no operator can.
//
// Methods that change something and take who asks decide whether they may. Those that only read do not: their caller does.
package staff
