package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/mux"
)

// peerName is the quickest of the pages that others make: a web component that shows
// an OpenAPI document. It is fetched for the measurement only.
const peerName = "openapi-explorer@2.4.820"

func fetchPeer() (script []byte, err error) {
	dir, err := os.MkdirTemp("", "measure")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	pack := exec.Command("sh", "-c", "npm pack --silent "+peerName+" >/dev/null && tar xzf *.tgz")
	pack.Dir, pack.Stderr = dir, os.Stderr
	if err := pack.Run(); err != nil {
		return nil, fmt.Errorf("fetching %s: %w", peerName, err)
	}
	return os.ReadFile(filepath.Join(dir, "package/dist/browser/openapi-explorer.min.js"))
}

// beside serves the documentation of m and, at /peer.html, what the peer makes of the
// events of other.
func beside(m, other *mux.Mux, script []byte) http.Handler {
	router := http.NewServeMux()
	router.Handle("/docs/", docgen.Handler(m, docgen.WithConsole()))
	router.Handle("/other/", docgen.Handler(other))
	router.HandleFunc("/peer.html", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><meta charset="utf-8"><title>peer</title><script type="module" src="peer.js"></script>`+
			`<openapi-explorer spec-url="other/openapi.json"></openapi-explorer>`)
	})
	router.HandleFunc("/peer.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(script) // its error means that the reader is gone
	})
	return router
}
