package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

func token(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

func TestOptionsHoldPerClientAndPerCallAndTheCallWins(t *testing.T) {
	auth := func(s sent) string { return string(s.Auth) }
	identity := func(s sent) string { return string(s.Identity) }
	header := func(s sent) string { return fmt.Sprint(s.header.Values("X-Tenant")) }
	origin := func(s sent) string {
		var m map[string]json.RawMessage
		json.Unmarshal(s.Metadata, &m)
		return string(m["origin"])
	}
	for name, c := range map[string]struct {
		client []client.Option
		call   []client.CallOption
		read   func(sent) string
		want   string
	}{
		"no auth":                      {read: auth, want: `{}`},
		"auth of the client":           {client: []client.Option{client.WithAuth(map[string]int{"key": 1})}, read: auth, want: `{"key":1}`},
		"auth of the call":             {call: []client.CallOption{client.WithAuth(map[string]int{"key": 2})}, read: auth, want: `{"key":2}`},
		"auth of both":                 {client: []client.Option{client.WithAuth(map[string]int{"key": 1})}, call: []client.CallOption{client.WithAuth(map[string]int{"key": 2})}, read: auth, want: `{"key":2}`},
		"token of the client":          {client: []client.Option{client.WithToken(token("a"))}, read: auth, want: `{"token":"a"}`},
		"token of the call":            {call: []client.CallOption{client.WithToken(token("b"))}, read: auth, want: `{"token":"b"}`},
		"token of both":                {client: []client.Option{client.WithToken(token("a"))}, call: []client.CallOption{client.WithToken(token("b"))}, read: auth, want: `{"token":"b"}`},
		"no identity":                  {read: identity, want: `{}`},
		"identity of the client":       {client: []client.Option{client.WithIdentity(map[string]int{"userId": 1})}, read: identity, want: `{"userId":1}`},
		"identity of the call":         {call: []client.CallOption{client.WithIdentity(map[string]int{"userId": 2})}, read: identity, want: `{"userId":2}`},
		"identity of both":             {client: []client.Option{client.WithIdentity(map[string]int{"userId": 1})}, call: []client.CallOption{client.WithIdentity(map[string]int{"userId": 2})}, read: identity, want: `{"userId":2}`},
		"auth, last of the call":       {call: []client.CallOption{client.WithToken(token("a")), client.WithToken(token("b"))}, read: auth, want: `{"token":"b"}`},
		"auth, last of the client":     {client: []client.Option{client.WithToken(token("a")), client.WithToken(token("b"))}, read: auth, want: `{"token":"b"}`},
		"metadata, last of the call":   {call: []client.CallOption{client.WithMetadata("origin", "a"), client.WithMetadata("origin", "b")}, read: origin, want: `"b"`},
		"metadata, last of the client": {client: []client.Option{client.WithMetadata("origin", "a"), client.WithMetadata("origin", "b")}, read: origin, want: `"b"`},
		"header, last of the client":   {client: []client.Option{client.WithHeader("X-Tenant", "a"), client.WithHeader("X-Tenant", "b")}, read: header, want: `[b]`},
		"nil identity":                 {call: []client.CallOption{client.WithIdentity(nil)}, read: identity, want: `{}`},
		"no origin":                    {read: origin, want: ``},
		"metadata of the client":       {client: []client.Option{client.WithMetadata("origin", "shop")}, read: origin, want: `"shop"`},
		"metadata of the call":         {call: []client.CallOption{client.WithMetadata("origin", "job")}, read: origin, want: `"job"`},
		"metadata of both":             {client: []client.Option{client.WithMetadata("origin", "shop")}, call: []client.CallOption{client.WithMetadata("origin", "job")}, read: origin, want: `"job"`},
		"no header":                    {read: header, want: `[]`},
		"header of the client":         {client: []client.Option{client.WithHeader("x-tenant", "a")}, read: header, want: `[a]`},
		"header of the call":           {call: []client.CallOption{client.WithHeader("X-Tenant", "b")}, read: header, want: `[b]`},
		"header of both":               {client: []client.Option{client.WithHeader("X-Tenant", "a")}, call: []client.CallOption{client.WithHeader("X-Tenant", "b")}, read: header, want: `[b]`},
		"header beside another":        {client: []client.Option{client.WithHeader("X-Tenant", "a")}, call: []client.CallOption{client.WithHeader("X-Other", "b")}, read: header, want: `[a]`},
		"header of the same call":      {call: []client.CallOption{client.WithHeader("X-Tenant", "a"), client.WithHeader("X-Tenant", "b")}, read: header, want: `[b]`},
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			_, err := get(t.Context(), over(network, c.client...), c.call...)
			require.NoError(t, err)
			require.Equal(t, c.want, c.read(network.one(t)))
		})
	}
}

func TestOptionsOfOneCallDoNotReachTheNext(t *testing.T) {
	network := new(recorder)
	c := over(network, client.WithHeader("X-Tenant", "default"))
	_, err := get(t.Context(), c, client.WithHeader("X-Tenant", "own"), client.WithHeader("X-More", "own"),
		client.WithAuth(map[string]int{"key": 1}), client.WithMetadata("origin", "job"))
	require.NoError(t, err)
	_, err = get(t.Context(), c)
	require.NoError(t, err)
	second := network.all()[1]
	require.Equal(t, "default", second.header.Get("X-Tenant"))
	require.Empty(t, second.header.Get("X-More"))
	require.Equal(t, `{}`, string(second.Auth))
	require.Empty(t, second.Origin())
}

func TestDefaultsOfTheClientLeaveAloneWhatTheEventHas(t *testing.T) {
	network := new(recorder)
	c := over(network, client.WithTimeout(0), client.WithToken(token("default")),
		client.WithIdentity(map[string]string{"userId": "default"}), client.WithMetadata("origin", "default"))
	request := events.Event{
		Name: "catalog:product:get", Version: 1, Auth: []byte(`{"key":1}`),
		Identity: []byte(`{"userId":7}`), Metadata: []byte(`{"origin":"own"}`),
	}
	_, err := c.Serve(t.Context(), request)
	require.NoError(t, err)
	got := network.one(t)
	require.Equal(t, `{"key":1}`, string(got.Auth))
	require.Equal(t, `{"userId":7}`, string(got.Identity))
	require.Equal(t, `{"origin":"own"}`, string(got.Metadata))
}

// A header that is the protocol's own cannot be replaced by one that says
// something else than the event.
func TestContentTypeIsNotTheCallersToChoose(t *testing.T) {
	network := new(recorder)
	_, err := get(t.Context(), over(network), client.WithHeader("Content-Type", "text/plain"))
	require.NoError(t, err)
	require.Equal(t, []string{"application/json"}, network.one(t).header.Values("Content-Type"))
}

func TestHeaderHostIsSent(t *testing.T) {
	var host string
	c := over(transport(func(r *http.Request) (*http.Response, error) {
		host = r.Host
		return answer(http.StatusOK, success), nil
	}))
	_, err := get(t.Context(), c, client.WithHeader("Host", "catalog.test"))
	require.NoError(t, err)
	require.Equal(t, "catalog.test", host)
}

func TestTokenIsAskedForBeforeEachCallWithItsContext(t *testing.T) {
	type key struct{}
	n := 0
	network := new(recorder)
	c := over(network, client.WithToken(func(ctx context.Context) (string, error) {
		n++
		return fmt.Sprintf("%v-%d", ctx.Value(key{}), n), nil
	}))
	for _, user := range []string{"ann", "bob"} {
		_, err := get(context.WithValue(t.Context(), key{}, user), c)
		require.NoError(t, err)
	}
	require.Equal(t, `{"token":"ann-1"}`, string(network.all()[0].Auth))
	require.Equal(t, `{"token":"bob-2"}`, string(network.all()[1].Auth))
}

func TestCallWithoutItsTokenIsNotSent(t *testing.T) {
	expired := errors.New("the key has expired")
	source := client.WithToken(func(context.Context) (string, error) { return "", expired })
	network := new(recorder)

	_, err := get(t.Context(), over(network, source))
	require.ErrorIs(t, err, expired)
	requireReason(t, client.ErrInvalidRequest, err)
	_, err = get(t.Context(), over(network), source)
	require.ErrorIs(t, err, expired)
	require.ErrorContains(t, err, "catalog:product:get version 1")
	require.Empty(t, network.all())
}

func TestTokenThatComesTooLateIsATimeout(t *testing.T) {
	source := client.WithToken(func(ctx context.Context) (string, error) { return "", context.DeadlineExceeded })
	_, err := get(t.Context(), over(new(recorder), source))
	requireReason(t, context.DeadlineExceeded, err)
}

func TestOptionsThatCannotBeEncodedFailTheCall(t *testing.T) {
	for name, option := range map[string]client.CallOption{
		"auth":     client.WithAuth(func() {}),
		"identity": client.WithIdentity(make(chan int)),
		"metadata": client.WithMetadata("origin", func() {}),
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			_, err := get(t.Context(), over(network), option)
			require.ErrorAs(t, err, new(*json.UnsupportedTypeError))
			_, err = get(t.Context(), over(network, option))
			require.ErrorAs(t, err, new(*json.UnsupportedTypeError))
			requireReason(t, client.ErrInvalidRequest, err)
			require.Empty(t, network.all())
		})
	}
}

func TestAuthAndIdentityMustBeObjects(t *testing.T) {
	for name, option := range map[string]client.CallOption{
		"auth a text":     client.WithAuth("secret"),
		"identity a list": client.WithIdentity([]int{7}),
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			_, err := get(t.Context(), over(network), option)
			requireReason(t, client.ErrInvalidRequest, err)
			require.Empty(t, network.all())
		})
	}
}

func TestHTTPClientWithoutTransportUsesTheDefaultOne(t *testing.T) {
	defer http.DefaultClient.CloseIdleConnections()
	c := listen(t, newCatalog(), client.WithHTTPClient(&http.Client{}))
	p, err := get(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, "lamp", p.Title)
}
