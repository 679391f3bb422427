package staff

import (
	"context"

	"github.com/uptrace/bun"
)

// sweptAtOnce is how many events go in one transaction, which keeps it short.
const sweptAtOnce = 1000

// Sweep lets go of what has run out: sessions, links, counts of tries, and events older than Config.KeepEvents. It returns how many
// events went. Tokens that have run out stay until they are revoked.
func (d *Directory) Sweep(ctx context.Context) (events int64, err error) {
	now := d.now()
	err = d.update(ctx, "sweep", func(ctx context.Context, tx bun.Tx) error {
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE deadline <= ? OR seen <= ?", now, now-d.cfg.Idle.Microseconds()); err != nil {
			return err
		}
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_link WHERE expires <= ?", now); err != nil {
			return err
		}
		_, err := exec(ctx, tx, "DELETE FROM mspkit_staff_try WHERE until <= ?", now)
		return err
	})
	for err == nil {
		var n int64
		err = transact(ctx, d.write, func(ctx context.Context, tx bun.Tx) (err error) {
			n, err = exec(ctx, tx, "DELETE FROM mspkit_staff_event WHERE id IN (SELECT id FROM mspkit_staff_event WHERE at <= ? ORDER BY at LIMIT ?)",
				now-d.cfg.KeepEvents.Microseconds(), sweptAtOnce)
			return err
		})
		events += n
		if err == nil && n < sweptAtOnce {
			return events, nil
		}
	}
	return events, in("sweep", err)
}
