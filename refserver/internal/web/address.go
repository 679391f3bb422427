package web

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

type addressKey struct{}

// IP returns the address that the request came from which ctx belongs to, or "". Behind proxies that are believed it is the one
// that they name.
func IP(ctx context.Context) string {
	ip, _ := ctx.Value(addressKey{}).(netip.Addr)
	if !ip.IsValid() {
		return ""
	}
	return ip.String()
}

// addressed notes where requests come from.
func addressed(next http.Handler, proxies []netip.Prefix) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), addressKey{}, source(r, proxies))))
	})
}

// source is the address that a request came from. X-Forwarded-For counts as far as it was written by proxies: what stands before the
// rightmost address that is no proxy's was written by whoever asks.
func source(r *http.Request, proxies []netip.Prefix) netip.Addr {
	trusted := func(ip netip.Addr) bool {
		return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
	}
	at := parseAddr(r.RemoteAddr)
	steps := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, step := range slices.Backward(steps) {
		if !trusted(at) {
			break
		}
		before := parseAddr(strings.TrimSpace(step))
		if !before.IsValid() {
			break
		}
		at = before
	}
	return at
}

// parseAddr reads an address, with or without a port.
func parseAddr(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	ip, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap().WithZone("")
}
