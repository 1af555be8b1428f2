package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// giving adds a typed handler of a:b:c that returns out.
func giving[Out any](out Out) func(*mux.Mux) {
	return func(m *mux.Mux) {
		mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (Out, error) { return out, nil })
	}
}

// echoing adds a typed handler of a:b:c that returns what it was given.
func echoing[T any](m *mux.Mux) {
	mux.Handle(m, "a:b:c", 1, func(_ context.Context, in T) (T, error) { return in, nil })
}

func TestHandleWritesWhatTheFunctionReturns(t *testing.T) {
	type product struct {
		ID   string   `json:"id"`
		Tags []string `json:"tags,omitempty"`
	}
	for name, tc := range map[string]struct {
		add  func(*mux.Mux)
		want string
	}{
		"a struct":               {giving(product{ID: "p-1"}), `{"id":"p-1"}`},
		"a pointer":              {giving(&product{ID: "p-1"}), `{"id":"p-1"}`},
		"an empty struct":        {giving(struct{}{}), `{}`},
		"a nil pointer":          {giving((*product)(nil)), `{}`},
		"a nil map":              {giving(map[string]int(nil)), `{}`},
		"a nil interface":        {giving[any](nil), `{}`},
		"a nil slice":            {giving([]product(nil)), `[]`},
		"an empty slice":         {giving([]product{}), `[]`},
		"a pointer to nil slice": {giving(new([]product)), `{}`},
		"nil raw JSON":           {giving(json.RawMessage(nil)), `{}`},
		"a string":               {giving("x"), `"x"`},
		"a number":               {giving(1.5), `1.5`},
		"false":                  {giving(false), `false`},
		"HTML as it is":          {giving("<a href='x'>&</a>"), `"<a href='x'>&</a>"`},
		"raw JSON":               {giving(json.RawMessage(`{"a":[1, 2]}`)), `{"a":[1,2]}`},
		"a big integer":          {giving(uint64(18446744073709551615)), `18446744073709551615`},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			tc.add(m)
			response := answerTo(t, m, "a:b:c", `{}`)
			require.Equal(t, "a:b:c:response", response.Name)
			require.Equal(t, tc.want, string(response.Payload))
		})
	}
}

func TestHandleReadsThePayload(t *testing.T) {
	type order struct {
		ID    string  `json:"id"`
		Count *int    `json:"count,omitempty"`
		Lines []order `json:"lines,omitempty"`
	}
	for name, tc := range map[string]struct {
		add     func(*mux.Mux)
		payload string
		want    string
	}{
		"a nested struct":          {echoing[order], `{"id":"o-1","lines":[{"id":"l-1","count":2}]}`, `{"id":"o-1","lines":[{"id":"l-1","count":2}]}`},
		"unknown fields":           {echoing[order], `{"id":"o-1","unknown":{}}`, `{"id":"o-1"}`},
		"a pointer":                {echoing[*order], `{"id":"o-1"}`, `{"id":"o-1"}`},
		"an array":                 {echoing[[]int], `[3,1]`, `[3,1]`},
		"an empty array":           {echoing[[]int], `[]`, `[]`},
		"a string":                 {echoing[string], `"\u00e9"`, `"é"`},
		"a number":                 {echoing[float64], `0.25`, `0.25`},
		"a boolean":                {echoing[bool], `true`, `true`},
		"an integer beyond 2^53":   {echoing[int64], `9007199254740993`, `9007199254740993`},
		"an integer of any length": {echoing[json.Number], `123456789012345678901234567890.50`, `123456789012345678901234567890.50`},
		"raw JSON":                 {echoing[json.RawMessage], `{"n":1e400}`, `{"n":1e400}`},
		"anything":                 {echoing[any], `{"a":[null,true]}`, `{"a":[null,true]}`},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			tc.add(m)
			require.Equal(t, tc.want, string(answerTo(t, m, "a:b:c", tc.payload).Payload))
		})
	}
}

func TestHandleWithoutInputTakesAnyPayload(t *testing.T) {
	m := mux.New()
	giving("called")(m)
	for _, payload := range []string{``, `{}`, `{"a":{"b":[]}}`, `[1]`, `"x"`, `-0.5`, `true`} {
		require.Equal(t, `"called"`, string(answerTo(t, m, "a:b:c", payload).Payload), "payload %s", payload)
	}
}

func TestHandleGivesTheFunctionItsRequestAndPeer(t *testing.T) {
	m := mux.New()
	request := requestOf("a:b:c", `{"N":1}`)
	request.Identity = json.RawMessage(`{"userId":"u-1"}`)
	mux.Handle(m, "a:b:c", 1, func(ctx context.Context, in struct{ N int }) (struct{}, error) {
		got, ok := events.RequestFrom(ctx)
		require.True(t, ok)
		require.Equal(t, request.Payload, got.Payload)
		require.Equal(t, request.Identity, got.Identity)
		require.Equal(t, "flow-1", events.FlowFrom(ctx))
		require.Equal(t, "198.51.100.7:1", events.PeerFrom(ctx).Addr)
		require.Equal(t, 1, in.N)
		return struct{}{}, nil
	})
	response, err := m.Serve(events.WithPeer(t.Context(), events.Peer{Addr: "198.51.100.7:1"}), request)
	require.NoError(t, err)
	require.NoError(t, response.Err())
}

func TestAnErrorOfATypedHandlerDropsItsOutput(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (string, error) { return "half done", events.KindGone })
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, "a:b:c:gone", response.Name)
	require.NotContains(t, string(response.Payload), "half done")
}

func TestAnOutputThatCannotBeEncodedIsUnhandled(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	giving(struct{ Field any }{func() {}})(m)
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, "a:b:c:error", response.Name)
	require.JSONEq(t, unhandled, string(response.Payload))
	requireTracked(t, mock, response, "json: unsupported type: func()")
}

// secretive fails to be read with a text that is nobody's business.
type secretive struct{}

func (*secretive) UnmarshalJSON([]byte) error { return errors.New("a secret") }

// wrapping reads itself with the help of encoding/json, as types with defaults do.
type wrapping struct {
	Name string `json:"name"`
}

func (w *wrapping) UnmarshalJSON(data []byte) error {
	type plain wrapping
	return json.Unmarshal(data, (*plain)(w))
}

// Without validation there is still the decoder, which finds the first violation.
func TestAPayloadThatCannotBeDecodedIsInvalid(t *testing.T) {
	type customer struct {
		Name string `json:"name"`
	}
	type order struct {
		ID       string         `json:"id"`
		Count    int8           `json:"count"`
		Price    float64        `json:"price"`
		Paid     bool           `json:"paid"`
		Tags     []string       `json:"tags"`
		Sizes    map[string]int `json:"sizes"`
		Customer *customer      `json:"customer"`
		Exact    json.Number    `json:"exact"`
		Host     netip.Addr     `json:"host"`
		Image    []byte         `json:"image"`
		At       time.Time      `json:"at"`
		Secret   secretive      `json:"secret"`
		Odd      int            `json:"a/b~c"`
		Wrapped  wrapping       `json:"wrapped"`
	}
	const other = "a payload that the event's type can be read from"
	for name, tc := range map[string]struct{ payload, path, keyword, expected, got string }{
		"a string for an object":      {`"x"`, "", "type", "object", "string"},
		"an array for an object":      {`[1]`, "", "type", "object", "array"},
		"a number for a string":       {`{"id":7}`, "/id", "type", "string", "number"},
		"an object for a string":      {`{"id":{}}`, "/id", "type", "string", "object"},
		"a boolean for a string":      {`{"id":true}`, "/id", "type", "string", "boolean"},
		"a string for an integer":     {`{"count":"7"}`, "/count", "type", "integer", "string"},
		"a fraction for an integer":   {`{"count":1.5}`, "/count", "type", "integer", "number"},
		"an integer out of range":     {`{"count":300}`, "/count", "type", "integer", "number"},
		"an array for a number":       {`{"price":[]}`, "/price", "type", "number", "array"},
		"a number out of range":       {`{"price":1e400}`, "/price", "type", "number", "number"},
		"a number for a boolean":      {`{"paid":1}`, "/paid", "type", "boolean", "number"},
		"an object for an array":      {`{"tags":{}}`, "/tags", "type", "array", "object"},
		"an array for a map":          {`{"sizes":[]}`, "/sizes", "type", "object", "array"},
		"a wrong field further in":    {`{"customer":{"name":7}}`, "/customer/name", "type", "string", "number"},
		"an object for exact number":  {`{"exact":{}}`, "/exact", "type", "number", "object"},
		"a number for a text type":    {`{"host":7}`, "/host", "type", "string", "number"},
		"a number for bytes":          {`{"image":7}`, "/image", "type", "string", "number"},
		"a key to escape":             {`{"a/b~c":"x"}`, "/a~1b~0c", "type", "integer", "string"},
		"a type that reads itself":    {`{"id":"1","wrapped":{"name":7}}`, "/wrapped/name", "type", "string", "number"},
		"a time that is none":         {`{"at":"a secret"}`, "", "format", other, "another one"},
		"an address that is none":     {`{"host":"a secret"}`, "", "format", other, "another one"},
		"bytes that are not base64":   {`{"image":"a secret"}`, "", "format", other, "another one"},
		"a type with its own reading": {`{"secret":{}}`, "", "format", other, "another one"},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New(mux.WithValidation(false))
			mux.Handle(m, "a:b:c", 1, func(context.Context, order) (struct{}, error) {
				t.Error("the function was called with a payload that does not fit")
				return struct{}{}, nil
			})
			requireViolation(t, answerTo(t, m, "a:b:c", tc.payload), tc.path, tc.keyword, tc.expected, tc.got)
		})
	}
}

// The path is a pointer into the payload (RFC 6901), which has array indices and
// may have keys that no Go field has.
func TestAViolationPointsIntoArraysAndMaps(t *testing.T) {
	type line struct {
		Price float64 `json:"price"`
	}
	type order struct {
		Lines  []line          `json:"lines,omitempty"`
		ByKey  map[string]line `json:"byKey,omitempty"`
		Dotted int             `json:"a.b,omitempty"`
	}
	for payload, path := range map[string]string{
		`{"lines":[{"price":1},{"price":"x"}]}`:         "/lines/1/price",
		`{"lines":[7]}`:                                 "/lines/0",
		`{"byKey":{"x":{"price":1},"y":{"price":"x"}}}`: "/byKey/y/price",
		`{"a.b":"x"}`:                                   "/a.b",
	} {
		for _, validating := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, validating %v", path, validating), func(t *testing.T) {
				m := mux.New(mux.WithValidation(validating))
				echoing[order](m)
				var parameters struct{ Violations []struct{ Path string } }
				readParameters(t, answerTo(t, m, "a:b:c", payload), &parameters)
				require.Len(t, parameters.Violations, 1)
				require.Equal(t, path, parameters.Violations[0].Path)
			})
		}
	}
}

func requireViolation(t *testing.T, response events.Event, path, keyword, expected, got string) {
	t.Helper()
	require.Equal(t, "a:b:c:badRequest", response.Name)
	want, err := json.Marshal(map[string]any{
		"code": "INVALID_PAYLOAD", "message": "the payload does not fit the event",
		"parameters": map[string]any{"violations": []any{
			map[string]string{"path": path, "keyword": keyword, "expected": expected, "got": got},
		}},
	})
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(response.Payload))
}

// readParameters decodes the parameters of an error event.
func readParameters(t *testing.T, response events.Event, parameters any) {
	t.Helper()
	var payload struct{ Parameters json.RawMessage }
	require.NoError(t, json.Unmarshal(response.Payload, &payload))
	require.NoError(t, json.Unmarshal(payload.Parameters, parameters))
}

func TestTheTrackerGetsTheWholeReasonOfABadPayload(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	echoing[*secretive](m)
	response := answerTo(t, m, "a:b:c", `{}`)
	require.NotContains(t, string(response.Payload), "secret")
	requireTracked(t, mock, response, "a secret")
}
