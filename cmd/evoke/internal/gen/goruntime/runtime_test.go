// The test is within the package because generated methods are: what they call is not
// exported.

package goruntime

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A roundTripper answers without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// served is a client of h.
func served(h http.Handler) *Client {
	return &Client{Endpoint: "http://service/events", HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result(), r.Context().Err()
	})}}
}

// answering is a client of a service that answers everything with one body.
func answering(status int, body string) *Client {
	return served(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
}

type person struct {
	Name string `json:"name"`
}

// seen is what a service was sent.
type seen struct {
	Flow     string            `json:"flow"`
	Identity json.RawMessage   `json:"identity"`
	Auth     json.RawMessage   `json:"auth"`
	Metadata map[string]any    `json:"metadata"`
	Header   map[string]string `json:"header"`
}

func strictService() *mux.Mux {
	m := mux.New(mux.WithStrictEnvelope())
	mux.Handle(m, "a:b:echo", 2, func(_ context.Context, in person) (person, error) { return in, nil })
	mux.Handle(m, "a:b:fail", 1, func(_ context.Context, in person) (person, error) {
		return in, events.Errorf(events.KindNotFound, "NO_PERSON", "there is no %s", in.Name).With("size", 1<<60)
	})
	mux.Handle(m, "a:b:redirect", 1, func(context.Context, struct{}) (person, error) {
		return person{}, &events.Redirect{URL: "https://example.com/x", QueryParameters: map[string]any{"q": "1"}}
	})
	mux.Handle(m, "a:b:look", 1, func(ctx context.Context, _ struct{}) (seen, error) {
		r, _ := events.RequestFrom(ctx)
		var metadata map[string]any
		err := json.Unmarshal(r.Metadata, &metadata)
		peer := events.PeerFrom(ctx)
		return seen{r.FlowID, r.Identity, r.Auth, metadata, map[string]string{
			"timeout": peer.Header("Evoke-Timeout-Ms"), "own": peer.Header("X-Own"),
		}}, err
	})
	return m
}

func TestAResponseIsDecoded(t *testing.T) {
	out, err := call[person](t.Context(), served(strictService()), "a:b:echo", 2, person{"Ada <&>"}, nil)
	require.NoError(t, err)
	require.Equal(t, person{"Ada <&>"}, out)
}

func TestAnErrorKeepsWhatTheServiceSaid(t *testing.T) {
	_, err := call[person](t.Context(), served(strictService()), "a:b:fail", 1, person{"Ada"}, []Option{WithID("id-1"), WithFlowID("flow-1")})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, &Error{
		Kind: KindNotFound, Code: "NO_PERSON", Message: "there is no Ada", Parameters: map[string]any{"size": json.Number("1152921504606846976")},
		ID: "id-1", FlowID: "flow-1",
	}, e)
	require.ErrorIs(t, err, KindNotFound)
	require.NotErrorIs(t, err, KindGone)
	require.EqualError(t, err, "a:b:fail version 1: notFound NO_PERSON: there is no Ada")
}

func TestARedirectIsReturned(t *testing.T) {
	_, err := call[person](t.Context(), served(strictService()), "a:b:redirect", 1, nil, []Option{WithFlowID("flow-1"), WithID("id-1")})
	var r *Redirect
	require.ErrorAs(t, err, &r)
	require.Equal(t, &Redirect{URL: "https://example.com/x", QueryParameters: map[string]any{"q": "1"}, ID: "id-1", FlowID: "flow-1"}, r)
	require.EqualError(t, r, "redirect to https://example.com/x")
}

func TestTheFrameworksErrorsHaveTheirKinds(t *testing.T) {
	c := served(strictService())
	_, err := call[person](t.Context(), c, "a:b:echo", 7, person{}, nil)
	require.ErrorIs(t, err, KindEventNotFound)
	_, err = call[person](t.Context(), c, "a:b:echo", 2, map[string]int{"name": 1}, nil)
	require.ErrorIs(t, err, KindBadRequest)
	_, err = call[person](t.Context(), c, "a:b:echo", 0, person{}, nil)
	require.ErrorIs(t, err, KindBadProtocol)
}

func TestTheEnvelopeCarriesWhatWasAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := served(strictService())
		c.Header = http.Header{"X-Own": {"mine"}}
		c.Origin = "a-test"
		c.Timeout = time.Minute
		c.Auth = func(context.Context) (any, error) { return map[string]string{"token": "t"}, nil }
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		out, err := call[seen](ctx, c, "a:b:look", 1, nil, []Option{
			WithFlowID("flow-1"), WithIdentity(map[string]string{"userId": "u-1"}), WithMetadata("more", true),
		})
		require.NoError(t, err)
		require.Equal(t, seen{
			Flow: "flow-1", Identity: json.RawMessage(`{"userId":"u-1"}`), Auth: json.RawMessage(`{"token":"t"}`),
			Metadata: map[string]any{"origin": "a-test", "timeoutMs": 1500.0, "more": true},
			Header:   map[string]string{"timeout": "1500", "own": "mine"},
		}, out)

		c.Auth = func(context.Context) (any, error) { return nil, errors.New("no token") }
		_, err = call[seen](t.Context(), c, "a:b:look", 1, nil, nil)
		require.EqualError(t, err, "a:b:look version 1: its auth: no token")
	})
}

func TestEachEventHasAFreshID(t *testing.T) {
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, freshID())
	require.NotEqual(t, freshID(), freshID())
}

func TestOlderServicesAreUnderstood(t *testing.T) {
	for body, want := range map[string]Error{
		`{"name":"a:b:c:not_found","payload":{"code":404,"message":"no"}}`:    {Kind: KindNotFound, Code: "404", Message: "no"},
		`{"name":"error","version":1,"payload":7}`:                            {Kind: KindError},
		`{"name":"event_not_found","version":9}`:                              {Kind: KindEventNotFound},
		`{"name":"badProtocol:error","payload":{"parameters":{}}}`:            {Kind: KindBadProtocol, Parameters: map[string]any{}},
		`{"name":"a:b:c:tea_time","payload":{"code":{},"parameters":[]}}`:     {Kind: "tea_time"},
		`{"name":"a:b:c:failed_dependency","flowId":"theirs","payload":null}`: {Kind: KindFailedDependency, FlowID: "theirs"},
	} {
		_, err := call[person](t.Context(), answering(200, body), "a:b:c", 1, nil, []Option{WithID("id-1"), WithFlowID("flow-1")})
		var e *Error
		require.ErrorAs(t, err, &e, body)
		want.ID = "id-1"
		if want.FlowID == "" {
			want.FlowID = "flow-1"
		}
		require.Equal(t, want, *e, body)
		require.Equal(t, !want.Kind.known() || want.Kind == KindError, errors.Is(err, KindError), body)
	}
	for _, body := range []string{
		`{"name":"a:b:c:response"}`, `{"name":"a:b:c:response","version":"1","payload":null}`, `{"name":"a:b:c:response","version":null,"payload":{}}`,
	} {
		_, err := call[person](t.Context(), answering(500, body), "a:b:c", 1, nil, nil)
		require.NoError(t, err, body)
	}
}

func TestWhatIsNoAnswerToTheEventIsInvalid(t *testing.T) {
	for body, want := range map[string]string{
		``:                 "status 502: invalid response: it is no event",
		`<!doctype html>`:  "status 502: invalid response: it is no event",
		`[]`:               "status 502: invalid response: it is no event",
		`{}`:               "status 502: invalid response: it is no event: it has no name",
		`{"name":7}`:       "status 502: invalid response: it is no event",
		`{"name":""} true`: "status 502: invalid response: it is no event",
		`{"name":"a:b:d:response","version":1,"payload":{}}`:         `status 502: invalid response: it answers another event, "a:b:d:response"`,
		`{"name":"response","version":1,"payload":{}}`:               `status 502: invalid response: it answers another event, "response"`,
		`{"name":"a:b:c:response","version":2,"payload":{}}`:         "status 502: invalid response: it answers another version, 2",
		`{"name":"a:b:c:redirect","version":[],"payload":{}}`:        "status 502: invalid response: it answers another version, []",
		`{"name":"a:b:c:response","version":1,"payload":{"name":1}}`: "its payload: invalid response: ",
	} {
		_, err := call[person](t.Context(), answering(502, body), "a:b:c", 1, nil, nil)
		require.ErrorIs(t, err, ErrInvalidResponse, body)
		require.ErrorContains(t, err, want, body)
	}
}

func TestALargeAnswerIsNotRead(t *testing.T) {
	body := `{"name":"a:b:c:response","version":1,"payload":{"name":"` + strings.Repeat("x", 100) + `"}}`
	c := answering(200, body)
	c.MaxResponse = int64(len(body))
	_, err := call[person](t.Context(), c, "a:b:c", 1, nil, nil)
	require.NoError(t, err)
	c.MaxResponse--
	_, err = call[person](t.Context(), c, "a:b:c", 1, nil, nil)
	require.ErrorIs(t, err, ErrInvalidResponse)
}

func TestHTTPRedirectsAreNotFollowed(t *testing.T) {
	calls := 0
	c := served(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	_, err := call[person](t.Context(), c, "a:b:c", 1, nil, nil)
	require.ErrorIs(t, err, ErrInvalidResponse)
	require.Equal(t, 1, calls)
}

func TestACallWithoutAnAnswerTellsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := &Client{Endpoint: "http://service/events", HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}, Timeout: time.Second}
		_, err := call[person](t.Context(), silent, "a:b:c", 1, nil, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = call[person](ctx, silent, "a:b:c", 1, nil, nil)
		require.ErrorIs(t, err, context.Canceled)
	})
	broken := &Client{Endpoint: "http://service/events", HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("the cable is cut")
	})}}
	_, err := call[person](t.Context(), broken, "a:b:c", 1, nil, nil)
	require.ErrorIs(t, err, ErrNoConnection)
	_, err = call[person](t.Context(), &Client{Endpoint: "http://ada:secret@[::1/"}, "a:b:c", 1, nil, nil)
	require.ErrorIs(t, err, ErrNoConnection)
	require.NotContains(t, err.Error(), "secret")
	_, err = call[person](t.Context(), broken, "a:b:c", 1, make(chan int), nil)
	require.ErrorContains(t, err, "its payload: json: unsupported type: chan int")
}
