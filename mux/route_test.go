package mux_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// lineBelow is the file and the number of the line below the one that calls it.
func lineBelow() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", file, line+1)
}

// panicOf returns what f panics with.
func panicOf(t *testing.T, f func()) (message string) {
	t.Helper()
	defer func() {
		t.Helper()
		v := recover()
		require.NotNil(t, v, "there was no panic")
		message = fmt.Sprint(v)
	}()
	f()
	return ""
}

func TestAddPanicsWhenTheVersionIsTaken(t *testing.T) {
	m := mux.New()
	first := lineBelow()
	m.Add("a:b:c", 1, returning(events.Event{Payload: json.RawMessage(`"first"`)}, nil))
	var second string
	message := panicOf(t, func() {
		second = lineBelow()
		m.Add("a:b:c", 1, returning(events.Event{Payload: json.RawMessage(`"second"`)}, nil))
	})
	require.Equal(t, `mux: "a:b:c" v1 at `+second+` was added before, at `+first, message)
	require.Equal(t, `"first"`, string(answerTo(t, m, "a:b:c", `{}`).Payload), "the first handler was replaced")
	m.Add("a:b:c", 2, returning(events.Event{}, nil)) // the mux is usable after the panic
}

func TestHandlePanicsWhenTheVersionIsTaken(t *testing.T) {
	m := mux.New()
	first := lineBelow()
	mux.Handle(m, "a:b:c", 1, func(context.Context, int) (string, error) { return "", nil })
	var second string
	message := panicOf(t, func() {
		second = lineBelow()
		mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	})
	require.Equal(t, `mux: "a:b:c" v1 at `+second+` was added before, at `+first, message)
}

func TestAddPanicsWithoutAHandler(t *testing.T) {
	for name, add := range map[string]func(*mux.Mux){
		"nil":               func(m *mux.Mux) { m.Add("a:b:c", 1, nil) },
		"a nil HandlerFunc": func(m *mux.Mux) { m.Add("a:b:c", 1, events.HandlerFunc(nil)) },
		"a nil typed func":  func(m *mux.Mux) { mux.Handle[int, int](m, "a:b:c", 1, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			message := panicOf(t, func() { add(m) })
			require.True(t, strings.HasPrefix(message, `mux: the handler of "a:b:c" v1 is nil, at `), message)
			require.Contains(t, message, "route_test.go:")
			require.Empty(t, m.Catalog().Events)
		})
	}
}

func TestAddPanicsForANameOrVersionThatCannotBeAsked(t *testing.T) {
	for name, tc := range map[string]struct {
		name    string
		version int
		reason  string
	}{
		"an empty name":          {"", 1, `"name" is empty; it must be the event's name`},
		"a long name":            {strings.Repeat("n", 257), 1, `"name" is longer than 256 bytes`},
		"a control character":    {"a\x00b", 1, `"name" has a control character at byte 1`},
		"a name not in UTF-8":    {"a\xff", 1, `"name" is not valid UTF-8`},
		"version 0":              {"a:b:c", 0, `"version" must be an integer from 1 to 2147483647, got 0`},
		"a negative version":     {"a:b:c", -1, `"version" must be an integer from 1 to 2147483647, got -1`},
		"a version out of range": {"a:b:c", 1 << 31, `"version" must be an integer from 1 to 2147483647, got 2147483648`},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			var at string
			message := panicOf(t, func() {
				at = lineBelow()
				m.Add(tc.name, tc.version, returning(events.Event{}, nil))
			})
			require.True(t, strings.HasPrefix(message, fmt.Sprintf("mux: cannot add %q v%d at %s: ", tc.name, tc.version, at)), message)
			require.True(t, strings.HasSuffix(message, tc.reason), message)
			require.Empty(t, m.Catalog().Events)
		})
	}
}

func TestAddTakesTheLongestNameAndTheHighestVersion(t *testing.T) {
	m := mux.New()
	name := strings.Repeat("n", events.MaxText)
	m.Add(name, events.MaxVersion, returning(events.Event{}, nil))
	response, err := m.Serve(t.Context(), events.Event{Name: name, Version: events.MaxVersion})
	require.NoError(t, err)
	require.Equal(t, name+":response", response.Name)
	require.Equal(t, events.MaxVersion, response.Version)
}

func TestAddPanicsForAnExampleWithoutJSON(t *testing.T) {
	h := returning(events.Event{}, nil)
	m := mux.New()
	var at string
	message := panicOf(t, func() {
		at = lineBelow()
		m.Add("a:b:c", 1, h, mux.WithExample(func() {}, 1))
	})
	require.Equal(t, `mux: the example request of "a:b:c" v1 at `+at+`: json: unsupported type: func()`, message)
	message = panicOf(t, func() {
		at = lineBelow()
		m.Add("a:b:c", 1, h, mux.WithExample(1, func() {}))
	})
	require.Equal(t, `mux: the example response of "a:b:c" v1 at `+at+`: json: unsupported type: func()`, message)
	require.Equal(t, "eventNotFound", answerTo(t, m, "a:b:c", `{}`).Name, "it was added all the same")
}

func TestVersionsLiveSideBySide(t *testing.T) {
	m := mux.New()
	for _, v := range []int{2, 10, 1} {
		m.Add("a:b:c", v, returning(events.Event{Payload: json.RawMessage(fmt.Sprint(v))}, nil))
	}
	for _, v := range []int{1, 2, 10} {
		response, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: v})
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(v), string(response.Payload))
		require.Equal(t, v, response.Version)
	}
}

func TestAnEventWithoutAHandlerIsToldWhichVersionsThereAre(t *testing.T) {
	for name, tc := range map[string]struct {
		ask      string
		version  int
		versions string
		message  string
	}{
		"an unknown name":     {"x:y:z", 1, `[]`, "no handler for x:y:z version 1"},
		"one version":         {"one", 9, `[3]`, "no handler for one version 9; there is version 3"},
		"versions, ascending": {"many", 3, `[1,2,10]`, "no handler for many version 3; there is version 1, 2, 10"},
		"hidden versions":     {"some", 3, `[1]`, "no handler for some version 3; there is version 1"},
		"only hidden ones":    {"hidden", 3, `[]`, "no handler for hidden version 3"},
		"a prefix of a name":  {"man", 1, `[],"suggestions":["many"]`, "no handler for man version 1; did you mean many?"},
		"another case":        {"MANY", 1, `[],"suggestions":["many"]`, "no handler for MANY version 1; did you mean many?"},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			h := returning(events.Event{}, nil)
			m.Add("one", 3, h)
			for _, v := range []int{10, 2, 1} {
				m.Add("many", v, h)
			}
			m.Add("some", 2, h, mux.WithHidden())
			m.Add("some", 1, h)
			m.Add("hidden", 1, h, mux.WithHidden())
			request := requestOf(tc.ask, `{}`)
			request.Version = tc.version
			response, err := m.Serve(t.Context(), request)
			require.NoError(t, err)
			want := fmt.Sprintf(`{"name":"eventNotFound","version":1,"id":"id-1","flowId":"flow-1","payload":{
				"code":"NO_EVENT_HANDLER_FOUND","message":%q,"parameters":{"event":%q,"version":%d,"versions":%s}},
				"identity":{},"auth":{},"metadata":{}}`, tc.message, tc.ask, tc.version, tc.versions)
			require.JSONEq(t, want, string(response.Append(nil)))
		})
	}
}

func TestAHiddenEventIsServedButNotInTheCatalog(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, returning(events.Event{Payload: json.RawMessage(`"here"`)}, nil), mux.WithHidden())
	require.Equal(t, `"here"`, string(answerTo(t, m, "a:b:c", `{}`).Payload))
	require.Empty(t, m.Catalog().Events)
}

func TestRemoveTakesAwayOneVersion(t *testing.T) {
	m := mux.New()
	for v := 1; v <= 3; v++ {
		m.Add("a:b:c", v, returning(events.Event{}, nil))
	}
	require.False(t, m.Remove("a:b:c", 4), "there is no version 4")
	require.False(t, m.Remove("x:y:z", 1), "there is no such event")
	require.True(t, m.Remove("a:b:c", 2))
	require.False(t, m.Remove("a:b:c", 2), "it was removed before")
	require.Equal(t, []string{"a:b:c v1", "a:b:c v3"}, registered(m))

	require.True(t, m.Remove("a:b:c", 1))
	require.Equal(t, "eventNotFound", answerTo(t, m, "a:b:c", `{}`).Name)
	require.True(t, m.Remove("a:b:c", 3))
	require.Empty(t, registered(m))
	m.Add("a:b:c", 1, returning(events.Event{}, nil))
	require.Equal(t, "a:b:c:response", answerTo(t, m, "a:b:c", `{}`).Name, "a version may come back")
}

func TestRemoveLetsRunningCallsGoOn(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (bool, error) { return m.Remove("a:b:c", 1), nil })
	require.Equal(t, `true`, string(answerTo(t, m, "a:b:c", `{}`).Payload))
	require.Equal(t, "eventNotFound", answerTo(t, m, "a:b:c", `{}`).Name)
}

// registered lists what the catalogue of m has.
func registered(m *mux.Mux) []string {
	var list []string
	for _, e := range m.Catalog().Events {
		list = append(list, fmt.Sprintf("%s v%d", e.Name, e.Version))
	}
	return list
}
