package client

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/evoke-rpc/evoke/events"
)

type redirects struct {
	max   int
	hosts []string
}

// WithRedirects sends an event that was answered by a redirect to where the
// redirect points, at most max times. It must be on the Client's own host or on
// one of hosts, written as in a URL with the port, and never leaves https.
// Another host gets neither the event's auth nor the headers of [WithHeader]. A
// redirect that may not be followed is returned, as all are without this option.
func WithRedirects(max int, hosts ...string) Option {
	return clientOption(func(c *Client) { c.redirects = redirects{max, hosts} })
}

func (c *Client) follow(ctx context.Context, request events.Event, s settings, call *events.Call) (events.Event, error) {
	to := c.url
	for hop := 0; ; hop++ {
		response, err := c.post(ctx, to, request, s.header, call)
		r := new(events.Redirect)
		if err != nil || hop == c.redirects.max || !errors.As(response.Err(), &r) {
			return response, err
		}
		next, ok := c.redirects.next(c.url, to, r)
		if !ok {
			return response, nil
		}
		if next.Host != c.url.Host || next.Scheme != c.url.Scheme {
			request.Auth, s.header = nil, nil
		}
		to = next
	}
}

// next is where r leads from the URL at, if it may be followed.
func (f redirects) next(home, at *url.URL, r *events.Redirect) (*url.URL, bool) {
	to, err := url.Parse(r.URL)
	if err != nil || to.User != nil {
		return nil, false
	}
	next := at.ResolveReference(to)
	if next.Scheme != "https" && next.Scheme != at.Scheme {
		return nil, false
	}
	if next.Host != home.Host && !slices.Contains(f.hosts, next.Host) {
		return nil, false
	}
	query := next.Query()
	for k, v := range r.QueryParameters {
		query.Del(k)
		for _, value := range several(v) {
			query.Add(k, fmt.Sprint(value))
		}
	}
	next.RawQuery = query.Encode()
	return next, true
}

// several are the values of a query parameter: of a list its items, of null none.
func several(v any) []any {
	switch t := v.(type) {
	case nil:
		return nil
	case []any:
		return t
	}
	return []any{v}
}
