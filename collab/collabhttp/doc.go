// Package collabhttp carries the exchange between two systems over HTTP, for collab and for locations.
//
// It has a Client (a collab.Peer, a collab.Pairer and, by Places, a locations.Peer), a Handler that serves the receiving
// halves of the services, keys, signatures, and the policy for outgoing addresses. What follows is the protocol itself, so
// that other software can speak it.
//
// # Operations
//
// A system has one URL. Below it, everything lies under /peer/v1/. There are no redirects.
//
//	POST pair                                    redeem an invitation
//	POST key                                     announce the next key
//	POST hello                                   who are you, what do you speak, is your module on
//	PUT  projects/{project}/terms                the Primary's half of a project, whole, with its revision
//	PUT  projects/{project}/answer               the Secondary's half; answers whether it counted, else the present terms
//	GET  projects/{project}/shops?after=&limit=  headers of the shops after an id, and where the next page begins
//	POST projects/{project}/shops/headers        headers of the named shops
//	POST projects/{project}/shops/snapshots      content of the named shops, as far as they are released
//	PUT  projects/{project}/shops/{shop}/return  override one shop; with check only say what would be lost
//	GET  projects/{project}/survey               the survey as it stands there
//	PUT  projects/{project}/survey               replace it, expecting a version
//	GET  projects/{project}/progress             shops by status, where they are shared
//	POST projects/{project}/locations/look       entries below the named parents, with fingerprints
//	POST projects/{project}/locations/nodes      the named nodes
//	POST projects/{project}/locations/pushes/{push}/pages  stage one page of a push
//	PUT  projects/{project}/locations/pushes/{push}        switch over to what is staged
//
// Ids in paths are percent-encoded; of "." and ".." the dots are, too. A query has no other names than those above, each
// once. A page, and a list of shops that is asked for, has at most 500 shops; without limit it is 500. At most 1,000
// parents, keys or nodes are named in one call. Snapshots may stop early when they grow large: who misses shops after the
// last one asks again. A look or nodes whose answer would be too_large is asked again for fewer
// parents or keys.
//
// A partner reaches its own projects alone; any other is not_found, in the words for one that does not exist. While the
// module is off, hello says so, and all else of an active partner is module_off.
//
// # Bodies
//
// POST and PUT have a body, GET has none. Bodies are JSON objects in UTF-8 under content-type application/json, exactly
// that, without content-encoding; replies are the same, with status 200. They have at most 8 MiB (pair 64 KiB), 16
// levels, and 400,000 elements and members. A repeated or unknown member, a name in other letter case, and anything
// after the object are refused. Members that are empty may be left out, and null is the same as leaving out. Times are RFC
// 3339, to the microsecond. Enumerations go by name, points and scores as decimal text, keys as base64.
//
// The members are those of testdata/golden, which has one request and one reply of each operation with every member
// there is, and a problem. These files are kept for ever. The project in the bodies of terms and answer is that of the path.
//
// # Versions
//
// hello carries the protocol version, 1, and capabilities, of which version 1 defines none. Another version is refused, and
// so is an unknown capability that is marked critical; others are ignored.
//
// # Writes
//
// POST and PUT carry an Idempotency-Key of 1 to 200 bytes: printable ASCII without commas, and without blanks around it.
// For key, terms, answer, return without check, PUT survey and PUT pushes/{push}, the receiver keeps the key, a digest of
// method, path and body, and the reply in the transaction that decides. It answers a repeat, signed anew, with the same reply; the
// same key with another request is key_reused. A refusal keeps no reply, so that the key can be used again.
//
// The nonces of these and of pages are remembered until they expire, refused or not: the very same message a second time is
// replayed. Who has signed anew and is told so, because something on the way sent a message twice, signs anew again.
// A page that is staged again replaces its nodes. pair has its invitation. The questions that are asked by POST or PUT (hello,
// headers, snapshots, look, nodes, return with check) change nothing and keep nothing.
//
// # Signatures
//
// Every request and every response is signed by one profile of RFC 9421 with Ed25519; nothing is negotiated. There is one
// signature, labelled sig, in canonical spelling, with exactly the parameters created, expires (1 to 300 s later), nonce (16
// to 64 bytes, base64url without padding), keyid, alg "ed25519", and tag. The covered components are exactly, in this order:
//
//	GET            "@method" "@authority" "@path" "@query"
//	POST, PUT      "@method" "@authority" "@path" "@query" "content-digest" "content-type" "idempotency-key"
//	responses      "@status" "content-digest" "content-type" "@method";req "@authority";req "@path";req "@query";req,
//	               to POST and PUT then "content-digest";req "idempotency-key";req, and last "signature";key="sig";req
//
// The tag of requests is mspkit-peer-v1, of responses mspkit-peer-v1-response. @path and @query are as sent, escapes
// included; @authority is the receiver's public one, in lower case and without the default port. Content-Digest is RFC 9530 with
// sha-256 alone. A response that is replayed to any other request does not verify. The time of signing may differ from the
// reader's clock by five minutes; beyond that clock_skew tells by how much. Only the answer to a request that lacks
// what it would be bound to goes unsigned; a client believes none that is, but for a refusal of pair.
//
// # Trust
//
// The id of a key is the first 160 bits of its SHA-256 in lower-case base32; its fingerprint is the first 24 of its 32
// characters in upper case, as six groups of four with dashes (ABCD-EFGH-...). The operator of one system makes an
// invitation, good once and for a day, for the URL of the other. The other redeems it with pair: token, its system, name,
// URL and key, signed with that key; the same request again has the same answer. Both then hold the other's key as pending
// until both operators have compared fingerprints by some other way, such as the telephone, and each has confirmed the
// other's key, by its whole id. To a key that is unknown, pending, revoked or past its end every answer is the same:
// partner. A next key is announced under the present one, which is good until old_until, a week at most.
//
// # Errors
//
// Errors are application/problem+json (RFC 9457); type is urn:mspkit: and one of the following codes.
//
//	400  body
//	401  signature, clock_skew (skew_seconds: the sender's clock less the receiver's)
//	403  partner, invitation, module_off (system: whose), not_shared, party, forbidden
//	404  not_found
//	409  replayed, stale, overwrites (lost; keys in locations), locked (locked), running (run), duplicate, pending, client_there,
//	     not_below, not_collab, state (state: which it is and which is needed), conflict
//	413  too_large, of a request or of its reply
//	422  invalid (fields; rows in locations), key_reused
//	426  protocol
//	500  internal
//	501  unsupported
//
// A refusal with several reasons lists each as a problem in reasons. Where the connection fails or breaks off, and for 429, 500,
// 502 and above, and replayed, the Client tries again, signed anew under the same idempotency key: three times in all, with
// growing pauses. RemoteError turns problems back into the errors of the domains.
package collabhttp
