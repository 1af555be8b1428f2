package tspeer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// needsPeers skips a test that is not asked for. Where it is, what is missing is a
// failure: it must not be skipped unnoticed.
func needsPeers(t *testing.T) {
	t.Helper()
	if os.Getenv("EVOKE_PEERS") != "1" {
		t.Skip("EVOKE_PEERS is not 1: compiling TypeScript is part of `make test`")
	}
	var wanted struct{ Dependencies map[string]string }
	require.NoError(t, json.Unmarshal([]byte(read(t, "package.json")), &wanted))
	for name, version := range wanted.Dependencies {
		var installed struct{ Version string }
		data, err := os.ReadFile("node_modules/" + name + "/package.json")
		require.NoError(t, err, "run `make deps`")
		require.NoError(t, json.Unmarshal(data, &installed))
		require.Equal(t, version, installed.Version, "internal/tspeer/node_modules holds another version of %s; run `make deps`", name)
	}
}

func TestTheTypeScriptClientsCallTheShop(t *testing.T) {
	needsPeers(t)
	s, dir := startShop(t), t.TempDir()
	modules, err := filepath.Abs("node_modules")
	require.NoError(t, err)
	s.gen(t, s.catalog, filepath.Join(dir, "catalog.ts"), "ts")
	s.gen(t, s.orders, filepath.Join(dir, "orders.ts"), "ts")
	write(t, filepath.Join(dir, "shopper.ts"), read(t, "testdata/shopper.ts.txt"))
	write(t, filepath.Join(dir, "package.json"), `{"type": "module"}`)
	types, err := json.Marshal(filepath.Join(modules, "@types"))
	require.NoError(t, err)
	// Without the types of browsers: Node.js has what the client needs.
	write(t, filepath.Join(dir, "tsconfig.json"), `{"compilerOptions": {
		"strict": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true, "verbatimModuleSyntax": true,
		"target": "ES2022", "module": "NodeNext", "lib": ["ES2022"], "types": ["node"], "typeRoots": [`+string(types)+`], "outDir": "out"
	}}`)
	run(t, dir, "node", filepath.Join(modules, "typescript", "bin", "tsc"))
	golden(t, "testdata/shopper.ts.golden", run(t, dir, "node", "out/shopper.js", s.catalog, s.orders))
}
