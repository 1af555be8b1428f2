package gen_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/cmd/evoke/internal/gen"
)

// compiler is where internal/tspeer keeps it.
const compiler = "../../../../internal/tspeer/node_modules/typescript/bin/tsc"

// tsconfig turns on all that a careful project might.
const tsconfig = `{"compilerOptions": {
	"strict": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true, "noImplicitOverride": true,
	"noPropertyAccessFromIndexSignature": true, "noImplicitReturns": true, "noUnusedLocals": true, "noUnusedParameters": true,
	"isolatedModules": true, "verbatimModuleSyntax": true, "erasableSyntaxOnly": true, "noEmit": true,
	"target": "ES2022", "module": "ESNext", "moduleResolution": "Bundler", "lib": ["ES2022", "DOM", "DOM.Iterable"], "types": []
}}`

func TestTypeScriptTakesTheClients(t *testing.T) {
	if os.Getenv("EVOKE_PEERS") != "1" {
		t.Skip("EVOKE_PEERS is not 1: running the TypeScript compiler is part of `make test`")
	}
	tsc, err := filepath.Abs(compiler)
	require.NoError(t, err)
	require.FileExists(t, tsc, "run `make deps`")
	dir := t.TempDir()
	write := func(name string, source []byte, err error) {
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), source, 0o644))
	}
	write("tsconfig.json", []byte(tsconfig), nil)
	source, err := gen.TypeScript(rich())
	write("rich.ts", source, err)
	source, err = gen.TypeScript(hostile())
	write("hostile.ts", source, err)
	for seed := range uint64(40) {
		source, err = gen.TypeScript(dice{rand.New(rand.NewPCG(seed, 0))}.catalog())
		write(fmt.Sprintf("random%d.ts", seed), source, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", tsc, "--project", dir)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
