// Package collabhttp carries the exchange between two systems over HTTP, for collab and for locations.
//
// It has a Client (a collab.Peer, a collab.Pairer and, by Places, a locations.Peer), a Handler that serves the receiving
// halves of the services, keys, signatures, and the policy for outgoing addresses. What follows is the protocol itself, so
// that other software can speak it.
//
// # Addresses
//
// A system has one URL. Below it, everything lies under /peer/v1/. Bodies and replies are JSON objects in UTF-8 of at most
// 8 MiB, 16 levels and 400,000 values; a repeated or unknown member, other letter case, and anything after the object are
// refused. Times are RFC 3339, UTC. Enumerations go by name. Members that are empty may be left out.
//
//	POST pair                                    redeem an invitation: token, system, name, url, key
//	POST key                                     announce the next key: next, old_until
//	POST hello                                   system, name, protocol, capabilities, module_on; answered alike
//	PUT  projects/{project}/terms                the Primary's half of a project, whole, with its revision
//	PUT  projects/{project}/answer               the Secondary's half; answers whether it counted, else the present terms
//	GET  projects/{project}/shops?after=&limit=  headers of shops by id, at most 500, and where the next page begins
//	POST projects/{project}/shops/headers        headers of the named shops
//	POST projects/{project}/shops/snapshots      content of the named shops, as far as they are released
//	PUT  projects/{project}/shops/{shop}/return  override one shop; with check only say what would be lost
//	GET  projects/{project}/survey               the survey as it stands there
//	PUT  projects/{project}/survey               replace it, expecting a version
//	GET  projects/{project}/progress             shops by status, where they are shared
//	POST projects/{project}/locations/look       entries below the named parents, with fingerprints
//	POST projects/{project}/locations/nodes      the named nodes
//	POST projects/{project}/locations/pushes/{push}/pages   stage one page of at most 1,000 nodes
//	PUT  projects/{project}/locations/pushes/{push}         switch over to what is staged
//
// The members of each body are those of the wire types of this package; testdata/golden has one of each, kept for ever.
// A partner reaches its own projects alone; any other is not_found.
//
// # Versions
//
// hello carries the protocol version (1) and capabilities. Another version is refused, and so is an unknown capability that
// is marked critical; unknown others are ignored.
//
// # Writes
//
// POST and PUT carry an Idempotency-Key of 1 to 255 bytes. For what changes something, the receiver keeps key, digest of the
// request and reply in the transaction that decides, and answers a repeat with the same reply; the same key with
// another request is key_reused. A refusal keeps no reply. The questions that are asked by POST (hello, headers,
// snapshots, look, nodes) change nothing and keep nothing.
//
// # Signatures
//
// Every request and every response is signed by one profile of RFC 9421 with Ed25519; nothing is negotiated. There is one
// signature, labelled sig, with exactly these parameters in this order: created, expires (at most 300 s later), nonce (16
// to 64 bytes, base64url), keyid, alg "ed25519", and tag. The covered components are exactly:
//
//	GET            "@method" "@authority" "@path" "@query"
//	POST, PUT      the same, then "content-digest" "content-type" "idempotency-key"
//	responses      "@status" "content-digest" "content-type", then with ;req the components of the request
//	               without its content-type, and "signature";req;key="sig"
//
// The tag of requests is mspkit-peer-v1, of responses mspkit-peer-v1-response. @path and @query are as sent, escapes
// included; @authority is the receiver's public one. Content-Digest is RFC 9530 with sha-256 alone. A response that is
// replayed to any other request does not verify. Clocks may differ by five minutes; beyond that clock_skew tells by how much.
// Nonces of writes are remembered until they expire.
//
// # Trust
//
// The operator of one system makes an invitation, good once and for a day, for the URL of the other. The other redeems it with
// pair, signed with its own key; both then hold the other's key as pending, and nothing else is answered until both
// operators have compared fingerprints. A next key is announced under the present one; both are good for the overlap,
// a week at most. A revoked partner is answered like a stranger.
//
// # Errors
//
// Errors are application/problem+json (RFC 9457). type is urn:mspkit: and one of: clock_skew (skew_seconds), signature,
// too_large, body, partner, invitation, module_off (system), protocol, replayed, key_reused, invalid (fields), stale, overwrites (lost
// or keys), locked, state, not_shared, party, forbidden, not_found, conflict, unsupported, internal. RemoteError turns
// them back into the errors of the domains.
package collabhttp
