package gen_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/cmd/evoke/internal/gen"
	"github.com/evoke-rpc/evoke/schema"
)

// again decodes lines into the type of the client and encodes them.
const again = `package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"again/rich"
)

func main() {
	for d := json.NewDecoder(os.Stdin); ; {
		var v rich.Everything
		if err := d.Decode(&v); err == io.EOF {
			return
		} else if err != nil {
			panic(err)
		}
		out, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(out))
	}
}
`

func TestGoTypesKeepWhatIsThereNullOrAbsent(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles a program")
	}
	required := `"id":"p-1","status":"placed","at":"2026-01-02T03:04:05.678Z","big":18446744073709551615,"small":-128,"ratio":0.25,"flag":false,
		"matrix":[[1,2],[3,4]],"amount":{"currency":"EUR","cents":7},"inline":{"A":1,"B":2},"a-b c":"1","aBC":"2","type":"3","$kind":"4","-":"5",
		"quoted":"7","url":"https://example.com/","größe":"6"`
	values := []string{
		`{` + required + `,"bytes":null,"raw":null,"counts":null,"figure":{"kind":"circle","radius":1},"list":null,"required":null}`,
		`{` + required + `,"bytes":"AAE=","raw":{"deep":[1e2,"<&>"]},"counts":{"a":1},"figure":{"kind":"group","shapes":[{"kind":"circle","radius":0.5}]},
			"list":[[],null,[[]]],"required":3,"maybe":"","level":5,"until":"2026-01-02T03:04:05+01:00","huge":-9,"any":0,"byNumber":{"-1":[],"2":null},
			"tree":{"value":1,"left":{"value":2,"left":{"value":3,"byName":null},"byName":{}},"children":[],"byName":{"x":null}},"optional":false,
			"reference":{"items":[],"next":{"kind":"circle","radius":2}}}`,
	}
	checked, err := schema.Compile(rich().Events[6].InputSchema)
	require.NoError(t, err)
	for _, v := range values {
		require.Empty(t, checked.Validate([]byte(v)), "the test is wrong")
	}

	dir := t.TempDir()
	client, err := gen.Go(rich(), "rich")
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "rich"), 0o755))
	for name, text := range map[string]string{"go.mod": "module again\n\ngo 1.24\n", "main.go": again, "rich/client.go": string(client)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "run", ".")
	cmd.Dir, cmd.Stderr, cmd.Stdin = dir, t.Output(), strings.NewReader(strings.Join(values, "\n"))
	cmd.Env, cmd.WaitDelay = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off"), 5*time.Second
	out, err := cmd.Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, len(values))
	for i, v := range values {
		require.JSONEq(t, v, lines[i])
	}
}
