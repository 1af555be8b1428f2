package docgen

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/schema"
)

// TB is what Verify needs of a *testing.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// A VerifyOption configures Verify.
type VerifyOption func(*verifier)

// WithLive also sends the request of each example to h, which acts on it as on any
// other event. The answer must have the shape of the example's response: the same
// members and JSON types, arrays by their first item. Where one of the two is null
// the other may be anything that the schema allows.
func WithLive(h events.Handler) VerifyOption { return func(v *verifier) { v.live = h } }

// liveTimeout is how long a live answer is waited for.
const liveTimeout = 30 * time.Second

// Verify fails t where the documentation of c is not true: an example does not match
// its schema, or a documented event has no example. An event is documented if it has
// a text, a schema or a declared error.
func Verify(t TB, c Cataloger, options ...VerifyOption) {
	t.Helper()
	v := &verifier{t: t}
	for _, o := range options {
		o(v)
	}
	for _, e := range c.Catalog().Events {
		v.event(e)
	}
}

type verifier struct {
	t    TB
	live events.Handler
}

func (v *verifier) event(e catalog.Event) {
	v.t.Helper()
	name := fmt.Sprintf("%q v%d", e.Name, e.Version)
	documented := e.Doc != "" || len(e.Errors) > 0 || len(e.InputSchema) > 0 || len(e.OutputSchema) > 0
	if documented && len(e.Examples) == 0 {
		v.t.Errorf("%s is documented but has no example: add one by mux.WithExample", name)
	}
	input, output := v.compile(name, "request", e.InputSchema), v.compile(name, "response", e.OutputSchema)
	for i, x := range e.Examples {
		at := fmt.Sprintf("%s, example %d", name, i+1)
		right := v.valid(at+", request", input, x.Request)
		v.valid(at+", response", output, x.Response)
		if v.live != nil && right {
			v.answer(at, e, x, output)
		}
	}
}

func (v *verifier) compile(name, part string, raw json.RawMessage) *schema.Schema {
	v.t.Helper()
	if len(raw) == 0 {
		return nil
	}
	s, err := schema.Compile(raw)
	if err != nil {
		v.t.Errorf("%s, %s: the schema cannot be used: %v", name, part, err)
	}
	return s
}

// valid reports what is wrong with a payload; without a schema it must be JSON.
func (v *verifier) valid(at string, s *schema.Schema, payload json.RawMessage) bool {
	v.t.Helper()
	if s == nil {
		if !json.Valid(payload) {
			v.t.Errorf("%s: not JSON: %s", at, short(payload))
			return false
		}
		return true
	}
	found := s.Validate(payload)
	for _, x := range found {
		if x.Keyword == "required" {
			v.t.Errorf("%s, %s: the member %s is required and missing", at, place(x.Path), x.Expected)
			continue
		}
		v.t.Errorf("%s, %s: expected %s, got %s (%s)", at, place(x.Path), x.Expected, x.Got, x.Keyword)
	}
	return len(found) == 0
}

func (v *verifier) answer(at string, e catalog.Event, x catalog.Example, output *schema.Schema) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), liveTimeout)
	defer cancel()
	request, err := events.NewRequest(ctx, e.Name, e.Version, x.Request)
	if err != nil {
		v.t.Errorf("%s, request: cannot be sent: %v", at, err)
		return
	}
	response, err := v.live.Serve(ctx, request)
	if err == nil {
		err = response.Err()
	}
	if err != nil {
		v.t.Errorf("%s: the live handler does not answer the example request by a response: %v", at, err)
		return
	}
	payload := response.Payload
	if payload == nil {
		payload = json.RawMessage("{}")
	}
	if !v.valid(at+", live response", output, payload) {
		return
	}
	documented, ok := parsed(x.Response)
	if !ok {
		return // reported as no JSON
	}
	live, _ := parsed(payload)
	v.shape(at, "", documented, live)
}

// shape compares two values. Both are valid, so that a null is an allowed one.
func (v *verifier) shape(at, path string, documented, live any) {
	v.t.Helper()
	if documented == nil || live == nil {
		return
	}
	if a, b := jsonType(documented), jsonType(live); a != b {
		v.t.Errorf("%s, %s: the example response has %s, the live handler answers %s", at, place(path), a, b)
		return
	}
	switch a := documented.(type) {
	case []any:
		if b := live.([]any); len(a) > 0 && len(b) > 0 {
			v.shape(at, path+"/0", a[0], b[0])
		}
	case object:
		b := live.(object)
		for _, name := range names(a, b) {
			below := path + "/" + scan.PointerToken(name)
			documented, inExample := a[name]
			live, inAnswer := b[name]
			switch {
			case !inAnswer:
				v.t.Errorf("%s, %s: the example response has this member, the live handler's answer has not", at, place(below))
			case !inExample:
				v.t.Errorf("%s, %s: the live handler's answer has this member, the example response has not", at, place(below))
			default:
				v.shape(at, below, documented, live)
			}
		}
	}
}

func names(a, b object) []string {
	var list []string
	for name := range a {
		list = append(list, name)
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func jsonType(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case object:
		return "object"
	}
	return "null"
}

func parsed(raw json.RawMessage) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // no number is too large
	err := d.Decode(&v)
	return v, err == nil
}

func place(path string) string {
	if path == "" {
		return "the whole payload"
	}
	return "at " + path
}

func short(raw json.RawMessage) string {
	if len(raw) > 80 {
		return fmt.Sprintf("%q...", raw[:80])
	}
	return fmt.Sprintf("%q", raw)
}
