package evoketest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/evoketest"
)

// ordered is an answer with a payload in which there is something of everything.
func ordered() events.Event {
	return events.Event{
		Name: "shop:order:place:response", Version: 2, ID: "i-1", FlowID: "f-1",
		Payload:  json.RawMessage(`{"id":"o-1","lines":[{"item":"cup","count":2},{"item":"jug","count":1}],"paid":true,"note":null,"a/b":{"c~d":1.50}}`),
		Metadata: json.RawMessage(`{"deprecation":{"successor":3}}`),
	}
}

func refused() events.Event {
	return events.NewErrorEvent(events.Event{Name: "shop:order:place", Version: 2, ID: "i-1", FlowID: "f-1"},
		events.Errorf(events.KindNotFound, "NO_SUCH_ITEM", "there is no %q", "pot").With("item", "pot"))
}

func moved() events.Event {
	return events.NewErrorEvent(events.Event{Name: "shop:order:place", Version: 2, ID: "i-1", FlowID: "f-1"},
		&events.Redirect{URL: "https://shop.example.com/events"})
}

func TestRequireEventAcceptsWhatIsAsExpected(t *testing.T) {
	evoketest.RequireEvent(t, ordered())
	evoketest.RequireEvent(t, ordered(),
		evoketest.Name("shop:order:place:response"), evoketest.Version(2), evoketest.ID("i-1"), evoketest.FlowID("f-1"),
		evoketest.Success(),
		evoketest.Payload("/id", "o-1"),
		evoketest.Payload("/lines/1", map[string]any{"count": 1.0, "item": "jug"}),
		evoketest.Payload("/lines/0", struct {
			Item  string `json:"item"`
			Count int    `json:"count"`
		}{"cup", 2}),
		evoketest.Payload("/paid", true),
		evoketest.Payload("/note", nil),
		evoketest.Payload("/a~1b/c~0d", json.RawMessage("15e-1")),
		evoketest.Payload("", ordered().Payload),
		evoketest.Metadata("/deprecation/successor", 3),
	)
	evoketest.RequireEvent(t, refused(), evoketest.Kind(events.KindNotFound), evoketest.Code("NO_SUCH_ITEM"),
		evoketest.Payload("/parameters", map[string]string{"item": "pot"}))
	evoketest.RequireEvent(t, events.Event{Name: "a:b:c:response", Version: 1},
		evoketest.Payload("", struct{}{}), evoketest.Metadata("", struct{}{}))
}

func TestAMatcherSaysWhatIsNotAsExpected(t *testing.T) {
	for _, test := range []struct {
		event   events.Event
		matcher evoketest.Matcher
		problem string
	}{
		{ordered(), evoketest.Name("a:b:c"), `name: got "shop:order:place:response", want "a:b:c"`},
		{ordered(), evoketest.Version(1), "version: got 2, want 1"},
		{ordered(), evoketest.ID("i-2"), `id: got "i-1", want "i-2"`},
		{ordered(), evoketest.FlowID("f-2"), `flowId: got "f-1", want "f-2"`},
		{refused(), evoketest.Success(), `outcome: got notFound NO_SUCH_ITEM: there is no "pot", want a success`},
		{moved(), evoketest.Success(), "outcome: got redirect to https://shop.example.com/events, want a success"},
		{ordered(), evoketest.Kind(events.KindGone), "kind: got a success, want gone"},
		{moved(), evoketest.Kind(events.KindGone), "kind: got a redirect to https://shop.example.com/events, want gone"},
		{refused(), evoketest.Kind(events.KindGone), "kind: got notFound, want gone"},
		{ordered(), evoketest.Code("X"), "code: got a success, want X"},
		{refused(), evoketest.Code("X"), "code: got NO_SUCH_ITEM, want X"},

		{ordered(), evoketest.Payload("/id", "o-2"), `payload /id: got "o-1", want "o-2"`},
		{ordered(), evoketest.Payload("/id", 1), `payload /id: got "o-1", want 1`},
		{ordered(), evoketest.Payload("/lines/0/count", 3), "payload /lines/0/count: got 2, want 3"},
		{ordered(), evoketest.Payload("/lines/0/count", "2"), `payload /lines/0/count: got 2, want "2"`},
		{ordered(), evoketest.Payload("/paid", nil), "payload /paid: got true, want null"},
		{ordered(), evoketest.Payload("/paid", []int{}), "payload /paid: got true, want []"},
		{ordered(), evoketest.Payload("/lines/0", map[string]any{"count": 1, "price": 5}),
			"payload /lines/0/count: got 2, want 1\npayload /lines/0/item: got \"cup\", want nothing\npayload /lines/0/price: got nothing, want 5"},
		{ordered(), evoketest.Payload("/lines", []any{map[string]any{"item": "cup", "count": 2}, 5}),
			`payload /lines/1: got {"count":1,"item":"jug"}, want 5`},
		{ordered(), evoketest.Payload("/lines", []int{}),
			`payload /lines: got 2 elements, [{"count":2,"item":"cup"},{"count":1,"item":"jug"}], want 0, []`},
		{ordered(), evoketest.Payload("/a~1b", map[string]int{"c~d": 2}), "payload /a~1b/c~0d: got 1.50, want 2"},
		{events.Event{Payload: []byte(`"a<b"`)}, evoketest.Payload("", "a&b"), `payload itself: got "a<b", want "a&b"`},
		{events.Event{Payload: []byte("1")}, evoketest.Payload("", 2), "payload itself: got 1, want 2"},
		{events.Event{Payload: []byte("1e999999999")}, evoketest.Payload("", 2), "payload itself: got 1e999999999, want 2"},
		{events.Event{Payload: []byte("9007199254740993")}, evoketest.Payload("", 9007199254740992),
			"payload itself: got 9007199254740993, want 9007199254740992"},
		{ordered(), evoketest.Metadata("/deprecation/successor", 4), "metadata /deprecation/successor: got 3, want 4"},
		{events.Event{Payload: []byte("{")}, evoketest.Payload("/a", 1), "payload: not JSON: unexpected EOF"},
		{ordered(), evoketest.Payload("/id", func() {}), "payload: what is wanted cannot be encoded: json: unsupported type: func()"},

		{ordered(), evoketest.Payload("id", 1), `payload "id" is no JSON Pointer: it begins with a slash, or is empty for the whole`},
		{ordered(), evoketest.Payload("/a~b", 1), `payload "/a~b" is no JSON Pointer: in "a~b" a tilde is not ~0, or ~1 for a slash`},
		{ordered(), evoketest.Payload("/lines/0/price", 1), `payload /lines/0 has no member "price", it has "count", "item"`},
		{ordered(), evoketest.Payload("/total", 1), `payload itself has no member "total", it has "a/b", "id", "lines", "note", "paid"`},
		{events.Event{}, evoketest.Payload("/a", 1), `payload itself has no member "a", it has none`},
		{ordered(), evoketest.Payload("/lines/2", 1), "payload /lines has no element 2, it has 2"},
		{ordered(), evoketest.Payload("/lines/01", 1), `payload /lines is an array and "01" no index`},
		{ordered(), evoketest.Payload("/lines/-", 1), `payload /lines is an array and "-" no index`},
		{ordered(), evoketest.Payload("/lines/-1", 1), `payload /lines is an array and "-1" no index`},
		{ordered(), evoketest.Payload("/id/x", 1), `payload /id is "o-1" and has no "x"`},
	} {
		require.EqualError(t, test.matcher(test.event), test.problem)
	}
}

func TestRequireEventShowsAllProblemsAndTheEvent(t *testing.T) {
	require.Equal(t, `the event is not as expected:
  kind: got notFound, want gone
  payload /parameters/item: got "pot", want "pan"
  payload /code: got "NO_SUCH_ITEM", want 5
  one of our own
the event:
{
  "name": "shop:order:place:notFound",
  "version": 2,
  "id": "i-1",
  "flowId": "f-1",
  "payload": {
    "code": "NO_SUCH_ITEM",
    "message": "there is no \"pot\"",
    "parameters": {
      "item": "pot"
    }
  },
  "identity": {},
  "auth": {},
  "metadata": {}
}`, failure(func(tb evoketest.TB) {
		evoketest.RequireEvent(tb, refused(),
			evoketest.Kind(events.KindGone), evoketest.Version(2),
			evoketest.Payload("/parameters/item", "pan"), evoketest.Payload("/code", 5),
			func(events.Event) error { return errors.New("one of our own") })
		t.Error("the test went on")
	}))
}

func TestAFailureDoesNotFillTheScreen(t *testing.T) {
	long := strings.Repeat("ä", 1<<20)
	message := failure(func(tb evoketest.TB) {
		payload, err := events.EncodePayload(events.JSON{}, map[string]string{"text": long})
		require.NoError(t, err)
		evoketest.RequireEvent(tb, events.Event{Name: "a:b:c", Version: 1, Payload: payload}, evoketest.Payload("/text", "short"))
	})
	require.Contains(t, message, "... (2097154 bytes), want \"short\"")
	require.Less(t, len(message), 10<<10)
	require.True(t, json.Valid([]byte(`"`+strings.NewReplacer("\n", "", `"`, "").Replace(message)+`"`)), "a letter was cut in two")
}

func TestAnEventThatIsNotJSONIsShownAsItIs(t *testing.T) {
	message := failure(func(tb evoketest.TB) {
		evoketest.RequireEvent(tb, events.Event{Name: "a:b:c", Payload: []byte("{oops")}, evoketest.ID("i"))
	})
	require.Contains(t, message, `"payload":{oops,`)
}
