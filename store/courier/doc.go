// Package courier carries messages out of the process: it leases the message rows of a store.Queue, hands each to the
// domain that wrote it, and settles it.
//
// A message is written by the transaction that decided something, so it exists exactly when the decision does. What is
// left to do is to deliver it until that has worked once, in order within its stream, however often the process, the
// network or the partner fails in between. The courier does this with no goroutine and no memory of its own; the rows
// are all that it knows. Somebody has to call it: a host's own loop, a cron entry, or River (package rivercourier).
//
//	c := courier.New(db.Messages(), map[string]courier.Deliver{
//		store.DomainCollab: func(ctx context.Context, account string, m store.Message) error {
//			return projects.Deliver(ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
//		},
//		store.DomainLocations: func(ctx context.Context, account string, m store.Message) error {
//			return places.Deliver(ctx, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
//		},
//	}, courier.Config{Holder: "alder"})
//	report, err := c.Start(ctx) // once, when the process starts
//	report, err = c.Sweep(ctx)  // every few seconds
//	report, err = c.One(ctx, id) // at once, when it is known that there is something new
//
// Here projects is the *collab.Service and places the *locations.Service of one system. A host that serves several accounts
// picks the services of the account that it is told: it is the one that wrote the message.
//
// # What becomes of a message
//
// A delivery without error is done. One that fails goes back to waiting with the reason, for twice as long each time
// and at a jittered moment, and is parked after Config.MaxAttempts; its stream goes on without it and a person replays
// it with store.Queue.Replay. A message is never dropped. A panic, and a domain that nobody delivers for, fail like any
// other error.
//
// An error can say more about itself by methods, found with errors.AsType, so that a domain need not import this package:
//
//	Permanent() bool            // true: park it now, trying again cannot help
//	RetryAfter() time.Duration  // above zero: try again after this time, an hour at the most
//
// # Leases
//
// A lease is for one message and longer than one delivery may take, so that whoever holds it may assume to be alone.
// When a process dies its leases run out, or it frees them when it starts again under the same Config.Holder. A
// process that was only slow finds its lease lost when it settles: the message then belongs to another, nothing is
// written, and the Report counts it. Deliveries happen at least once; receivers recognize repeats by key.
//
// Whoever cancels the context of a call interrupts its delivery: the message waits again and is due at once, and
// nothing stays leased. Drain is gentler and lets the delivery at hand finish.
package courier
