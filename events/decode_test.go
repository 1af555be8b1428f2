package events_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

func TestDecodeReadsAllFields(t *testing.T) {
	e, err := events.Decode([]byte(` {"metadata":{"m":1},"auth":{"a":1},"identity":{"i":1},"payload":[1, 2],
		"flowId":"f","id":"i","version":3,"name":"a:b:c","unknown":{"name":"x"}} `))
	require.NoError(t, err)
	require.Equal(t, events.Event{
		Name: "a:b:c", Version: 3, ID: "i", FlowID: "f", Payload: json.RawMessage("[1, 2]"),
		Identity: json.RawMessage(`{"i":1}`), Auth: json.RawMessage(`{"a":1}`), Metadata: json.RawMessage(`{"m":1}`),
	}, e)
}

func TestDecodeRefuses(t *testing.T) {
	event := func(fields string) string { return `{"name":"a","version":1,"payload":{},` + fields + `}` }
	long := strings.Repeat("x", 257)
	for _, test := range []struct{ name, text, field, reason string }{
		{"nothing", "", "", "the body is empty; an event is a JSON object"},
		{"white space", " \n", "", "the body is empty; an event is a JSON object"},
		{"an array", "[]", "", "an event is a JSON object, got an array"},
		{"null", "null", "", "an event is a JSON object, got null"},
		{"a word", "hello", "", "not an event in JSON: expected a JSON value at byte 0"},
		{"a cut literal", "tru", "", "not an event in JSON: unexpected end of JSON at byte 3"},
		{"a wrong literal", "nulx", "", "not an event in JSON: expected null at byte 0"},
		{"a cut object", `{"name":"a"`, "", "not an event in JSON: unexpected end of JSON at byte 11"},
		{"a cut string", `{"name":"a`, "", "not an event in JSON: unexpected end of JSON in a string at byte 10"},
		{"a cut key", `{`, "", "not an event in JSON: unexpected end of JSON at byte 1"},
		{"a key without quotes", `{name:1}`, "", "not an event in JSON: expected a key in quotes at byte 1"},
		{"a key without a colon", `{"name" 1}`, "", "not an event in JSON: expected a colon after the key at byte 8"},
		{"a trailing comma", `{"a":1,}`, "", "not an event in JSON: expected a key in quotes at byte 7"},
		{"a missing comma", `{"a":1 "b":2}`, "", "not an event in JSON: expected a comma or the end of the object at byte 7"},
		{"a missing comma in an array", `{"a":[1 2]}`, "", "not an event in JSON: expected a comma or the end of the array at byte 8"},
		{"a leading zero", `{"a":01}`, "", "not an event in JSON: expected a comma or the end of the object at byte 6"},
		{"a lone minus", `{"a":-}`, "", "not an event in JSON: expected a digit at byte 6"},
		{"a lone point", `{"a":1.}`, "", "not an event in JSON: expected a digit after the decimal point at byte 7"},
		{"a lone exponent", `{"a":1e+}`, "", "not an event in JSON: expected a digit in the exponent at byte 8"},
		{"a raw control character", "{\"a\":\"\x01\"}", "", "not an event in JSON: a control character in a string must be escaped at byte 6"},
		{"an unknown escape", `{"a":"\x"}`, "", "not an event in JSON: unknown escape sequence at byte 6"},
		{"a bad unicode escape", `{"a":"\u00g0"}`, "", "not an event in JSON: expected four hexadecimal digits after \\u at byte 10"},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", "", "not an event in JSON: invalid UTF-8 at byte 6"},
		{"two documents", event(`"id":"i"`) + "{}", "", "more text after the event at byte 46"},
		{"no name", `{"version":1,"payload":{}}`, "name", `"name" is missing`},
		{"a null name", `{"name":null,"version":1,"payload":{}}`, "name", `"name" is missing`},
		{"an empty name", `{"name":"","version":1,"payload":{}}`, "name", `"name" is empty; it must be the event's name`},
		{"a name that is a number", `{"name":1,"version":1,"payload":{}}`, "name", `"name" must be a string, got a number`},
		{"a long name", `{"name":"` + long + `","version":1,"payload":{}}`, "name", `"name" is longer than 256 bytes`},
		{"NUL in the name", `{"name":"a\u0000","version":1,"payload":{}}`, "name", `"name" has a control character at byte 1`},
		{"a C1 control in the name", `{"name":"a\u0085","version":1,"payload":{}}`, "name", `"name" has a control character at byte 1`},
		{"a lone surrogate in the name", `{"name":"\udc00","version":1,"payload":{}}`, "name", `"name" has a lone surrogate, half of an escaped pair`},
		{"an id that is an object", event(`"id":{}`), "id", `"id" must be a string, got an object`},
		{"a long flowId", event(`"flowId":"` + long + `"`), "flowId", `"flowId" is longer than 256 bytes`},
		{"no version", `{"name":"a","payload":{}}`, "version", `"version" is missing`},
		{"a version that is true", `{"name":"a","version":true,"payload":{}}`, "version", `"version" must be an integer from 1 to 2147483647, got a boolean`},
		{"a long version", `{"name":"a","version":` + long[:0] + strings.Repeat("9", 40) + `,"payload":{}}`, "version", `"version" must be an integer from 1 to 2147483647, got a longer one`},
		{"no payload", `{"name":"a","version":1}`, "payload", `"payload" is missing`},
		{"an identity that is an array", event(`"identity":[]`), "identity", `"identity" must be an object, got an array`},
		{"an auth that is a string", event(`"auth":"x"`), "auth", `"auth" must be an object, got a string`},
		{"a metadata that is a number", event(`"metadata":-1`), "metadata", `"metadata" must be an object, got a number`},
		{"a name twice", event(`"name":"a"`), "name", `"name" is there twice`},
		{"a null twice", event(`"id":null,"\u0069d":null`), "id", `"id" is there twice`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := events.Decode([]byte(test.text))
			require.ErrorIs(t, err, events.KindBadProtocol)
			var e *events.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, map[string]any{
				"propertyName": test.field, "missingProperty": test.field, "reason": test.reason,
			}, e.Parameters)
			require.Equal(t, "invalid event: "+test.reason, e.Message)
		})
	}
}

func TestDecodeVersion(t *testing.T) {
	for raw, want := range map[string]int{
		`1`: 1, `"1"`: 1, `2147483647`: 2147483647, `"\u0031"`: 1,
		`0`: 0, `-1`: 0, `-0`: 0, `1.0`: 0, `1.5`: 0, `1e2`: 0, `"01"`: 0, `"+1"`: 0, `" 1"`: 0, `"x"`: 0, `""`: 0,
		`2147483648`: 0, `"2147483648"`: 0, `99999999999999999999`: 0, `[]`: 0, `{}`: 0, `null`: 0,
	} {
		e, err := events.Decode([]byte(`{"name":"a","version":` + raw + `,"payload":{}}`))
		if want == 0 {
			require.ErrorIs(t, err, events.KindBadProtocol, raw)
			continue
		}
		require.NoError(t, err, raw)
		require.Equal(t, want, e.Version, raw)
	}
}

func TestDecodeKeepsTheIDsOfWhatIsNoEvent(t *testing.T) {
	for _, text := range []string{
		`{"name":5,"id":"i","flowId":"f"}`,
		`{"id":"i","flowId":"f","payload":{`,
		`{"id":"i","flowId":"f","version":0,"name":"a"} x`,
		`{"id":"i","flowId":"f","id":"j","name":"a","version":1,"payload":1}`,
	} {
		e, err := events.Decode([]byte(text))
		require.Error(t, err)
		require.Equal(t, events.Event{ID: "i", FlowID: "f"}, e, text)
	}
}

func TestDecodeDepth(t *testing.T) {
	nested := func(n int) []byte {
		return []byte(`{"name":"a","version":1,"payload":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`)
	}
	_, err := events.Decode(nested(511))
	require.NoError(t, err)
	_, err = events.Decode(nested(512))
	require.ErrorContains(t, err, "nested too deeply")
	_, err = events.Decoder{MaxDepth: 3}.Decode(nested(2))
	require.NoError(t, err)
	_, err = events.Decoder{MaxDepth: 3}.Decode(nested(3))
	require.ErrorContains(t, err, "nested too deeply")
	_, err = events.Decode([]byte(strings.Repeat("[", 100_000)))
	require.ErrorContains(t, err, "nested too deeply")
}

func TestStrictDecoderRequiresAllFields(t *testing.T) {
	all := []string{`"name":"a"`, `"version":1`, `"id":"i"`, `"flowId":"f"`, `"payload":{}`, `"identity":{}`, `"auth":{}`, `"metadata":{}`}
	strict := events.Decoder{Strict: true}
	_, err := strict.Decode([]byte("{" + strings.Join(all, ",") + "}"))
	require.NoError(t, err)
	for i, field := range all {
		some := append(append([]string{}, all[:i]...), all[i+1:]...)
		_, err := strict.Decode([]byte("{" + strings.Join(some, ",") + "}"))
		name, _, _ := strings.Cut(field, ":")
		require.ErrorContains(t, err, name+" is missing")
	}
}

func TestResponseDecoderIsLenient(t *testing.T) {
	response := events.Decoder{Response: true}
	e, err := response.Decode([]byte(`{"name":"a:response","payload":null}`))
	require.NoError(t, err)
	require.Equal(t, events.Event{Name: "a:response"}, e)
	_, err = response.Decode([]byte(`{"name":"` + strings.Repeat("x", 256) + `:failedDependency"}`))
	require.NoError(t, err)
	_, err = response.Decode([]byte(`{"payload":{}}`))
	require.ErrorContains(t, err, `"name" is missing`)
}

func TestDecodedFieldsCannotGrowIntoTheBody(t *testing.T) {
	body := []byte(`{"name":"a","version":1,"payload":{},"metadata":{}}`)
	want := string(body)
	e, err := events.Decode(body)
	require.NoError(t, err)
	_ = append(e.Payload, "overwritten"...)
	require.Equal(t, want, string(body))
}

func TestValidate(t *testing.T) {
	valid := events.Event{Name: "a", Version: 1}
	require.NoError(t, valid.Validate())
	with := func(change func(*events.Event)) events.Event {
		e := valid
		change(&e)
		return e
	}
	for want, e := range map[string]events.Event{
		`"name" is empty`:                  {Version: 1},
		`got 0`:                            {Name: "a"},
		`got 2147483648`:                   {Name: "a", Version: 1 << 31},
		`"name" has a control character`:   {Name: "a\n", Version: 1},
		`"id" is not valid UTF-8`:          with(func(e *events.Event) { e.ID = "\xff" }),
		`"flowId" is longer`:               with(func(e *events.Event) { e.FlowID = strings.Repeat("x", 257) }),
		`"payload" is not JSON`:            with(func(e *events.Event) { e.Payload = []byte("{") }),
		`"payload" is not JSON: more text`: with(func(e *events.Event) { e.Payload = []byte("{},{}") }),
		`"payload" must not be null`:       with(func(e *events.Event) { e.Payload = []byte(" null ") }),
		`"identity" must be an object`:     with(func(e *events.Event) { e.Identity = []byte("[]") }),
		`"auth" must be an object`:         with(func(e *events.Event) { e.Auth = []byte("1") }),
		`"metadata" must be an object`:     with(func(e *events.Event) { e.Metadata = []byte("null") }),
		`nested too deeply`:                with(func(e *events.Event) { e.Payload = []byte(strings.Repeat("[", 512) + strings.Repeat("]", 512)) }),
	} {
		require.ErrorContains(t, e.Validate(), want)
	}
}
