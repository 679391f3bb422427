package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

type asset struct {
	path, kind string
	body       []byte
}

// assets are what pages load, by file name. Their addresses hold a digest of what they say, so that browsers may keep them.
var assets = readAssets("pico.min.css", "app.css", "live.js")

func readAssets(names ...string) map[string]asset {
	out := map[string]asset{}
	for _, name := range names {
		body, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			panic(err) // it is part of the binary
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(name)
		out[name] = asset{
			path: "/static/" + strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext,
			kind: mime.TypeByExtension(ext), body: body,
		}
	}
	return out
}

// Styles are the addresses of the style sheets, in their order.
func Styles() []string { return []string{assets["pico.min.css"].path, assets["app.css"].path} }

// Mount serves the style sheets and the script.
func Mount(mux interface {
	HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request))
}) {
	for _, a := range assets {
		mux.HandleFunc("GET "+a.path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", a.kind)
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			_, _ = w.Write(a.body)
		})
	}
}
