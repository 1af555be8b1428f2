package mux_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// A parcel is a payload with one rule of each kind.
type parcel struct {
	ID    string   `json:"id" minLength:"2"`
	Size  string   `json:"size" enum:"small,large"`
	Count int      `json:"count" minimum:"1"`
	Tags  []string `json:"tags,omitempty"`
}

const goodParcel = `{"id":"p-1","size":"small","count":1}`

// refused is the exact answer's payload of one that has these violations.
func refused(violations string) string {
	return `{"code":"INVALID_PAYLOAD","message":"the payload does not fit the event","parameters":{"violations":[` + violations + `]}}`
}

// requireRefused demands that the function is not called and all violations told.
func requireRefused(t *testing.T, m *mux.Mux, payload, violations string) {
	t.Helper()
	response := answerTo(t, m, "a:b:c", payload)
	require.Equal(t, "a:b:c:badRequest", response.Name, string(response.Payload))
	require.Equal(t, refused(violations), string(response.Payload))
}

func requireAccepted(t *testing.T, m *mux.Mux, payload, want string) {
	t.Helper()
	response := answerTo(t, m, "a:b:c", payload)
	require.Equal(t, "a:b:c:response", response.Name, string(response.Payload))
	require.Equal(t, want, string(response.Payload))
}

func TestAPayloadThatBreaksItsSchemaIsAnsweredWithEveryViolation(t *testing.T) {
	for name, tc := range map[string]struct{ payload, violations string }{
		"nothing is there": {`{}`, `{"path":"","keyword":"required","expected":"count","got":"nothing"},` +
			`{"path":"","keyword":"required","expected":"id","got":"nothing"},` +
			`{"path":"","keyword":"required","expected":"size","got":"nothing"}`},
		"each in its own way": {`{"id":"p","size":"huge","count":0,"tags":["a",7,null]}`, `{"path":"/count","keyword":"minimum","expected":"at least 1","got":"0"},` +
			`{"path":"/id","keyword":"minLength","expected":"at least 2 characters","got":"1 characters"},` +
			`{"path":"/size","keyword":"enum","expected":"one of \"small\", \"large\"","got":"\"huge\""},` +
			`{"path":"/tags/1","keyword":"type","expected":"string","got":"number"},` +
			`{"path":"/tags/2","keyword":"type","expected":"string","got":"null"}`},
		"another type":          {`[]`, `{"path":"","keyword":"type","expected":"object","got":"array"}`},
		"a key in another case": {`{"ID":"p-1","id":"p-1","size":"small","count":1}`, `{"path":"/ID","keyword":"case","expected":"id","got":"\"ID\""}`},
		"a key there twice":     {`{"id":"p-1","id":"p-2","size":"small","count":1}`, `{"path":"/id","keyword":"uniqueKeys","expected":"one member of this name","got":"two"}`},
		"an unknown key twice":  {`{"x":{"y":1,"y":1},"id":"p-1","size":"small","count":1}`, `{"path":"/x/y","keyword":"uniqueKeys","expected":"one member of this name","got":"two"}`},
		"a monstrous number":    {`{"id":"p-1","size":"small","count":1e9999999}`, `{"path":"/count","keyword":"number","expected":"a number of at most 512 bytes, its exponent from -400 to 400","got":"a larger exponent"}`},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			mux.Handle(m, "a:b:c", 1, func(context.Context, parcel) (struct{}, error) {
				t.Error("the function was called with a payload that does not fit")
				return struct{}{}, nil
			})
			requireRefused(t, m, tc.payload, tc.violations)
		})
	}
}

func TestAPayloadThatFitsItsSchemaIsServed(t *testing.T) {
	m := mux.New()
	echoing[parcel](m)
	requireAccepted(t, m, goodParcel, goodParcel)
	requireAccepted(t, m, `{"id":"p-1","size":"small","count":1,"unknown":[{}]}`, goodParcel)
}

// What the schema allows and the Go type cannot hold is found by the decoder.
func TestANumberThatOnlyGoCannotHoldIsRefusedByTheDecoder(t *testing.T) {
	m := mux.New()
	echoing[parcel](m)
	requireRefused(t, m, `{"id":"p-1","size":"small","count":1.0}`, `{"path":"/count","keyword":"type","expected":"integer","got":"number"}`)
}

func TestValidationIsSwitchedByMuxAndByHandler(t *testing.T) {
	const missing = `{"path":"","keyword":"required","expected":"count","got":"nothing"}`
	on, off := mux.WithValidation(true), mux.WithValidation(false)
	for name, tc := range map[string]struct {
		mux       []mux.MuxOption
		handler   []mux.HandlerOption
		validates bool
	}{
		"by default":                      {nil, nil, true},
		"off for the mux":                 {[]mux.MuxOption{off}, nil, false},
		"off for the handler":             {nil, []mux.HandlerOption{off}, false},
		"on for the handler of a mux off": {[]mux.MuxOption{off}, []mux.HandlerOption{on}, true},
		"the last option of a handler":    {nil, []mux.HandlerOption{on, off}, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New(tc.mux...)
			mux.Handle(m, "a:b:c", 1, func(_ context.Context, in parcel) (parcel, error) { return in, nil }, tc.handler...)
			const payload = `{"id":"p-1","size":"small"}`
			if tc.validates {
				requireRefused(t, m, payload, missing)
				return
			}
			requireAccepted(t, m, payload, `{"id":"p-1","size":"small","count":0}`)
			requireRefused(t, m, `{"count":"x"}`, `{"path":"/count","keyword":"type","expected":"integer","got":"string"}`)
		})
	}
}

func TestUnknownFieldsAreRefusedWhereTheMuxOrTheHandlerIsStrict(t *testing.T) {
	const payload = `{"id":"p-1","size":"small","count":1,"extra":1}`
	strict := mux.WithStrictPayload()
	for name, tc := range map[string]struct {
		mux     []mux.MuxOption
		handler []mux.HandlerOption
	}{
		"the mux":     {[]mux.MuxOption{strict}, nil},
		"the handler": {nil, []mux.HandlerOption{strict}},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New(tc.mux...)
			mux.Handle(m, "a:b:c", 1, func(_ context.Context, in parcel) (parcel, error) { return in, nil }, tc.handler...)
			requireRefused(t, m, payload, `{"path":"/extra","keyword":"unknown","expected":"no members but those of the schema","got":"\"extra\""}`)
			requireAccepted(t, m, goodParcel, goodParcel)
		})
	}
}

func TestDevelopmentFindsAnAnswerThatBreaksItsSchema(t *testing.T) {
	wrong := giving(parcel{ID: "p-1", Size: "huge", Count: 1})
	mock := new(tracker.Mock)
	m := mux.New(mux.WithDevelopment(), mux.WithTracker(mock))
	wrong(m)
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, "a:b:c:error", response.Name)
	require.JSONEq(t, unhandled, string(response.Payload), "the reason is the service's own business")
	requireTracked(t, mock, response, `the response of a:b:c version 1 does not fit its schema: ["/size": enum: expected one of "small", "large", got "huge"]`)

	m = mux.New(mux.WithDevelopment())
	giving(parcel{ID: "p-1", Size: "large", Count: 1})(m)
	requireAccepted(t, m, `{}`, `{"id":"p-1","size":"large","count":1}`)

	m = mux.New()
	wrong(m)
	requireAccepted(t, m, `{}`, `{"id":"p-1","size":"huge","count":1}`)
}

// What the mux itself writes for nil must not be taken for a broken answer.
func TestDevelopmentLetsNilPass(t *testing.T) {
	for name, add := range map[string]func(*mux.Mux){
		"a map": giving(map[string]int(nil)), "an interface": giving[any](nil), "a slice": giving([]int(nil)), "nothing": giving(struct{}{}),
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New(mux.WithDevelopment())
			add(m)
			response := answerTo(t, m, "a:b:c", `{}`)
			require.Equal(t, "a:b:c:response", response.Name, string(response.Payload))
		})
	}
}

func TestATypeThatIsNoJSONPanicsWhereItIsAdded(t *testing.T) {
	type holder struct {
		Inner struct {
			Signal chan int `json:"signal"`
		} `json:"inner"`
	}
	var at string
	for name, tc := range map[string]struct {
		add func(*mux.Mux)
		why string
	}{
		"an output": {func(m *mux.Mux) {
			at = lineBelow()
			mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (chan int, error) { return nil, nil })
		}, "schema: chan int: chan int is not JSON"},
		"a field of an output": {func(m *mux.Mux) {
			at = lineBelow()
			mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (holder, error) { return holder{}, nil })
		}, "schema: mux_test.holder.Inner.Signal: chan int is not JSON"},
		"a field of an input": {func(m *mux.Mux) {
			at = lineBelow()
			mux.Handle(m, "a:b:c", 1, func(context.Context, holder) (struct{}, error) { return struct{}{}, nil })
		}, "schema: mux_test.holder.Inner.Signal: chan int is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			message := panicOf(t, func() { tc.add(m) })
			require.Equal(t, `mux: cannot add "a:b:c" v1 at `+at+": "+tc.why, message)
			require.Empty(t, m.Catalog().Events)
			m.Add("a:b:c", 1, returning(events.Event{}, nil)) // no lock is held
		})
	}
}

func TestTheCatalogTellsWhatIsInternalAndWhatWillGo(t *testing.T) {
	deprecation := catalog.Deprecation{
		Since:  time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC),
		Sunset: time.Date(2031, 1, 2, 0, 0, 0, 0, time.UTC), Successor: 2, Note: "The price is in cents now.",
	}
	m := mux.New()
	m.Add("a:b:c", 1, returning(events.Event{}, nil), mux.WithDeprecation(deprecation))
	m.Add("a:b:c", 2, returning(events.Event{}, nil), mux.WithInternal())
	require.Equal(t, []catalog.Event{
		{Name: "a:b:c", Version: 1, Deprecation: &deprecation},
		{Name: "a:b:c", Version: 2, Internal: true},
	}, m.Catalog().Events)
}

func TestTheRevisionChangesWithWhatIsServed(t *testing.T) {
	m := mux.New()
	revisions := []uint64{m.Revision()}
	next := func() {
		require.NotContains(t, revisions, m.Revision(), "the revision did not change")
		revisions = append(revisions, m.Revision())
	}
	m.Add("a:b:c", 1, returning(events.Event{}, nil))
	next()
	echoing[int](mux.New()) // another mux
	m.Add("a:b:c", 2, returning(events.Event{}, nil))
	next()
	require.True(t, m.Remove("a:b:c", 1))
	next()
	require.True(t, m.Remove("a:b:c", 2))
	next()

	require.False(t, m.Remove("a:b:c", 2))
	m.Catalog()
	answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, revisions[len(revisions)-1], m.Revision(), "nothing was added or removed")
}

func TestEventsOfOneTypeShareItsSchema(t *testing.T) {
	m := mux.New()
	for i := range 2000 {
		mux.Handle(m, fmt.Sprintf("a:b:c%d", i), 1, func(_ context.Context, in parcel) (parcel, error) { return in, nil })
	}
	list := m.Catalog().Events
	require.Len(t, list, 2000)
	for _, e := range list {
		require.NotEmpty(t, e.InputSchema)
		require.Equal(t, e.InputSchema, e.OutputSchema)
	}
}
