package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMissingRequiredFieldsAreAskedForOnATerminal(t *testing.T) {
	url := serve(t, newShop())
	typed := strings.Join([]string{
		"", "Ada", // the name of the customer, which must not be empty
		"17", "old", "36", // the age
		"lamp", `[{"sku": "lamp", "pieces": 0}]`, `[{"sku": "lamp", "pieces": 2}]`, // the lines
		"gold", "card", // the payment
		"maybe", "Yes", // whether it is express
		"0.7", "0.1", // the discount
	}, "\n") + "\n"
	e, stdout, stderr := newTestEnv(typed)
	e.terminal = true

	require.Equal(t, exitOK, run(t.Context(), e, []string{"call", "-v", url, "orders:order:place"}), stderr)
	require.Equal(t, "{\n  \"id\": \"o-1\"\n}\n", stdout.String())
	asked, sent, _ := strings.Cut(strings.ReplaceAll(stderr.String(), "): ", "):\n"), "evoke: validating")
	require.Equal(t, `
/customer/name (string):
  expected at least 1 characters, got 0 characters
/customer/name (string):
/customer/age (integer):
  expected at least 18, got 17
/customer/age (integer):
  expected integer, written as JSON
/customer/age (integer):
/lines (array):
  expected array, written as JSON
/lines (array):
  /0/pieces: expected at least 1, got 0
/lines (array):
/payment (card, invoice):
  expected one of "card", "invoice", got "gold"
/payment (card, invoice):
/express (boolean):
  expected yes or no
/express (boolean):
/discount (number; as a part of the price):
  expected at most 0.5, got 0.7
/discount (number; as a part of the price):
`, "\n"+asked)
	require.Contains(t, sent, `{"customer":{"name":"Ada","age":36},"lines":[{"sku": "lamp", "pieces": 2}],"payment":"card","express":true,"discount":0.1}`)
}

func TestOnlyWhatIsMissingIsAskedFor(t *testing.T) {
	url := serve(t, newShop())
	e, _, stderr := newTestEnv("36\n")
	e.terminal = true
	payload := `{"customer": {"name": "Ada"}, "lines": [{"sku": "s", "pieces": 1}], "payment": "card", "express": false, "discount": 0}`

	require.Equal(t, exitOK, run(t.Context(), e, []string{"call", url, "orders:order:place", payload}), stderr)
	require.True(t, strings.HasPrefix(stderr.String(), "/customer/age (integer): orders:order:place:response  "), stderr)
}

func TestNobodyIsAskedWhereNobodyCanAnswer(t *testing.T) {
	url := serve(t, newShop())
	for name, c := range map[string]struct {
		terminal bool
		stdin    string
		args     []string
		says     string
	}{
		"no terminal":              {false, "p-1\n", nil, "/id: expected a value, got nothing"},
		"the payload is on stdin":  {true, "{}", []string{"-"}, "/id: expected a value, got nothing"},
		"the person ends":          {true, "", nil, "nothing was sent, since /id is required and was not given: EOF"},
		"the payload is no object": {true, "p-1\n", []string{"[]"}, "the payload: expected object, got array"},
	} {
		t.Run(name, func(t *testing.T) {
			e, stdout, stderr := newTestEnv(c.stdin)
			e.terminal = c.terminal
			require.Equal(t, exitUsage, run(t.Context(), e, append([]string{"call", url, "catalog:product:get"}, c.args...)))
			require.Contains(t, stderr.String(), c.says)
			require.Empty(t, stdout.String())
		})
	}
}

func TestCtrlCEndsAQuestion(t *testing.T) {
	url := serve(t, newShop())
	ctx, cancel := context.WithCancel(t.Context())
	e, _, stderr := newTestEnv("")
	typed, keyboard := io.Pipe()
	defer keyboard.Close()
	e.stdin, e.terminal = typed, true
	e.stderr = &cancelOn{Writer: stderr, text: "/id (string", cancel: cancel}

	require.Equal(t, exitUsage, run(ctx, e, []string{"call", url, "catalog:product:get"}))
	require.Contains(t, stderr.String(), "/id is required and was not given: context canceled")
}

func TestSchemasThatOthersWroteAreAskedFor(t *testing.T) {
	for name, c := range map[string]struct{ schema, typed, payload string }{
		"an enum without a type":    {`{"properties": {"a": {"enum": ["x", "y"]}}, "required": ["a"]}`, "x\n", `{"a":"x"}`},
		"numbers to choose from":    {`{"properties": {"a": {"type": "integer", "enum": [1, 2]}}, "required": ["a"]}`, "3\n2\n", `{"a":2}`},
		"no schema of the field":    {`{"required": ["a/b"]}`, "[1]\n", `{"a/b":[1]}`},
		"a reference to itself":     {`{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}`, "{}\n{\"a\": 1}\n", strings.Repeat(`{"a":`, maxAsked) + `{"a": 1}` + strings.Repeat("}", maxAsked)},
		"a reference to nothing":    {`{"properties": {"a": {"$ref": "#/definitions/no"}}, "required": ["a"]}`, "1\n", `{"a":1}`},
		"references in a circle":    {`{"definitions": {"b": {"$ref": "#/definitions/b"}}, "properties": {"a": {"$ref": "#/definitions/b"}}, "required": ["a"]}`, "1\n", ""},
		"true":                      {`true`, "", `{}`},
		"a text that is typed as 1": {`{"properties": {"a": {"type": "string"}}, "required": ["a"]}`, "1\n", `{"a":"1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			e, _, _ := newTestEnv(c.typed)
			payload, err := e.askForMissing(t.Context(), json.RawMessage(c.schema), json.RawMessage("{}"))
			if c.payload == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.payload, string(payload))
		})
	}
}

func TestWhatASchemaSaysCannotCommandTheTerminal(t *testing.T) {
	var asked bytes.Buffer
	e, _, _ := newTestEnv("x\n")
	e.stderr = &asked
	_, err := e.askForMissing(t.Context(), json.RawMessage(`{"properties": {"a\u001b[2J": {"type": "string", "description": "\u001b]0;owned\u0007\n/b (string)"}}, "required": ["a\u001b[2J"]}`), json.RawMessage("{}"))
	require.NoError(t, err)
	require.Equal(t, `/a\u001b[2J (string; \u001b]0;owned\u0007\u000a/b (string)): `, asked.String())
}
