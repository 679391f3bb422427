package staff

import (
	"context"
	"net/netip"
	"time"

	"github.com/uptrace/bun"
)

// limit lets a number of tries through at once, and another one each time that every has passed.
type limit struct {
	tries int
	every time.Duration
}

// How often a wrong password may be given: for one address from one place, and from one place whatever the address. No limit counts what comes from
// elsewhere, so that nobody locks another out.
var (
	perAddress = limit{10, 90 * time.Second}
	perPlace   = limit{30, 2 * time.Minute}
)

// place is where somebody is, for counting: an address of IPv4, the network of one of IPv6, which is one customer's.
func place(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return cut(ip, maxAgent)
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	net, _ := a.Prefix(64) // 64 fits every address of IPv6
	return net.String()
}

// bucket is one thing that is counted.
type bucket struct {
	limit
	hash string
}

func buckets(emailKey, ip string) [2]bucket {
	p := place(ip)
	return [2]bucket{{perAddress, digest("address\x00" + emailKey + "\x00" + p)}, {perPlace, digest("place\x00" + p)}}
}

// take counts a try before it is made, or says when it may be. What is kept of a bucket is when it is empty again.
func (d *Directory) take(ctx context.Context, emailKey, ip string) error {
	return d.update(ctx, "count a try", func(ctx context.Context, tx bun.Tx) error {
		now := d.now()
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_try WHERE until <= ?", now); err != nil {
			return err
		}
		var untils [2]int64
		var wait int64
		for i, b := range buckets(emailKey, ip) {
			until, there, err := one[int64](ctx, tx, "SELECT until FROM mspkit_staff_try WHERE hash = ?", b.hash)
			if err != nil {
				return err
			}
			if !there {
				until = now
			}
			untils[i] = until + b.every.Microseconds()
			wait = max(wait, untils[i]-now-int64(b.tries)*b.every.Microseconds())
		}
		if wait > 0 {
			return &TooMany{After: time.Duration(wait) * time.Microsecond}
		}
		for i, b := range buckets(emailKey, ip) {
			if _, err := exec(ctx, tx, "INSERT INTO mspkit_staff_try (hash, until) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET until = excluded.until", b.hash, untils[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// giveBack forgets the tries at an address whose password was given, and takes this one from those of the place.
func giveBack(ctx context.Context, tx bun.Tx, emailKey, ip string) error {
	b := buckets(emailKey, ip)
	if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_try WHERE hash = ?", b[0].hash); err != nil {
		return err
	}
	_, err := exec(ctx, tx, "UPDATE mspkit_staff_try SET until = until - ? WHERE hash = ?", b[1].every.Microseconds(), b[1].hash)
	return err
}
