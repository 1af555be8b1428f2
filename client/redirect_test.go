package client_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

// redirecting answers at these URLs by a redirect to where they point, at any
// other one by a success.
func redirecting(to map[string]string) transport {
	return func(r *http.Request) (*http.Response, error) {
		payload, found := to[r.URL.String()]
		switch {
		case !found:
			return answer(http.StatusOK, success), nil
		case !strings.HasPrefix(payload, "{"):
			payload = `{"url":"` + payload + `"}`
		}
		return answer(http.StatusOK, `{"name":"catalog:product:get:redirect","payload":`+payload+`}`), nil
	}
}

// loop redirects for ever.
func loop(r *http.Request) (*http.Response, error) {
	return redirecting(map[string]string{r.URL.String(): r.URL.String() + "x"})(r)
}

func TestRedirectIsReturnedAsATypedValueByDefault(t *testing.T) {
	network := &recorder{next: redirecting(map[string]string{
		"http://callee.test/events": `{"url":"http://callee.test/next?a=1","queryParameters":{"page":2,"all":true}}`,
	})}
	_, err := get(t.Context(), over(network))
	var r *events.Redirect
	require.ErrorAs(t, err, &r)
	require.Equal(t, "http://callee.test/next?a=1", r.URL)
	require.Equal(t, map[string]any{"page": json.Number("2"), "all": true}, r.QueryParameters)
	require.NotNil(t, r.Remote)
	require.NotErrorAs(t, err, new(*events.Error), "nothing has failed")
	network.one(t)
}

func TestRedirectsAreFollowedWhereTheyMayBe(t *testing.T) {
	const home = "http://callee.test/events"
	for name, c := range map[string]struct {
		redirects map[string]string
		max       int
		hosts     []string
		want      []string // where the event was sent
		ended     bool     // by the redirect itself
	}{
		"absolute":                   {map[string]string{home: "http://callee.test/v2"}, 1, nil, []string{home, "http://callee.test/v2"}, false},
		"relative":                   {map[string]string{home: "/v2/events"}, 1, nil, []string{home, "http://callee.test/v2/events"}, false},
		"without scheme":             {map[string]string{home: "//callee.test/v2"}, 1, nil, []string{home, "http://callee.test/v2"}, false},
		"twice":                      {map[string]string{home: "/a", "http://callee.test/a": "/b"}, 2, nil, []string{home, "http://callee.test/a", "http://callee.test/b"}, false},
		"too often":                  {map[string]string{home: "/a", "http://callee.test/a": "/b"}, 1, nil, []string{home, "http://callee.test/a"}, true},
		"none allowed":               {map[string]string{home: "/a"}, 0, nil, []string{home}, true},
		"another host":               {map[string]string{home: "http://other.test/"}, 5, nil, []string{home}, true},
		"another port":               {map[string]string{home: "http://callee.test:81/"}, 5, nil, []string{home}, true},
		"allowed host":               {map[string]string{home: "http://other.test/x"}, 5, []string{"other.test"}, []string{home, "http://other.test/x"}, false},
		"allowed host, another port": {map[string]string{home: "http://other.test:81/x"}, 5, []string{"other.test"}, []string{home}, true},
		"allowed port":               {map[string]string{home: "http://other.test:81/x"}, 5, []string{"other.test:81"}, []string{home, "http://other.test:81/x"}, false},
		"from there relative":        {map[string]string{home: "http://other.test/x", "http://other.test/x": "/y"}, 5, []string{"other.test"}, []string{home, "http://other.test/x", "http://other.test/y"}, false},
		"from there home":            {map[string]string{home: "http://other.test/x", "http://other.test/x": "http://callee.test/y"}, 5, []string{"other.test"}, []string{home, "http://other.test/x", "http://callee.test/y"}, false},
		"from there elsewhere":       {map[string]string{home: "http://other.test/x", "http://other.test/x": "http://third.test/"}, 5, []string{"other.test"}, []string{home, "http://other.test/x"}, true},
		"to https":                   {map[string]string{home: "https://callee.test/x"}, 5, nil, []string{home, "https://callee.test/x"}, false},
		"and back to http":           {map[string]string{home: "https://callee.test/x", "https://callee.test/x": "http://callee.test/y"}, 5, nil, []string{home, "https://callee.test/x"}, true},
		"another protocol":           {map[string]string{home: "file:///etc/passwd"}, 5, nil, []string{home}, true},
		"a password in it":           {map[string]string{home: "http://user:secret@callee.test/x"}, 5, nil, []string{home}, true},
		"no URL":                     {map[string]string{home: "http://[::1/"}, 5, nil, []string{home}, true},
		"query added":                {map[string]string{home: `{"url":"/x","queryParameters":{"a":"b c","n":12345678901234567890,"t":true}}`}, 1, nil, []string{home, "http://callee.test/x?a=b+c&n=12345678901234567890&t=true"}, false},
		"query merged":               {map[string]string{home: `{"url":"/x?keep=1&a=old","queryParameters":{"a":"new"}}`}, 1, nil, []string{home, "http://callee.test/x?a=new&keep=1"}, false},
		"query lists and nulls":      {map[string]string{home: `{"url":"/x?n=1","queryParameters":{"a":[1,"b"],"n":null}}`}, 1, nil, []string{home, "http://callee.test/x?a=1&a=b"}, false},
		"query null":                 {map[string]string{home: `{"url":"/x?keep=1","queryParameters":null}`}, 1, nil, []string{home, "http://callee.test/x?keep=1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			network := &recorder{next: redirecting(c.redirects)}
			_, err := get(t.Context(), over(network, client.WithRedirects(c.max, c.hosts...)))
			var to []string
			for _, s := range network.all() {
				to = append(to, s.url)
			}
			require.Equal(t, c.want, to)
			if c.ended {
				require.ErrorAs(t, err, new(*events.Redirect), "a redirect that may not be followed is returned")
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestRedirectsWithoutEndAreBounded(t *testing.T) {
	network := &recorder{next: loop}
	_, err := get(t.Context(), over(network, client.WithRedirects(5)))
	require.ErrorAs(t, err, new(*events.Redirect))
	require.Len(t, network.all(), 6)
}

func TestRedirectNeverLeavesHTTPS(t *testing.T) {
	network := &recorder{next: redirecting(map[string]string{"https://callee.test/events": "http://callee.test/events"})}
	c := client.New("https://callee.test/events", client.WithHTTPClient(&http.Client{Transport: network}), client.WithRedirects(3, "callee.test"))
	_, err := get(t.Context(), c)
	require.ErrorAs(t, err, new(*events.Redirect))
	network.one(t)
}

func TestAuthAndHeadersStayWithTheHostTheyWereMeantFor(t *testing.T) {
	const home = "http://callee.test/events"
	for name, c := range map[string]struct {
		redirects map[string]string
		want      []bool // whether the secrets were sent, for each request
	}{
		"same host":               {map[string]string{home: "/v2"}, []bool{true, true}},
		"other host":              {map[string]string{home: "http://other.test/"}, []bool{true, false}},
		"other host and home":     {map[string]string{home: "http://other.test/", "http://other.test/": "http://callee.test/v2"}, []bool{true, false, false}},
		"same host by TLS":        {map[string]string{home: "https://callee.test/"}, []bool{true, false}},
		"same host, then another": {map[string]string{home: "/v2", "http://callee.test/v2": "http://other.test/"}, []bool{true, true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			network := &recorder{next: redirecting(c.redirects)}
			_, err := get(t.Context(), over(network, client.WithRedirects(3, "other.test"), client.WithToken(token("secret")), client.WithHeader("X-Api-Key", "secret")),
				client.WithHeader("Authorization", "Bearer secret"), client.WithIdentity(map[string]int{"userId": 7}))
			require.NoError(t, err)
			require.Len(t, network.all(), len(c.want))
			for i, s := range network.all() {
				auth, keys := `{}`, []string(nil)
				if c.want[i] {
					auth, keys = `{"token":"secret"}`, []string{"secret", "Bearer secret"}
				}
				require.Equal(t, auth, string(s.Auth), "auth of request %d, to %s", i+1, s.url)
				require.Equal(t, keys, slices.Concat(s.header["X-Api-Key"], s.header["Authorization"]), "headers of request %d, to %s", i+1, s.url)
				require.Equal(t, network.all()[0].ID, s.ID, "it is the same event")
				require.Equal(t, `{"userId":7}`, string(s.Identity))
			}
		})
	}
}

// A retry begins where the call began, with all that belongs there.
func TestRetryAfterARedirectBeginsAtHome(t *testing.T) {
	attempts := 0
	network := &recorder{next: func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "callee.test" {
			return redirecting(map[string]string{r.URL.String(): "http://other.test/"})(r)
		}
		if attempts++; attempts == 1 {
			return refused(r)
		}
		return answer(http.StatusOK, success), nil
	}}
	_, err := get(t.Context(), over(network, client.WithRedirects(1, "other.test"), client.WithToken(token("secret")),
		client.WithRetry(client.Retry{Attempts: 2})), client.Idempotent())
	require.NoError(t, err)
	var got []string
	for _, s := range network.all() {
		got = append(got, s.url+" "+string(s.Auth))
	}
	require.Equal(t, []string{
		`http://callee.test/events {"token":"secret"}`, `http://other.test/ {}`,
		`http://callee.test/events {"token":"secret"}`, `http://other.test/ {}`,
	}, got)
}

// The password of the client's own URL does not keep it from following.
func TestRelativeRedirectOfAURLWithCredentialsIsFollowed(t *testing.T) {
	network := &recorder{next: redirecting(map[string]string{"http://user:secret@callee.test/events": "/v2"})}
	c := client.New("http://user:secret@callee.test/events", client.WithHTTPClient(&http.Client{Transport: network}), client.WithRedirects(1))
	_, err := get(t.Context(), c)
	require.NoError(t, err)
	require.Len(t, network.all(), 2)
	require.Equal(t, "/v2", strings.TrimPrefix(network.all()[1].url, "http://user:secret@callee.test"))
}
