package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// How long a password is, in characters.
const (
	minPassword = 12
	maxPassword = 200
)

// How many hashes are made at once, and how long another waits for its turn.
const (
	hashesAtOnce = 2
	hashWait     = 10 * time.Second
)

// common are the passwords of this length that are guessed first.
var common = []string{
	"000000000000", "111111111111", "112233445566", "121212121212", "123123123123", "1234567890-=", "123456789012", "1234567890123",
	"12345678901234", "123456789012345", "1234567890qwerty", "123456789abc", "12345678qwertyui", "123456qwerty", "123qweasdzxc", "1q2w3e4r5t6y",
	"1q2w3e4r5t6y7u", "1q2w3e4r5t6y7u8i", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1qazxsw23edc", "987654321098", "aaaaaaaaaaaa", "abcdefghijkl", "abcdefghijklm",
	"administrator", "administrator1", "adminadminadmin", "asdfasdfasdf", "asdfghjkl123", "changeme1234", "changemechangeme", "changemenow1", "correcthorsebatterystaple",
	"defaultpassword", "iloveyou1234", "iloveyouforever", "letmein12345", "letmeinletmein", "liverpoolfc1", "managedservice", "mypassword123", "p@ssw0rd1234", "password1234",
	"password12345", "password123456", "passwordpassword", "qazwsxedcrfv", "qwerty123456", "qwertyqwerty", "qwertyuiop12", "qwertyuiop123", "qwertyuiop[]", "qwertyuiopasdf",
	"qwertyuiopasdfgh", "samsung12345", "secretsecret", "sunshine1234", "superman1234", "testtesttest", "welcome12345", "welcometomsp", "zxcvbnm12345", "zxcvbnmasdfg",
}

// password checks one that somebody chooses, who has this address and name.
func (e *Invalid) password(password, email, name string) {
	like := func(s string) bool { return s != "" && strings.EqualFold(norm.NFC.String(password), s) }
	n := utf8.RuneCountInString(norm.NFC.String(password))
	local, _, _ := strings.Cut(email, "@")
	switch {
	case password == "":
		e.add("password", RuleRequired, "choose a password")
	case !utf8.ValidString(password):
		e.add("password", RuleShape, "the password is not text")
	case n < minPassword || n > maxPassword:
		e.add("password", RuleLength, "a password has "+strconv.Itoa(minPassword)+" to "+strconv.Itoa(maxPassword)+" characters")
	case like(email) || like(local) || like(name):
		e.add("password", RuleCommon, "a password is not your address or your name")
	case slices.ContainsFunc(common, like):
		e.add("password", RuleCommon, "this password is one of the first that are guessed")
	}
}

// digest is what is kept of a token, a link or a session's id, which are all random and long.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// mint makes 256 random bits, as 43 characters.
func mint() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// turn waits until a hash may be made.
func (d *Directory) turn(ctx context.Context) (done func(), err error) {
	timer := time.NewTimer(hashWait)
	defer timer.Stop()
	select {
	case d.hashing <- struct{}{}:
		return func() { <-d.hashing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, &TooMany{After: hashWait}
	}
}

// hash makes what is kept of a password.
func (d *Directory) hash(ctx context.Context, password string) (string, error) {
	done, err := d.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	return d.cfg.Hash.encode(salt, d.cfg.Hash.sum(password, salt, 32)), nil
}

// sum is the hash of a password.
func (h Hash) sum(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, h.Passes, h.Memory, h.Threads, size)
}

func (h Hash) encode(salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.Memory, h.Passes, h.Threads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// matches reports whether kept is the hash of a password, and whether it cost what hashes cost now.
func (d *Directory) matches(ctx context.Context, kept, password string) (same, current bool, err error) {
	h, salt, sum, err := decode(kept)
	if err != nil {
		return false, false, err
	}
	done, err := d.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	if len(password) > 4*maxPassword*utf8.UTFMax { // nobody's, however it is spelled
		password = ""
	}
	return subtle.ConstantTimeCompare(h.sum(password, salt, uint32(len(sum))), sum) == 1, h == d.cfg.Hash, nil
}

// decode reads what encode wrote.
func decode(kept string) (h Hash, salt, sum []byte, err error) {
	parts := strings.Split(kept, "$")
	version := 0
	if len(parts) == 6 && parts[1] == "argon2id" {
		_, err = fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &h.Memory, &h.Passes, &h.Threads)
		if err == nil {
			salt, err = base64.RawStdEncoding.DecodeString(parts[4])
		}
		if err == nil {
			sum, err = base64.RawStdEncoding.DecodeString(parts[5])
		}
	}
	if err != nil || version != argon2.Version || len(salt) < 16 || len(sum) < 16 || h.Passes == 0 || h.Threads == 0 {
		return h, nil, nil, fmt.Errorf("a hash that is kept cannot be read") // and is not to be shown
	}
	return h, salt, sum, nil
}
