package uuid7

import (
	"bytes"
	"errors"
	"regexp"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// The instant and the random bits of the example in RFC 9562, appendix A.6.
func TestTheExampleOfTheRFC(t *testing.T) {
	t.Parallel()
	now := time.Date(2022, 2, 22, 14, 22, 22, 0, time.FixedZone("", -5*3600))
	random := []byte{0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f}
	got, err := New(now, bytes.NewReader(random))
	require.NoError(t, err)
	require.Equal(t, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", got)
}

func TestVersionAndVariantStandWhateverTheRandomBits(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, fill := range []byte{0x00, 0xff, 0x55, 0xaa} {
		got, err := New(time.UnixMilli(1), bytes.NewReader(bytes.Repeat([]byte{fill}, 10)))
		require.NoError(t, err)
		require.Regexp(t, shape, got)
	}
	seen := map[string]bool{}
	for range 1000 {
		id := Make()
		require.Regexp(t, shape, id)
		require.False(t, seen[id], "minted twice: %s", id)
		seen[id] = true
	}
}

func TestLaterMillisecondsSortLater(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	earlier, err := New(start, bytes.NewReader(bytes.Repeat([]byte{0xff}, 10)))
	require.NoError(t, err)
	later, err := New(start.Add(time.Millisecond), bytes.NewReader(make([]byte, 10)))
	require.NoError(t, err)
	require.Less(t, earlier, later)
}

func TestWhatCannotBeMintedIsAnError(t *testing.T) {
	t.Parallel()
	dry := errors.New("dry")
	_, err := New(time.UnixMilli(0), iotest.ErrReader(dry))
	require.ErrorIs(t, err, dry)
	_, err = New(time.UnixMilli(-1), bytes.NewReader(make([]byte, 10)))
	require.ErrorContains(t, err, "1969")
	_, err = New(time.UnixMilli(1<<48), bytes.NewReader(make([]byte, 10)))
	require.Error(t, err)
}
