package docgen_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// A recorder keeps what Verify finds.
type recorder []string

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	*r = append(*r, fmt.Sprintf(format, args...))
}

func TestVerifyFindsExamplesThatLie(t *testing.T) {
	const in = `{"type":"object","properties":{"id":{"type":"string","minLength":2}},"required":["id"]}`
	pair := func(request, response string) []catalog.Example {
		return []catalog.Example{{Request: json.RawMessage(`{"id":"ab"}`), Response: json.RawMessage(`1`)}, {Request: json.RawMessage(request), Response: json.RawMessage(response)}}
	}
	for name, c := range map[string]struct {
		event catalog.Event
		want  []string
	}{
		"all is right":               {catalog.Event{Examples: pair(`{"id":"ab"}`, "2")}, nil},
		"no schema":                  {catalog.Event{Doc: "x", Examples: pair(`1`, `"x"`)}, nil},
		"nothing is documented":      {catalog.Event{}, nil},
		"doc without example":        {catalog.Event{Doc: "x"}, []string{`"a:b:c" v2 is documented but has no example: add one by mux.WithExample`}},
		"error without example":      {catalog.Event{Errors: []catalog.Error{{Code: "X"}}}, []string{`"a:b:c" v2 is documented but has no example: add one by mux.WithExample`}},
		"output without example":     {catalog.Event{OutputSchema: []byte(`{}`)}, []string{`"a:b:c" v2 is documented but has no example: add one by mux.WithExample`}},
		"request of another type":    {catalog.Event{InputSchema: []byte(in), Examples: pair(`{"id":7}`, "2")}, []string{`"a:b:c" v2, example 2, request, at /id: expected string, got number (type)`}},
		"request that is too little": {catalog.Event{InputSchema: []byte(in), Examples: pair(`{}`, "2")}, []string{`"a:b:c" v2, example 2, request, the whole payload: the member id is required and missing`}},
		"response out of bounds":     {catalog.Event{OutputSchema: []byte(`{"maximum":1}`), Examples: pair(`{}`, "2")}, []string{`"a:b:c" v2, example 2, response, the whole payload: expected at most 1, got 2 (maximum)`}},
		"no JSON":                    {catalog.Event{Examples: pair(`{`, "2")}, []string{`"a:b:c" v2, example 2, request: not JSON: "{"`}},
	} {
		t.Run(name, func(t *testing.T) {
			var found recorder
			c.event.Name, c.event.Version = "a:b:c", 2
			docgen.Verify(&found, list{c.event})
			require.Equal(t, c.want, []string(found))
		})
	}

	var found recorder
	docgen.Verify(&found, list{{Name: "a", Version: 1, InputSchema: []byte(`{"type":7}`), Examples: pair("{}", "{}")}})
	require.Len(t, found, 1)
	require.Contains(t, found[0], `"a" v1, request: the schema cannot be used: `)
}

type handlerFunc func(context.Context, events.Event) (events.Event, error)

func (f handlerFunc) Serve(ctx context.Context, e events.Event) (events.Event, error) {
	return f(ctx, e)
}

func TestVerifyAsksTheLiveHandler(t *testing.T) {
	const at = `"a:b:c" v2, example 1, `
	for name, c := range map[string]struct{ example, live, schema, want string }{
		"other values":         {`{"a":1,"b":["x"],"c":null}`, `{"a":2.5,"b":["y",1],"c":{"d":1}}`, ``, ""},
		"an empty array":       {`{"b":["x"]}`, `{"b":[]}`, ``, ""},
		"null for a value":     {`{"a":1}`, `{"a":null}`, `{"properties":{"a":{"type":["number","null"]}}}`, ""},
		"null that is not":     {`{"a":1}`, `{"a":null}`, `{"properties":{"a":{"type":"number"}}}`, at + "live response, at /a: expected number, got null (type)"},
		"another type":         {`{"a":{"b/c":1}}`, `{"a":{"b/c":"1"}}`, ``, at + "at /a/b~1c: the example response has number, the live handler answers string"},
		"another type of item": {`[1]`, `[true]`, ``, at + "at /0: the example response has number, the live handler answers boolean"},
		"another type of all":  {`[1]`, `{}`, ``, at + "the whole payload: the example response has array, the live handler answers object"},
		"a member more":        {`[{"a":1}]`, `[{"a":1,"b":1}]`, ``, at + "at /0/b: the live handler's answer has this member, the example response has not"},
		"a member less":        {`{"a":1}`, ``, ``, at + "at /a: the example response has this member, the live handler's answer has not"},
	} {
		t.Run(name, func(t *testing.T) {
			var found recorder
			l := list{{Name: "a:b:c", Version: 2, OutputSchema: []byte(c.schema), Examples: []catalog.Example{{Request: []byte(`{"q":1}`), Response: []byte(c.example)}}}}
			docgen.Verify(&found, l, docgen.WithLive(handlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
				require.Equal(t, "a:b:c", e.Name)
				require.Equal(t, 2, e.Version)
				require.JSONEq(t, `{"q":1}`, string(e.Payload))
				if c.live == "" {
					return events.NewResponse(e, nil)
				}
				return events.NewResponse(e, json.RawMessage(c.live))
			})))
			if c.want == "" {
				require.Empty(t, found)
			} else {
				require.Equal(t, []string{c.want}, []string(found))
			}
		})
	}
}

func TestVerifyFindsLiveHandlersThatFail(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (int, error) {
		return 0, events.Errorf(events.KindGone, "GONE", "it went")
	},
		mux.WithExample(struct{}{}, 1))
	var found recorder
	docgen.Verify(&found, m)
	require.Empty(t, found, "without WithLive nothing is sent")
	docgen.Verify(&found, m, docgen.WithLive(m))
	require.Len(t, found, 1)
	require.Contains(t, found[0], `"a:b:c" v1, example 1: the live handler does not answer the example request by a response: `)
	require.Contains(t, found[0], "it went")

	found = nil
	docgen.Verify(&found, m, docgen.WithLive(handlerFunc(func(context.Context, events.Event) (events.Event, error) {
		return events.Event{}, errors.New("no connection")
	})))
	require.Len(t, found, 1)
	require.Contains(t, found[0], "no connection")
}
