package ui

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Memory carries a receipt over the redirect that follows an action, in a cookie that the next page takes away. It is signed,
// so that nobody else can put words into a page.
type Memory struct {
	// Secure keeps the cookie to https. Set it before the first use. Default: false.
	Secure bool

	cookie string
	key    []byte
}

// maxSaid is the greatest receipt that a cookie can carry; a longer one is cut to its title.
const maxSaid = 3000

// NewMemory makes the memory of one system. Cookies do not tell ports apart, so the name does.
func NewMemory(system string) *Memory {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return &Memory{cookie: "mspkit-said-" + strings.TrimPrefix(id(system), "f-"), key: key}
}

// said is a receipt without parts, as it travels.
type said struct {
	Title string `json:"t"`
	Lines []Line `json:"l,omitempty"`
	Bad   bool   `json:"b,omitempty"`
}

// Keep remembers the receipt for the next page.
func (m *Memory) Keep(w http.ResponseWriter, r Receipt) {
	v := m.seal(said{r.Title, r.Lines, r.Bad})
	if len(v) > maxSaid {
		v = m.seal(said{Title: r.Title, Bad: r.Bad})
	}
	http.SetCookie(w, &http.Cookie{Name: m.cookie, Value: v, Path: "/", MaxAge: 60, Secure: m.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// Take returns the receipt that was kept for this page, or nil, and forgets it.
func (m *Memory) Take(w http.ResponseWriter, r *http.Request) *Receipt {
	c, err := r.Cookie(m.cookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: m.cookie, Path: "/", MaxAge: -1, Expires: time.Unix(1, 0), Secure: m.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	body, mac, ok := strings.Cut(c.Value, ".")
	text, err := base64.RawURLEncoding.DecodeString(body)
	if !ok || err != nil || !hmac.Equal([]byte(mac), []byte(m.mac(body))) {
		return nil
	}
	var s said
	if json.Unmarshal(text, &s) != nil {
		return nil
	}
	return &Receipt{Title: s.Title, Lines: s.Lines, Bad: s.Bad}
}

func (m *Memory) seal(s said) string {
	text, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	return body + "." + m.mac(body)
}

func (m *Memory) mac(body string) string {
	h := hmac.New(sha256.New, m.key)
	h.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
