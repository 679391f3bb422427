package collabhttp

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func get(t *testing.T, client *http.Client, target string) (string, error) {
	t.Helper()
	resp, err := client.Get(target)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body), nil
}

func hello(t *testing.T, tls bool) *httptest.Server {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
			return
		}
		fmt.Fprint(w, r.Proto)
	}))
	if tls {
		srv.EnableHTTP2 = true
		srv.StartTLS()
	} else {
		srv.Start()
	}
	t.Cleanup(srv.Close)
	return srv
}

func TestPrivateAddressesAreNotDialled(t *testing.T) {
	t.Parallel()
	plain, secure := hello(t, false), hello(t, true)
	_, port, err := net.SplitHostPort(secure.Listener.Addr().String())
	require.NoError(t, err)
	_, plainPort, err := net.SplitHostPort(plain.Listener.Addr().String())
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())

	for name, c := range map[string]struct {
		allow  []netip.Prefix
		target string
		want   error
	}{
		"by address":                       {nil, "https://127.0.0.1:" + port, ErrAddress},
		"by a name that resolves to it":    {nil, "https://localhost:" + port, ErrAddress},
		"as IPv4 within IPv6":              {nil, "https://[::ffff:127.0.0.1]:" + port, ErrAddress},
		"another range is open":            {[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "https://127.0.0.1:" + port, ErrAddress},
		"plain http":                       {nil, "http://127.0.0.1:" + plainPort, ErrURL},
		"plain http, another range":        {[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "http://127.0.0.1:" + plainPort, ErrAddress},
		"plain http by name, other range":  {[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "http://localhost:" + plainPort, ErrAddress},
		"redirect":                         {loopback, "https://127.0.0.1:" + port + "/moved", ErrRedirect},
		"user in the url":                  {loopback, "https://a:b@127.0.0.1:" + port, ErrURL},
		"open range":                       {loopback, "https://127.0.0.1:" + port, nil},
		"open range, IPv4 within IPv6":     {loopback, "http://[::ffff:127.0.0.1]:" + plainPort, nil},
		"open range, plain http":           {loopback, "http://127.0.0.1:" + plainPort, nil},
		"open range, plain http by a name": {loopback, "http://localhost:" + plainPort, nil},
	} {
		client := NewHTTPClient(DialPolicy{AllowPrivate: c.allow, RootCAs: roots})
		body, err := get(t, client, c.target)
		client.CloseIdleConnections()
		if !errors.Is(err, c.want) || err == nil && !strings.HasPrefix(body, "HTTP/") {
			t.Errorf("%s: %v, %q; want %v", name, err, body, c.want)
		}
	}
	client := NewHTTPClient(DialPolicy{AllowPrivate: loopback, RootCAs: roots})
	defer client.CloseIdleConnections()
	if body, err := get(t, client, secure.URL); err != nil || body != "HTTP/2.0" {
		t.Errorf("over TLS: %q, %v", body, err)
	}
	unknown := NewHTTPClient(DialPolicy{AllowPrivate: loopback})
	defer unknown.CloseIdleConnections()
	var authority x509.UnknownAuthorityError
	if _, err := get(t, unknown, secure.URL); !errors.As(err, &authority) {
		t.Errorf("unknown certificate: %v", err)
	}
}

func TestDialerSeesTheResolvedAddress(t *testing.T) {
	t.Parallel()
	p := DialPolicy{AllowPrivate: loopback}
	for name, c := range map[string]struct {
		plain   bool
		address string
		want    error
	}{
		"public":              {false, "1.1.1.1:443", nil},
		"public, plain":       {true, "1.1.1.1:80", ErrAddress},
		"private":             {false, "10.0.0.1:443", ErrAddress},
		"link-local":          {false, "[fe80::1%lo]:443", ErrAddress},
		"open range":          {false, "127.0.0.1:443", nil},
		"open range, plain":   {true, "[::1]:80", nil},
		"not an address":      {false, "localhost:443", ErrAddress},
		"metadata over NAT64": {false, "[64:ff9b::a9fe:a9fe]:443", ErrAddress},
	} {
		if err := p.control(c.plain)(t.Context(), "tcp", c.address, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestProxyOfTheEnvironmentIsNotAsked(t *testing.T) {
	srv := hello(t, false)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	client := NewHTTPClient(DialPolicy{AllowPrivate: loopback})
	defer client.CloseIdleConnections()
	transport := client.Transport.(*policyTransport)
	if transport.tls.Proxy != nil || transport.plain.Proxy != nil {
		t.Error("a proxy is set") // the environment's never applies to loopback
	}
	if _, err := get(t, client, srv.URL); err != nil {
		t.Error(err)
	}
}

func TestSlowPeerTimesOut(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		<-stop
	}))
	defer srv.Close()
	defer close(stop)
	client := NewHTTPClient(DialPolicy{AllowPrivate: loopback, Timeout: time.Second}) // long enough for the answer to begin on a busy machine
	defer client.CloseIdleConnections()
	resp, err := client.Get(srv.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	_, err = readBody(resp.Body, 10)
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Fatalf("a body that never ends: %v", err)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255",
		"2606:4700:4700::1111", "2001:4860:4860::8888", "2a00::1", "64:ff9b::101:101", "::ffff:1.1.1.1",
	} {
		if !isPublic(netip.MustParseAddr(text)) {
			t.Errorf("%s is refused", text)
		}
	}
	for _, text := range []string{
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "10.1.2.3", "172.16.0.0", "172.31.255.255", "192.168.1.1", "169.254.169.254",
		"100.64.0.0", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1",
		"ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::101:101", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
		"2002:101:101::1", "3fff::1", "4000::1", "2606:4700::1%eth0",
	} {
		if isPublic(netip.MustParseAddr(text)) {
			t.Errorf("%s is let through", text)
		}
	}
}

func TestURLPolicy(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]error{
		"https://birch.example":                            nil,
		"https://birch.example:8443/peer?x=1":              nil,
		"https://xn--bcher-kva.example/":                   nil,
		"https://localhost":                                nil, // the dialer decides
		"https://1.1.1.1":                                  nil,
		"https://[2606:4700:4700::1111]:443":               nil,
		"":                                                 ErrURL,
		"birch.example":                                    ErrURL,
		"//birch.example":                                  ErrURL,
		"ftp://birch.example":                              ErrURL,
		"file:///etc/passwd":                               ErrURL,
		"http://birch.example":                             ErrURL,
		"https:birch.example":                              ErrURL,
		"https:///path":                                    ErrURL,
		"https://:443":                                     ErrURL,
		"https://user@birch.example":                       ErrURL,
		"https://user:secret@birch.example":                ErrURL,
		"https://birch.example#x":                          ErrURL,
		"https://birch.example:0":                          ErrURL,
		"https://birch.example:65536":                      ErrURL,
		"https://birch.example:x":                          ErrURL,
		"https://birch..example":                           ErrURL,
		"https://birch.example.":                           ErrURL,
		"https://-birch.example":                           ErrURL,
		"https://b%C3%BCcher.example":                      ErrURL,
		"https://bücher.example":                           ErrURL,
		"https://birch example":                            ErrURL,
		"https://127.0.0.1":                                ErrAddress,
		"https://[::1]":                                    ErrAddress,
		"https://[fe80::1%25eth0]":                         ErrAddress,
		"https://169.254.169.254/latest":                   ErrAddress,
		"https://10.0.0.1":                                 ErrAddress,
		"https://[::ffff:10.0.0.1]":                        ErrAddress,
		"https://127.1":                                    ErrURL,
		"https://2130706433":                               ErrURL,
		"https://0x7f000001":                               ErrURL,
		"https://0x7f.0.0.1":                               ErrURL,
		"https://0177.0.0.1":                               ErrURL,
		"https://127.0.0.1.":                               ErrURL,
		"https://127.0.0.01":                               ErrURL,
		"https://127。0。0。1":                                ErrURL,
		"https://\uff11\uff12\uff17.0.0.1":                 ErrURL, // full width
		"https://[127.0.0.1]":                              ErrURL,
		"https://a@127.0.0.1":                              ErrURL,
		"https://%31%32%37.0.0.1":                          ErrURL,
		"https://127.0.0.1\\@birch.example":                ErrURL,
		"https://" + strings.Repeat("a.", 130) + "example": ErrURL,
	} {
		u, err := DialPolicy{}.ParseURL(raw)
		if !errors.Is(err, want) || (u == nil) != (err != nil) {
			t.Errorf("%q: %v, want %v", raw, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error repeats the password", raw)
		}
	}
	open := DialPolicy{AllowPrivate: loopback}
	for raw, want := range map[string]error{
		"http://127.0.0.1:8081": nil,
		"http://[::1]:8081":     nil,
		"https://127.0.0.1":     nil,
		"http://localhost:8081": nil,
		"http://1.1.1.1":        ErrAddress,
		"https://10.0.0.1":      ErrAddress,
		"http://127.1":          ErrURL,
	} {
		if _, err := open.ParseURL(raw); !errors.Is(err, want) {
			t.Errorf("loopback open: %q: %v, want %v", raw, err, want)
		}
	}
}

// spellings of 127.0.0.1 that some resolver, browser or proxy understands.
func spellings() []string {
	part := func(n int) []string {
		return []string{fmt.Sprint(n), fmt.Sprintf("0%o", n), fmt.Sprintf("0000%o", n), fmt.Sprintf("0x%x", n), fmt.Sprintf("0X%02X", n), fmt.Sprintf("%03d", n), fmt.Sprintf("%%%02x", '0'+n%10)}
	}
	var all []string
	for _, a := range part(127) {
		for _, b := range append(part(0), "") {
			for _, c := range append(part(0), "") {
				for _, d := range part(1) {
					host := a
					for _, p := range []string{b, c} {
						if p != "" {
							host += "." + p
						}
					}
					host += "." + d
					all = append(all, host, host+".", strings.ReplaceAll(host, ".", "。"), "["+host+"]", "[::ffff:"+host+"]", "[::"+host+"]", "[64:ff9b::"+host+"]")
				}
			}
		}
	}
	return append(all, "2130706433", "0x7f000001", "017700000001", "0x7f.1", "127.0.1", "[0:0:0:0:0:ffff:7f00:1]", "[::ffff:7f00:1]", "[0000::1]", "[::1%25lo]", "①②⑦.0.0.1", "127.0.0.1%00", "127.0.0.1%2e", "0")
}

func TestOddSpellingsOfLoopbackAreRefused(t *testing.T) {
	t.Parallel()
	all := spellings()
	if len(all) < 10_000 {
		t.Fatalf("only %d spellings", len(all))
	}
	for _, host := range all {
		if _, err := (DialPolicy{}).ParseURL("https://" + host + "/x"); !errors.Is(err, ErrURL) && !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// Whatever host the policy lets through is a public address in the spelling of
// net/netip, or a name that no resolver can take for an address.
func FuzzURLPolicy(f *testing.F) {
	for i, host := range spellings() {
		if i%97 == 0 {
			f.Add("https://" + host + ":443/x?y#z")
		}
	}
	f.Add("https://birch.example:8443/a%2Fb?c=d")
	f.Add("https://user@127.0.0.1")
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := DialPolicy{}.ParseURL(raw)
		if err != nil {
			if !errors.Is(err, ErrURL) && !errors.Is(err, ErrAddress) {
				t.Fatalf("not a reason: %v", err)
			}
			return
		}
		again, err := url.Parse(u.String())
		if err != nil || u.Scheme != "https" || u.User != nil || again.Host != u.Host {
			t.Fatalf("%q gives %q, %v", raw, u, err)
		}
		host := u.Hostname()
		if addr, err := netip.ParseAddr(host); err == nil {
			if !isPublic(addr) || addr.IsPrivate() || addr.IsLoopback() || !addr.IsGlobalUnicast() {
				t.Fatalf("%q goes to %s", raw, addr)
			}
			return
		}
		last := host[strings.LastIndexByte(host, '.')+1:]
		if !printable(host) || strings.ContainsAny(host, " %:@[]/\\") || last == "" || last[0] >= '0' && last[0] <= '9' {
			t.Fatalf("%q goes to %q", raw, host)
		}
	})
}
