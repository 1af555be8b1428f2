package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

func TestEveryEventThatIsWrittenFitsTheEnvelope(t *testing.T) {
	envelope := compile(t, string(schema.Envelope()))
	for _, name := range []string{"shop:order:create", "shop:order:create:response", "eventNotFound", "Ünïcode \u2028"} {
		for _, version := range []int{1, 2147483647} {
			for _, payload := range []string{`{}`, `[]`, `"x"`, `0`, `false`, `{"a":[null,{"b":1e10}]}`} {
				for _, object := range []string{"", `{}`, `{"a":{"b":"c"}}`} {
					e := events.Event{
						Name: name, Version: version, ID: "1", FlowID: "f", Payload: json.RawMessage(payload),
						Identity: json.RawMessage(object), Auth: json.RawMessage(object), Metadata: json.RawMessage(object),
					}
					text := e.Append(nil)
					require.Empty(t, envelope.Validate(text), "%s", text)
				}
			}
		}
	}
}

func TestTheEnvelopeRefusesWhatIsNoEvent(t *testing.T) {
	envelope := compile(t, string(schema.Envelope()))
	valid := func() map[string]any {
		return map[string]any{
			"name": "a", "version": 1, "id": "1", "flowId": "2", "payload": 1,
			"identity": map[string]any{}, "auth": map[string]any{}, "metadata": map[string]any{},
		}
	}
	for field := range valid() {
		e := valid()
		delete(e, field)
		requireViolation(t, envelope, e, "", "required")
	}
	for _, wrong := range []struct {
		field   string
		value   any
		keyword string
	}{
		{"name", "", "minLength"}, {"name", "a\nb", "pattern"}, {"name", "a\u0085", "pattern"}, {"name", 1, "type"}, {"version", 0, "minimum"},
		{"version", 2147483648, "maximum"}, {"version", 1.5, "type"}, {"version", "1", "type"}, {"id", "", "minLength"},
		{"flowId", nil, "type"}, {"payload", nil, "not"}, {"auth", nil, "type"}, {"identity", []any{}, "type"}, {"metadata", "x", "type"},
	} {
		e := valid()
		e[wrong.field] = wrong.value
		requireViolation(t, envelope, e, "/"+wrong.field, wrong.keyword)
	}
}

func requireViolation(t *testing.T, s *schema.Schema, v any, path, keyword string) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	found := s.Validate(text)
	require.NotEmpty(t, found, "%s", text)
	require.Equal(t, []string{path, keyword}, []string{found[0].Path, found[0].Keyword}, "%s", text)
}
