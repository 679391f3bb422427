package collabhttp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The reasons why the outbound policy refuses a request.
var (
	ErrURL      = errors.New("outbound url refused")
	ErrAddress  = errors.New("outbound address refused")
	ErrRedirect = errors.New("outbound request was redirected")
)

// AddressError refuses to connect to an address that is not public. It matches
// ErrAddress.
type AddressError struct {
	Addr netip.Addr
	// Plain tells that the connection would have been without TLS, which is
	// refused to public addresses too.
	Plain bool
}

func (e *AddressError) Error() string {
	if e.Plain {
		return fmt.Sprintf("%v: %s: plain http outside the private ranges that are allowed", ErrAddress, e.Addr)
	}
	return fmt.Sprintf("%v: %s is neither public nor in a private range that is allowed", ErrAddress, e.Addr)
}

// Unwrap makes the error match ErrAddress.
func (e *AddressError) Unwrap() error { return ErrAddress }

// DialPolicy says where requests to peers may go: over https to public
// addresses, and nowhere else. The zero value is ready to use.
type DialPolicy struct {
	// AllowPrivate opens ranges that are not public, for peers on the same site
	// or machine. Inside them plain http is allowed too. Default: none.
	AllowPrivate []netip.Prefix
	// RootCAs are the authorities trusted for TLS. Default: the system's.
	RootCAs *x509.CertPool
	// Timeout bounds a request from its start to the last byte of the response.
	// Default: 30 seconds.
	Timeout time.Duration
	// DialTimeout bounds making a connection. Default: 10 seconds.
	DialTimeout time.Duration
}

// NewHTTPClient makes a client that keeps to p. Every address is checked as it
// is dialled, after names were resolved, so that a name whose address changes
// between check and use gains nothing. The client follows no redirect
// (ErrRedirect), knows no proxy and no cookies, and does not unpack compressed
// responses; how much of a response is read is for the caller to bound.
func NewHTTPClient(p DialPolicy) *http.Client {
	p.AllowPrivate = slices.Clone(p.AllowPrivate)
	timeout := p.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	return &http.Client{
		Transport:     &policyTransport{policy: p, tls: p.transport(false), plain: p.transport(true)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return ErrRedirect },
		Timeout:       timeout,
	}
}

// transport is for either scheme, because the dialer sees addresses only.
func (p DialPolicy) transport(plain bool) *http.Transport {
	timeout := p.DialTimeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	dialer := &net.Dialer{
		Timeout:        timeout,
		KeepAlive:      30 * time.Second,
		ControlContext: p.control(plain),
	}
	return &http.Transport{
		Proxy:                  nil, // never from the environment
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: p.RootCAs},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		TLSHandshakeTimeout:    timeout,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// control is called with each resolved address before anything is sent to it.
func (p DialPolicy) control(plain bool) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrAddress, err)
		}
		return p.checkAddr(ap.Addr(), plain)
	}
}

type policyTransport struct {
	policy     DialPolicy
	tls, plain *http.Transport
}

// RoundTrip checks the URL and hands the request to the transport of its scheme.
func (t *policyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.policy.checkURL(r.URL); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	if r.URL.Scheme == "http" {
		return t.plain.RoundTrip(r)
	}
	return t.tls.RoundTrip(r)
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (t *policyTransport) CloseIdleConnections() {
	t.tls.CloseIdleConnections()
	t.plain.CloseIdleConnections()
}

// ParseURL parses an address that an admin typed in and checks all that can be
// known before its host is resolved: https (or http, where a private range is
// open), no user, no fragment, and a host that is a plain name or an address in
// its usual spelling. An address is checked at once, a name when it is dialled.
// The errors match ErrURL or ErrAddress.
func (p DialPolicy) ParseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: not a url", ErrURL) // the error would repeat a password
	}
	if err := p.checkURL(u); err != nil {
		return nil, err
	}
	return u, nil
}

func (p DialPolicy) checkURL(u *url.URL) error {
	plain := u.Scheme == "http"
	switch {
	case u.Scheme != "https" && !plain:
		return fmt.Errorf("%w: scheme %q", ErrURL, u.Scheme)
	case plain && len(p.AllowPrivate) == 0:
		return fmt.Errorf("%w: plain http", ErrURL)
	case u.Opaque != "" || u.Host == "":
		return fmt.Errorf("%w: no host", ErrURL)
	case u.User != nil:
		return fmt.Errorf("%w: it names a user", ErrURL)
	case u.Fragment != "" || u.RawFragment != "":
		return fmt.Errorf("%w: it has a fragment", ErrURL)
	}
	host := u.Hostname()
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("%w: port %q", ErrURL, port)
		}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return checkName(host)
	}
	if strings.HasPrefix(u.Host, "[") != addr.Is6() {
		return fmt.Errorf("%w: host %q", ErrURL, u.Host)
	}
	return p.checkAddr(addr, plain)
}

// checkName lets through what is a name to every resolver. Some read "127.1",
// "2130706433" and "0x7f.1" as addresses, so the last label must not begin with a
// digit, as no top level domain does.
func checkName(host string) error {
	labels := strings.Split(host, ".")
	for _, label := range labels {
		allowed := strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
		if label == "" || len(label) > 63 || !allowed || label[0] == '-' {
			return fmt.Errorf("%w: host %q is not a name", ErrURL, host)
		}
	}
	if last := labels[len(labels)-1]; len(host) > 253 || last[0] >= '0' && last[0] <= '9' {
		return fmt.Errorf("%w: host %q is neither a name nor an address in its usual spelling", ErrURL, host)
	}
	return nil
}

func (p DialPolicy) checkAddr(addr netip.Addr, plain bool) error {
	addr = addr.Unmap()
	for _, prefix := range p.AllowPrivate {
		if prefix.Contains(addr) {
			return nil
		}
	}
	if plain || !isPublic(addr) {
		return &AddressError{Addr: addr, Plain: plain}
	}
	return nil
}

var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	globalIPv6 = netip.MustParsePrefix("2000::/3")
	// notPublic are the special ranges (IANA special-purpose registries) that
	// are not for hosts of the public internet.
	notPublic = prefixes(
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", // multicast, reserved, broadcast
		"2001::/23",     // protocol assignments, Teredo, ORCHID
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4
		"3fff::/20",     // documentation
	)
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// isPublic tells whether addr is an address of the public internet. Outside
// 2000::/3 no IPv6 address is, but for the NAT64 form of a public IPv4 address.
func isPublic(addr netip.Addr) bool {
	addr = addr.Unmap()
	if nat64.Contains(addr) {
		b := addr.As16()
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	}
	if addr.Is6() && !globalIPv6.Contains(addr) {
		return false
	}
	return !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(addr) })
}
