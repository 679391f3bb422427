package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/web"
)

// Parts are counted as the reader of forms tells them apart, in whatever pieces they come.
func TestPartsAreCounted(t *testing.T) {
	t.Parallel()
	for _, boundary := range []string{"x", "----", strings.Repeat("-", 70), "a b", strings.Repeat("ab", 35)} {
		for _, line := range []string{"\r\n", "\n"} {
			for _, parts := range []int{0, 1, 20, 21, 500} {
				var body bytes.Buffer
				for range parts {
					body.WriteString("--" + boundary + line + "Content-Disposition: form-data; name=a" + line + line + "-" + boundary + line + "-" + line)
				}
				body.WriteString("--" + boundary + "--" + line)
				for name, piece := range map[string]func(io.Reader) io.Reader{"at once": func(r io.Reader) io.Reader { return r }, "by bytes": iotest.OneByteReader, "by halves": iotest.HalfReader} {
					r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", piece(bytes.NewReader(body.Bytes())))
					r.Header.Set("Content-Type", `multipart/form-data; boundary="`+boundary+`"`)
					web.FewParts(r)
					text, err := io.ReadAll(r.Body)
					if parts > web.MaxParts {
						require.ErrorContains(t, err, "more than 20 parts", "%s %q %d", name, boundary, parts)
						continue
					}
					require.NoError(t, err, "%s %q %d", name, boundary, parts)
					require.Equal(t, body.String(), string(text))
					read := 0
					form := multipart.NewReader(bytes.NewReader(text), boundary)
					for {
						if _, err := form.NextPart(); err != nil {
							break
						}
						read++
					}
					require.Equal(t, parts, read, "%s %q", name, boundary)
				}
			}
		}
	}
	for _, kind := range []string{"", "text/csv", "multipart/mixed; boundary=x", "multipart/form-data"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("\n--x", 30)))
		r.Header.Set("Content-Type", kind)
		web.FewParts(r)
		_, err := io.ReadAll(r.Body)
		require.NoError(t, err, kind)
	}
}
