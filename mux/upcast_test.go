package mux_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

type (
	nameV1 struct {
		Name string `json:"name"`
	}
	nameV2 struct {
		First string `json:"first" minLength:"1"`
		Last  string `json:"last"`
	}
	nameV3 struct {
		Parts []string `json:"parts"`
	}
	greeting struct {
		Text string `json:"text"`
	}
	greetings struct {
		Texts []string `json:"texts"`
	}
)

func firstAndLast(in nameV1) (nameV2, error) {
	first, last, ok := strings.Cut(in.Name, " ")
	if !ok && in.Name != "defect" {
		return nameV2{}, events.Errorf(events.KindBadRequest, "ONE_NAME", "%q has no last name", in.Name)
	}
	if !ok {
		first = "" // which version 2 refuses
	}
	return nameV2{first, last}, nil
}

func same(out greeting) (greeting, error) { return out, nil }

func greet(_ context.Context, in nameV2) (greeting, error) {
	switch in.First {
	case "Nobody":
		return greeting{}, events.Errorf(events.KindNotFound, "NOBODY", "nobody is called so")
	case "Elsewhere":
		return greeting{}, &events.Redirect{URL: "https://example.com/"}
	case "Broken":
		return greeting{}, errors.New("secret")
	}
	return greeting{"Hello, " + in.First + " of " + in.Last}, nil
}

func newUpcast(t *testing.T, options ...mux.MuxOption) *mux.Mux {
	t.Helper()
	m := mux.New(options...)
	mux.Handle(m, "a:name:greet", 2, greet, mux.WithDoc("Greets."), mux.WithError(events.KindNotFound, "NOBODY", "it is nobody"), mux.WithTimeout(time.Minute))
	mux.Upcast(m, "a:name:greet", 1, 2, firstAndLast, same)
	return m
}

func TestAnOldVersionIsServedByTheNewHandler(t *testing.T) {
	m := newUpcast(t)
	for name, test := range map[string]struct{ payload, outcome, answer string }{
		"success":                     {`{"name":"Ada Lovelace"}`, "response", `{"text":"Hello, Ada of Lovelace"}`},
		"an error of the handler":     {`{"name":"Nobody Here"}`, "notFound", `"NOBODY"`},
		"a redirect":                  {`{"name":"Elsewhere Now"}`, "redirect", `https://example.com/`},
		"an unexpected error":         {`{"name":"Broken Heart"}`, "error", `"internal error"`},
		"an error of the conversion":  {`{"name":"Ada"}`, "badRequest", `"ONE_NAME"`},
		"what the old type refuses":   {`{"first":"Ada","last":"Lovelace"}`, "badRequest", `"keyword":"required","expected":"name"`},
		"a conversion that is faulty": {`{"name":"defect"}`, "error", `"UNHANDLED_ERROR"`},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := m.Serve(t.Context(), events.Event{Name: "a:name:greet", Version: 1, ID: "i", FlowID: "f", Payload: []byte(test.payload)})
			require.NoError(t, err)
			require.Equal(t, "a:name:greet:"+test.outcome, response.Name)
			require.Equal(t, 1, response.Version)
			require.Contains(t, string(response.Payload), test.answer)
		})
	}
}

func TestACallOfAnOldVersionIsTrackedAsOne(t *testing.T) {
	var started []events.Event
	mock := &tracker.Mock{StartFn: func(ctx context.Context, request events.Event) context.Context {
		started = append(started, request)
		return ctx
	}}
	m := newUpcast(t, mux.WithTracker(mock))
	_, err := client.Call[greeting](t.Context(), m, "a:name:greet", 1, nameV1{"Ada Lovelace"})
	require.NoError(t, err)
	require.Len(t, started, 1)
	require.Equal(t, 1, started[0].Version)
	require.JSONEq(t, `{"name":"Ada Lovelace"}`, string(started[0].Payload))
	require.Equal(t, 1, mock.EndCount)
	require.Zero(t, mock.NoticeEventErrorCount)
}

func TestConversionsMakeChains(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:name:greet", 3, func(_ context.Context, in nameV3) (greetings, error) {
		return greetings{[]string{"Hello", strings.Join(in.Parts, "+")}}, nil
	})
	mux.Upcast(m, "a:name:greet", 2, 3,
		func(in nameV2) (nameV3, error) { return nameV3{[]string{in.First, in.Last}}, nil },
		func(out greetings) (greeting, error) { return greeting{strings.Join(out.Texts, ", ")}, nil })
	mux.Upcast(m, "a:name:greet", 1, 2, firstAndLast, func(out greeting) (greeting, error) { return greeting{out.Text + "!"}, nil })
	out, err := client.Call[greeting](t.Context(), m, "a:name:greet", 1, nameV1{"Ada Lovelace"})
	require.NoError(t, err)
	require.Equal(t, "Hello, Ada+Lovelace!", out.Text)

	servedBy := map[int]int{}
	for _, e := range m.Catalog().Events {
		servedBy[e.Version] = e.ServedBy
	}
	require.Equal(t, map[int]int{1: 2, 2: 3, 3: 0}, servedBy)
}

func TestAnOldVersionTakesOverWhatItDoesNotSayItself(t *testing.T) {
	m := newUpcast(t)
	old, ok := m.Catalog().Find("a:name:greet", 1)
	require.True(t, ok)
	require.Equal(t, "Greets.", old.Doc)
	require.Equal(t, time.Minute, old.Timeout)
	require.Equal(t, "NOBODY", old.Errors[0].Code)
	require.Contains(t, string(old.InputSchema), `"name"`)

	mux.Upcast(m, "a:name:greet", 4, 2, firstAndLast, same, mux.WithDoc("Greeted."), mux.WithTimeout(time.Second))
	other, _ := m.Catalog().Find("a:name:greet", 4)
	require.Equal(t, "Greeted.", other.Doc)
	require.Equal(t, time.Second, other.Timeout)

	secret := mux.New()
	mux.Handle(secret, "a:name:greet", 2, greet, mux.WithHidden())
	mux.Upcast(secret, "a:name:greet", 1, 2, firstAndLast, same)
	require.Empty(t, secret.Catalog().Events)
}

func TestAnOldVersionGoesWithTheNewOne(t *testing.T) {
	m := newUpcast(t)
	require.True(t, m.Remove("a:name:greet", 2))
	_, err := client.Call[greeting](t.Context(), m, "a:name:greet", 1, nameV1{"Ada Lovelace"})
	var e *events.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, events.KindEventNotFound, e.Kind)
	require.Empty(t, e.Parameters["versions"])
}

func TestWrongConversionsPanic(t *testing.T) {
	for want, add := range map[string]func(*mux.Mux){
		`there is no v3; add it first`: func(m *mux.Mux) { mux.Upcast(m, "a:name:greet", 1, 3, firstAndLast, same) },
		`is nil`:                       func(m *mux.Mux) { mux.Upcast[nameV1, nameV2, greeting, greeting](m, "a:name:greet", 1, 2, nil, same) },
		`its handler takes mux_test.nameV2 `: func(m *mux.Mux) {
			mux.Upcast(m, "a:name:greet", 1, 2, func(in nameV1) (nameV1, error) { return in, nil }, same)
		},
		`was added before`: func(m *mux.Mux) { mux.Upcast(m, "a:name:greet", 2, 2, firstAndLast, same) },
		`v1 is served by v2`: func(m *mux.Mux) {
			mux.Upcast(m, "a:name:greet", 1, 2, firstAndLast, same)
			m.Remove("a:name:greet", 2)
			mux.Upcast(m, "a:name:greet", 2, 1, func(in nameV2) (nameV1, error) { return nameV1{in.First}, nil }, same)
		},
	} {
		m := mux.New()
		mux.Handle(m, "a:name:greet", 2, greet)
		require.PanicsWithError(t, want, func() {
			defer func() {
				if text, ok := recover().(string); ok && strings.Contains(text, want) {
					panic(errors.New(want))
				}
			}()
			add(m)
		})
	}
}
