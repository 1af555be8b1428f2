package evoke_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// blocks returns the code blocks of a language in README.md.
func blocks(t *testing.T, language string) []string {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var found []string
	for _, match := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		found = append(found, match[1])
	}
	require.NotEmpty(t, found, "README.md has no %s", language)
	return found
}

// Each Go snippet of the README compiles. What a snippet takes for granted, as its
// types, is declared around it.
func TestReadmeSnippetsCompile(t *testing.T) {
	const imports = `package snippet
import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
	"github.com/evoke-rpc/evoke/tracker/zerologtracker"
)
var (
	_ http.Handler; _ docgen.Option; _ catalog.Catalog; _ service.Info
	_ context.Context; _ = errors.Is; _ time.Time; _ zerolog.Logger; _ *batch.Handler
	_ *client.Client; _ events.Event; _ *mux.Mux; _ *zerologtracker.Tracker
)
type (
	GetProduct struct{ ID string }
	GetPrice struct{ ID string }
	GetStock struct{ ID string }
	Product struct{ ID string }
	ProductV2 struct{ ID string }
	Price struct{ Cents int }
	Stock struct{ Count int }
)
type shelf struct{}
func (shelf) Product(string) (p Product, ok bool) { return p, ok }
`
	const values = `
func ping(context.Context) error { return nil }
func toV1(in GetProduct) (GetProduct, error) { return in, nil }
func fromV1(p ProductV2) (Product, error) { return Product{p.ID}, nil }
func toV3(in GetProduct) (GetProduct, error) { return in, nil }
func fromV3(p Product) (ProductV2, error) { return ProductV2{p.ID}, nil }
func snippet(ctx context.Context, nextYear time.Time, c *client.Client, m *mux.Mux, log zerolog.Logger, audit events.Middleware,
	getProduct func(context.Context, GetProduct) (Product, error), getProductV2 func(context.Context, GetProduct) (ProductV2, error)) error {
`
	dir, err := os.MkdirTemp(".", "readme-snippets-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	for i, code := range blocks(t, "go") {
		name := string(rune('a' + i))
		switch {
		case strings.HasPrefix(code, "package main"):
		case strings.HasPrefix(code, "func "):
			code = imports + "var store shelf\n" + code
		case strings.HasPrefix(code, "type Handler"):
			code = "package snippet\nimport (\"context\"; . \"github.com/evoke-rpc/evoke/events\")\nvar _ Event\n" + strings.Replace(code, "Handler", "handler", 1)
		default:
			code = imports + values + "{\n" + used(code) + "}\nreturn nil\n}\n"
		}
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "main.go"), []byte(code), 0o600))
	}
	out, err := exec.CommandContext(t.Context(), "go", "vet", "./"+dir+"/...").CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// used adds a use of every variable that a snippet declares in order to show it.
func used(code string) string {
	var uses strings.Builder
	for _, match := range regexp.MustCompile(`(?m)^((?:[a-z]+, )*[a-z]+) := `).FindAllStringSubmatch(code, -1) {
		for name := range strings.SplitSeq(match[1], ", ") {
			uses.WriteString("_ = " + name + "\n")
		}
	}
	return code + uses.String()
}

// The program that the README opens with is examples/hello, and answers its curl as
// it says.
func TestReadmeOpening(t *testing.T) {
	hello, err := os.ReadFile("examples/hello/main.go")
	require.NoError(t, err)
	require.Contains(t, string(hello), blocks(t, "go")[0])
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl on this machine")
	}
	addr := freeAddr(t)
	dir, err := os.MkdirTemp(".", "readme-opening-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := strings.ReplaceAll(blocks(t, "go")[0], "localhost:8080", addr)
	require.Contains(t, program, addr)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600))
	binary := filepath.Join(t.TempDir(), "opening")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./"+dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	server := exec.CommandContext(t.Context(), binary)
	require.NoError(t, server.Start())
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })

	command := blocks(t, "sh")[0]
	require.True(t, strings.HasPrefix(command, "curl "), command)
	command = strings.Replace(command, "curl ", curl+" --retry 50 --retry-connrefused --retry-delay 0 --retry-max-time 20 ", 1)
	command = strings.Replace(command, "localhost:8080", addr, 1)
	out, err = exec.CommandContext(t.Context(), "sh", "-c", command).Output()
	require.NoError(t, err)

	require.JSONEq(t, withoutIDs(t, []byte(blocks(t, "json")[0])), withoutIDs(t, out))
}

// The README's commands are those that CI runs, or that another test does.
func TestReadmeCommands(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	for _, block := range blocks(t, "sh")[1:] {
		for line := range strings.Lines(block) {
			words := strings.Fields(line)
			switch {
			case len(words) == 2 && words[0] == "make":
				require.Regexp(t, `(?m)^`+words[1]+`:`, string(makefile))
			case len(words) > 3 && strings.HasPrefix(line, "go run ./cmd/evoke "):
				runAgainstTheShop(t, words[2:])
			case len(words) == 3 && words[0] == "go" && words[1] == "run":
				out, err := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, words[2]).CombinedOutput()
				require.NoError(t, err, "%s", out)
			default:
				t.Fatalf("no test runs this command of README.md: %s", line)
			}
		}
	}
}

// runAgainstTheShop runs a program with arguments that lead to examples/shop.
func runAgainstTheShop(t *testing.T, program []string) {
	dir := t.TempDir()
	for name, path := range map[string]string{"shop": "./examples/shop", "program": program[0]} {
		out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, name), path).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	shop := exec.CommandContext(t.Context(), filepath.Join(dir, "shop"), "-addr", "localhost:0")
	stdout, err := shop.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, shop.Start())
	defer func() { _ = shop.Process.Kill(); _ = shop.Wait() }()
	lines := bufio.NewReader(stdout)
	first, err := lines.ReadString('\n') // printed when it listens
	require.NoError(t, err)
	_, addr, found := strings.Cut(strings.TrimSpace(first), "http://")
	require.True(t, found, first)
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	for i := range program {
		program[i] = strings.Trim(program[i], "'") // as a shell does
	}
	args := strings.Split(strings.ReplaceAll(strings.Join(program[1:], "\n"), "localhost:8080", addr), "\n")
	out, err := exec.CommandContext(t.Context(), filepath.Join(dir, "program"), args...).CombinedOutput()
	require.NoError(t, err, "%v: %s", args, out)
}

func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func withoutIDs(t *testing.T, event []byte) string {
	var e map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(bytes.TrimSpace(event), &e), "%s", event)
	require.Len(t, e, 8)
	delete(e, "id")
	delete(e, "flowId")
	out, err := json.Marshal(e)
	require.NoError(t, err)
	return string(out)
}
