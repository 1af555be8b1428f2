package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// reasons are all that a call without a usable answer may have.
var reasons = [...]error{
	client.ErrNoConnection, client.ErrInvalidResponse, client.ErrInvalidRequest,
	context.DeadlineExceeded, context.Canceled,
}

// requireReason checks that err is a *client.Error for want and for nothing else.
func requireReason(t *testing.T, want, err error) *client.Error {
	t.Helper()
	for _, reason := range reasons {
		require.Equal(t, reason == want, errors.Is(err, reason), "is %v: %v", reason, err)
	}
	var e *client.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, want, e.Reason)
	require.True(t, e.RemoteError(), "it must not pass for an error of the handler that made the call")
	require.NotErrorAs(t, err, new(*events.Error), "the callee said nothing")
	return e
}

func TestAnswerThatIsNoEventIsAnInvalidResponse(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"page":              {200, "<html>welcome</html>", "status 200: invalid event: not an event in JSON: expected a JSON value at byte 0"},
		"page of a proxy":   {502, "<html>bad gateway</html>", "status 502: invalid event: not an event in JSON"},
		"failure":           {500, "internal server error", "status 500: invalid event: not an event in JSON"},
		"empty":             {200, "", "status 200: invalid event: the body is empty"},
		"no content":        {204, "", "status 204: invalid event: the body is empty"},
		"array":             {200, "[]", "an event is a JSON object, got an array"},
		"other object":      {200, `{"status":"ok"}`, `"name" is missing`},
		"wrong type":        {200, `{"name":1}`, `"name" must be a string, got a number`},
		"wrong version":     {200, `{"name":"a:response","version":0}`, `"version" must be an integer`},
		"two events":        {200, success + success, "more text after the event"},
		"truncated":         {200, success[:40], "unexpected end of JSON"},
		"redirect of HTTP":  {302, "", "status 302"},
		"permanent one":     {308, "moved", "status 308"},
		"nested too deeply": {200, `{"name":"a:response","payload":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`, "nested too deeply"},
	} {
		t.Run(name, func(t *testing.T) {
			network := &recorder{next: func(*http.Request) (*http.Response, error) {
				r := answer(c.status, c.body)
				r.Header.Set("Location", "http://callee.test/elsewhere")
				return r, nil
			}}
			_, err := get(t.Context(), over(network))
			e := requireReason(t, client.ErrInvalidResponse, err)
			require.ErrorContains(t, e.Err, c.says)
			network.one(t) // HTTP redirects are not followed
		})
	}
}

func TestAnswerMayBeAsLargeAsTheLimitAndNoLarger(t *testing.T) {
	_, err := get(t.Context(), over(answering(http.StatusOK, success), client.WithMaxResponse(len(success))))
	require.NoError(t, err)
	_, err = get(t.Context(), over(answering(http.StatusOK, success), client.WithMaxResponse(len(success)-1)))
	e := requireReason(t, client.ErrInvalidResponse, err)
	require.ErrorContains(t, e.Err, "larger than")

	body := new(zeroes)
	endless := transport(func(*http.Request) (*http.Response, error) {
		r := answer(http.StatusOK, "")
		r.Body = body
		return r, nil
	})
	_, err = get(t.Context(), over(endless))
	requireReason(t, client.ErrInvalidResponse, err)
	require.True(t, body.closed, "a body that is not closed keeps its connection for ever")
}

// zeroes is a body without end.
type zeroes struct{ closed bool }

func (*zeroes) Read(p []byte) (int, error) { return len(p), nil }

func (z *zeroes) Close() error {
	z.closed = true
	return nil
}

func TestEventCountsWhateverTheStatus(t *testing.T) {
	m := mux.New(mux.WithStatus(func(events.Kind) int { return http.StatusTeapot }))
	mux.Handle(m, "catalog:product:get", 1, func(context.Context, getProduct) (product, error) {
		return product{}, events.Errorf(events.KindExpired, "OFFER_EXPIRED", "too late")
	})
	_, err := get(t.Context(), listen(t, m))
	require.ErrorIs(t, err, events.KindExpired)

	p, err := get(t.Context(), over(answering(http.StatusInternalServerError, success)))
	require.NoError(t, err)
	require.Equal(t, "p-1", p.ID)
}

func TestPayloadThatDoesNotFitIsAnInvalidResponse(t *testing.T) {
	for name, h := range map[string]events.Handler{
		"in the same process": newCatalog(),
		"over HTTP":           listen(t, newCatalog()),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Call[[]int](t.Context(), h, "catalog:product:get", 1, getProduct{ID: "p-1"})
			e := requireReason(t, client.ErrInvalidResponse, err)
			require.ErrorAs(t, err, new(*json.UnmarshalTypeError))
			require.ErrorContains(t, err, "does not fit []int")
			require.Equal(t, "catalog:product:get", e.Event)
			require.Equal(t, 1, e.Version)
		})
	}
}

func TestEventThatBreaksTheWiresRulesIsAnInvalidRequest(t *testing.T) {
	fine := events.Event{Name: "catalog:product:get", Version: 1, ID: "i", FlowID: "f"}
	for name, c := range map[string]struct {
		change func(*events.Event)
		says   string
	}{
		"no name":            {func(e *events.Event) { e.Name = "" }, `"name" is empty`},
		"long name":          {func(e *events.Event) { e.Name = strings.Repeat("n", 257) }, `"name" is longer than 256 bytes`},
		"NUL in the name":    {func(e *events.Event) { e.Name = "a\x00" }, "control character"},
		"no version":         {func(e *events.Event) { e.Version = 0 }, `"version"`},
		"bad UTF-8":          {func(e *events.Event) { e.FlowID = "\xff" }, "not valid UTF-8"},
		"payload of no JSON": {func(e *events.Event) { e.Payload = []byte("{") }, `"payload" is not JSON`},
		"null payload":       {func(e *events.Event) { e.Payload = []byte("null") }, "must not be null"},
		"identity a list":    {func(e *events.Event) { e.Identity = []byte("[]") }, `"identity" must be an object`},
		"auth a text":        {func(e *events.Event) { e.Auth = []byte(`"x"`) }, `"auth" must be an object`},
		"metadata a number":  {func(e *events.Event) { e.Metadata = []byte("1") }, `"metadata" must be an object`},
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			request := fine
			c.change(&request)
			_, err := over(network).Serve(t.Context(), request)
			requireReason(t, client.ErrInvalidRequest, err)
			require.ErrorContains(t, err, c.says)
			require.Empty(t, network.all(), "it was sent all the same")
		})
	}
}

func TestHeaderThatHTTPCannotCarryIsAnInvalidRequest(t *testing.T) {
	for name, option := range map[string]client.CallOption{
		"two lines": client.WithHeader("X-Note", "a\r\nX-Injected: b"),
		"bad name":  client.WithHeader("X Note", "a"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(t.Context(), listen(t, newCatalog()), option)
			requireReason(t, client.ErrInvalidRequest, err)
		})
	}
}

func TestWrongURLIsReportedByTheCalls(t *testing.T) {
	for name, url := range map[string]string{
		"empty":            "",
		"without scheme":   "localhost:8080/events",
		"only a path":      "/events",
		"another protocol": "ftp://callee.test/events",
		"without host":     "http:///events",
		"space in host":    "http://cal lee.test/events",
		"unclosed bracket": "http://[::1/events",
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			c := client.New(url, client.WithHTTPClient(&http.Client{Transport: network}))
			_, err := get(t.Context(), c)
			requireReason(t, client.ErrNoConnection, err)
			require.Empty(t, network.all())
		})
	}
}

func TestPasswordOfTheURLIsInNoError(t *testing.T) {
	for name, url := range map[string]string{
		"valid":          "http://user:secret@callee.test/events",
		"wrong scheme":   "ftp://user:secret@callee.test/events",
		"wrong port":     "http://user:secret@callee.test:port/events",
		"unclosed":       "http://user:secret@[::1/events",
		"space in host":  "http://user:secret@cal lee.test/events",
		"without scheme": "user:secret@callee.test/events",
		"without http:":  "//user:secret@callee.test/events",
	} {
		t.Run(name, func(t *testing.T) {
			refused := transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") })
			c := client.New(url, client.WithHTTPClient(&http.Client{Transport: refused}))
			_, err := get(t.Context(), c)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestErrorTellsWhatWasCalledWhereAndWhy(t *testing.T) {
	down := errors.New("down")
	e := &client.Error{Event: "catalog:product:get", Version: 2, Reason: client.ErrNoConnection, Err: down}
	require.EqualError(t, e, "calling catalog:product:get version 2: no connection: down")
	e.URL = "http://callee.test/events"
	require.EqualError(t, e, "calling catalog:product:get version 2 to http://callee.test/events: no connection: down")
	require.ErrorIs(t, e, down)

	failing := transport(func(*http.Request) (*http.Response, error) { return nil, down })
	_, err := get(t.Context(), over(failing))
	got := requireReason(t, client.ErrNoConnection, err)
	require.ErrorIs(t, err, down)
	require.Equal(t, "http://callee.test/events", got.URL)
}
