package pages_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever opens an account under a name that is there is told so at the field, and keeps what they typed.
func TestAShortNameThatIsTakenIsToldAtItsField(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	for _, id := range []string{"wdc", "alder"} {
		p := d.post("/accounts/open", url.Values{"account": {id}, "name": {"Another"}}).is(http.StatusUnprocessableEntity)
		p.says("Short name: is taken").lacks("Somebody has changed this")
		require.Contains(t, p.HTML, `value="Another"`)
	}
}
