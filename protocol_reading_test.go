package evoke_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

var envelopeFields = []string{"name", "version", "id", "flowId", "payload", "identity", "auth", "metadata"}

// envelope is an event for the service of the page in which a field has another
// value, or is absent if raw is "".
func envelope(event, field, raw string) string {
	values := map[string]string{
		"name": `"` + event + `"`, "version": `1`, "id": `"id-1"`, "flowId": `"flow-1"`,
		"payload": `{}`, "identity": `{}`, "auth": `{}`, "metadata": `{}`,
	}
	values[field] = raw
	var members []string
	for _, name := range envelopeFields {
		if values[name] != "" {
			members = append(members, `"`+name+`":`+values[name])
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func postForEvent(t *testing.T, server *httptest.Server, body string) (events.Event, string) {
	t.Helper()
	raw := postEvent(t, server, body)
	event, err := events.Decoder{Strict: true}.Decode([]byte(raw))
	require.NoError(t, err, "the answer is no event: %s", raw)
	return event, raw
}

func TestProtocolEnvelope(t *testing.T) {
	fields := readProtocolPage(t).column(t, "Field", "Type", "In a request", "In a response")
	require.Equal(t, envelopeFields, fields, "the fields of the page are not those of the envelope, in its order")
	written := json.NewDecoder(strings.NewReader(string(events.Event{}.Append(nil))))
	_, err := written.Token()
	require.NoError(t, err)
	for _, field := range fields {
		key, err := written.Token()
		require.NoError(t, err)
		require.Equal(t, field, key, "the next field that is written")
		require.NoError(t, written.Decode(new(json.RawMessage)))
	}
	require.False(t, written.More(), "more than the fields of the page is written")
}

// valuesOf are the values that an entry of the table "Reading a request" stands for.
func valuesOf(t *testing.T, entry string) []string {
	t.Helper()
	switch entry {
	case "absent":
		return []string{""}
	case "longer than 256 bytes":
		return []string{`"` + strings.Repeat("a", 257) + `"`, `"` + strings.Repeat("ü", 129) + `"`}
	case "with a control character":
		return []string{`"a\u0000"`, `"a\n"`, `"a\u001f"`, `"a\u007f"`, "\"a\x7f\"", `"a\u0085"`, "\"a\u009f\""}
	}
	require.True(t, strings.HasPrefix(entry, "`") && strings.HasSuffix(entry, "`"), "the test does not understand the value %s", entry)
	return []string{code(entry)}
}

func TestProtocolReadingOfFields(t *testing.T) {
	server := startProtocolService(t)
	for _, row := range readProtocolPage(t).rows(t, "Field", "Value", "Reading") {
		field, reading := code(row[0]), row[2]
		for entry := range strings.SplitSeq(row[1], ", ") {
			for _, value := range valuesOf(t, entry) {
				t.Run(field+" "+entry, func(t *testing.T) { checkReading(t, server, field, value, reading) })
			}
		}
	}
	t.Run("256 bytes are not too long", func(t *testing.T) {
		for _, field := range []string{"name", "id", "flowId"} {
			answer, raw := postForEvent(t, server, envelope("page:payload:echo", field, `"`+strings.Repeat("a", 256)+`"`))
			require.NotEqual(t, "badProtocol", answer.Name, raw)
		}
	})
}

func checkReading(t *testing.T, server *httptest.Server, field, value, reading string) {
	event := "page:envelope:describe"
	if field == "payload" {
		event = "page:payload:echo"
	}
	answer, raw := postForEvent(t, server, envelope(event, field, value))
	switch reading {
	case "badProtocol":
		requireBadProtocol(t, answer, field)
		require.Equal(t, field != "id", answer.ID == "id-1", raw)
		require.Equal(t, field != "flowId", answer.FlowID == "flow-1", raw)
	case "a fresh one":
		require.Equal(t, event+":response", answer.Name, raw)
		fresh := map[string]string{"id": answer.ID, "flowId": answer.FlowID}[field]
		require.Regexp(t, freshID, fresh, raw)
	case "`{}`":
		var described map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(answer.Payload, &described))
		require.Equal(t, "{}", string(described[field]), raw)
	case "accepted":
		require.NotEqual(t, "badProtocol", answer.Name, raw)
		if field == "payload" {
			require.Equal(t, value, string(answer.Payload), "the payload did not arrive as it was written")
		} else {
			require.Contains(t, raw, `"version":`+strings.Trim(value, `"`), "the version was read as another one")
		}
	default:
		t.Fatalf("the test does not understand the reading %q", reading)
	}
}

func requireBadProtocol(t *testing.T, answer events.Event, field string) {
	t.Helper()
	require.Equal(t, "badProtocol", answer.Name)
	require.Equal(t, 1, answer.Version)
	var payload struct {
		Code       string
		Message    string
		Parameters struct{ PropertyName, MissingProperty, Reason string }
	}
	require.NoError(t, json.Unmarshal(answer.Payload, &payload))
	require.Equal(t, "INVALID_COMMUNICATION_PROTOCOL", payload.Code)
	require.NotEmpty(t, payload.Message)
	require.NotEmpty(t, payload.Parameters.Reason)
	require.Equal(t, field, payload.Parameters.PropertyName, "the field to blame, in %s", answer.Payload)
	require.Equal(t, field, payload.Parameters.MissingProperty, "the field to blame, in %s", answer.Payload)
}

// A pageBody is a body of the table of whole texts: the field to blame for it, or
// what of it must come back.
type pageBody struct{ body, field, back string }

func bodiesOf(entry string) []pageBody {
	const echo, describe = "page:payload:echo", "page:envelope:describe"
	whole := envelope(echo, "", "")
	var bodies []pageBody
	switch entry {
	case "empty, or white space alone":
		return []pageBody{{body: ""}, {body: " \r\n\t"}}
	case "no JSON by RFC 8259":
		return []pageBody{{body: "hello"}, {body: whole[:len(whole)-1]}, {body: "{'name':1}"}, {body: whole[:len(whole)-1] + ",}"}, {body: envelope(echo, "payload", "NaN")}}
	case "a JSON value other than an object":
		return []pageBody{{body: "[" + whole + "]"}, {body: `"event"`}, {body: "null"}, {body: "1"}}
	case "more than one document, or anything else but white space behind the event":
		return []pageBody{{body: whole + whole}, {body: whole + "\n" + whole}, {body: whole + ";"}}
	case "a byte order mark before the event":
		return []pageBody{{body: "\ufeff" + whole}}
	case "invalid UTF-8 anywhere":
		return []pageBody{{body: envelope(echo, "payload", "\"\xff\"")}, {body: envelope(echo, "name", "\"\xc3\"")}, {body: envelope(echo, "payload", "{\"\xed\xa0\x80\":1}")}}
	case "one of the eight fields twice":
		for _, field := range envelopeFields {
			bodies = append(bodies, pageBody{body: whole[:len(whole)-1] + `,"` + field + `":null}`, field: field})
		}
	case "a lone surrogate, as `\"\\ud800\"`, in name, id or flowId":
		for _, field := range envelopeFields[:4] {
			if field != "version" {
				bodies = append(bodies, pageBody{body: envelope(echo, field, `"a\ud800"`), field: field}, pageBody{body: envelope(echo, field, `"\udc00a"`), field: field})
			}
		}
	case "a lone surrogate inside payload, identity, auth or metadata":
		for _, field := range envelopeFields[5:] {
			bodies = append(bodies, pageBody{body: envelope(describe, field, `{"a":"\ud800"}`), back: `"` + field + `":{"a":"\ud800"}`})
		}
		return append(bodies, pageBody{body: envelope(echo, "payload", `"\ud800"`), back: `"payload":"\ud800"`})
	case "a number of any size or precision inside payload":
		for _, number := range []string{"1" + strings.Repeat("0", 1000), "0.1000", "1E400", "-0", "9007199254740993"} {
			bodies = append(bodies, pageBody{body: envelope(echo, "payload", number), back: `"payload":` + number + `,`})
		}
	case "arrays and objects nested deeper than 512, the envelope included":
		return []pageBody{{body: envelope(echo, "payload", strings.Repeat("[", 512)+strings.Repeat("]", 512))}}
	case "a field that is none of the eight, or is one in another case":
		return []pageBody{{body: whole[:len(whole)-1] + `,"Name":7,"FLOWID":null,"more":{"name":1},"more":2}`, back: `"name":"page:payload:echo:response"`}}
	}
	return bodies
}

func TestProtocolReadingOfBodies(t *testing.T) {
	server := startProtocolService(t)
	for _, row := range readProtocolPage(t).rows(t, "Body", "Reading") {
		t.Run(row[0], func(t *testing.T) {
			bodies := bodiesOf(row[0])
			require.NotEmpty(t, bodies, "the test does not understand this row")
			for _, b := range bodies {
				answer, raw := postForEvent(t, server, b.body)
				switch row[1] {
				case "badProtocol":
					requireBadProtocol(t, answer, "")
				case "badProtocol, naming the field":
					require.NotEmpty(t, b.field)
					requireBadProtocol(t, answer, b.field)
				case "accepted, passed on as written", "ignored":
					require.NotEmpty(t, b.back)
					require.Contains(t, raw, b.back)
				default:
					t.Fatalf("the test does not understand the reading %q", row[1])
				}
			}
		})
	}
	t.Run("511 levels inside the envelope are not too deep", func(t *testing.T) {
		nested := strings.Repeat("[", 511) + strings.Repeat("]", 511)
		answer, _ := postForEvent(t, server, envelope("page:payload:echo", "payload", nested))
		require.Equal(t, nested, string(answer.Payload))
	})
}
