package mux_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// FuzzServeHTTP sends any body: the mux never panics and always answers with a
// well-formed event.
func FuzzServeHTTP(f *testing.F) {
	type nested struct {
		ID       string         `json:"id"`
		N        int            `json:"n"`
		Children []nested       `json:"children"`
		Any      map[string]any `json:"any"`
	}
	m := mux.New()
	mux.Handle(m, "test:nested:echo", 1, func(_ context.Context, in nested) (nested, error) {
		if in.N < 0 {
			return in, events.Errorf(events.KindUnprocessable, "NEGATIVE", "n is %d", in.N).With("n", in.N)
		}
		return in, nil
	})
	m.Add("test:raw:echo", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		e.Name += ":response"
		return e, nil
	}))
	m.Add("test:secret:fail", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		return events.Event{}, errors.New("a secret")
	}))
	m.Add("system:batch:run", 1, batch.New(m, batch.WithMaxItems(8)))
	m.Add("system:batch:run", 2, batch.New(m, batch.WithMaxItems(8)))

	for _, s := range []string{
		``, `{`, `{"name":"test:nested:echo","version":1,"payload":{"id":"x","n":-1,"children":[{"any":{"a":[1,null]}}]}}`,
		`{"name":"test:nested:echo","version":"1","payload":"no","metadata":{"timeoutMs":0}}`,
		`{"name":"test:raw:echo","version":1,"id":"\u00e9","payload":[1e400],"metadata":{"a":1,"a":2}}`,
		`{"name":"test:secret:fail","version":1,"payload":{}}`, `{"name":"nobody","version":9,"payload":{}}`,
		`{"name":"system:batch:run","version":1,"payload":{"parallel":true,"events":[{"name":"test:raw:echo","version":1,"payload":1},{},null]}}`,
		`{"name":"system:batch:run","version":2,"payload":{"events":[{"name":"system:batch:run","version":2,"payload":{"events":[]}}]}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code)
		require.NotContains(t, w.Body.String(), "secret\"")
		response, err := events.Decoder{Response: true, Strict: true}.Decode(w.Body.Bytes())
		require.NoError(t, err, "%q", w.Body)
		require.Equal(t, "{}", string(response.Identity))
		require.Equal(t, "{}", string(response.Auth))
		require.NotZero(t, response.ID)
		require.NotZero(t, response.FlowID)
	})
}
