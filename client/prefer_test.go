package client_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type (
	priceV1 struct {
		Cents int `json:"cents"`
	}
	priceV2 struct {
		Amount string `json:"amount"`
	}
	ask struct {
		ID string `json:"id"`
	}
	askV1 struct {
		Number int `json:"number"`
	}
)

func toV1(in ask) (askV1, error) {
	n, err := strconv.Atoi(in.ID)
	return askV1{n}, err
}

func fromV1(out priceV1) (priceV2, error) {
	if out.Cents < 0 {
		return priceV2{}, errors.New("a negative price")
	}
	return priceV2{strconv.Itoa(out.Cents) + " cents"}, nil
}

// pricing serves versions of an event and counts the calls.
type pricing struct {
	*mux.Mux
	asked []int
}

func newPricing(versions ...int) *pricing {
	p := &pricing{Mux: mux.New(mux.WithSunset())}
	for _, v := range versions {
		p.add(v)
	}
	p.Use(func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			p.asked = append(p.asked, request.Version)
			return next.Serve(ctx, request)
		})
	})
	return p
}

func (p *pricing) add(version int, options ...mux.HandlerOption) {
	if version == 1 {
		mux.Handle(p.Mux, "a:price:get", 1, func(_ context.Context, in askV1) (priceV1, error) { return priceV1{in.Number}, nil }, options...)
		return
	}
	mux.Handle(p.Mux, "a:price:get", version, func(_ context.Context, in ask) (priceV2, error) {
		if in.ID == "none" {
			return priceV2{}, events.KindNotFound
		}
		return priceV2{in.ID + " by v" + strconv.Itoa(version)}, nil
	}, options...)
}

func prefer(h events.Handler) *client.Preferred[ask, priceV2] {
	return client.Prefer(h, "a:price:get", client.Version[ask, priceV2](3), client.Version[ask, priceV2](2), client.Convert(1, toV1, fromV1))
}

func TestTheBestVersionThatThereIsIsCalled(t *testing.T) {
	for name, test := range map[string]struct {
		serves []int
		want   string
		asked  []int
	}{
		"the preferred one": {[]int{1, 2, 3}, "7 by v3", []int{3}},
		"the second":        {[]int{1, 2}, "7 by v2", []int{3, 2}},
		"a converted one":   {[]int{1}, "7 cents", []int{3, 2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPricing(test.serves...)
			server := httptest.NewServer(p)
			defer server.Close()
			c := client.New(server.URL)
			defer c.CloseIdleConnections()
			out, err := prefer(c).Call(t.Context(), ask{"7"})
			require.NoError(t, err)
			require.Equal(t, test.want, out.Amount)
			require.Equal(t, test.asked, p.asked)
		})
	}
}

func TestWhatWorkedIsRememberedForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPricing(2)
		price := prefer(p)
		price.Recheck = time.Minute
		call := func(want ...int) {
			t.Helper()
			p.asked = nil
			_, err := price.Call(t.Context(), ask{"7"})
			require.NoError(t, err)
			require.Equal(t, want, p.asked)
		}
		call(3, 2)
		time.Sleep(time.Minute - time.Nanosecond)
		call(2)
		time.Sleep(time.Nanosecond)
		call(3, 2) // looked again
		call(2)
		p.add(3)
		call(2) // not yet
		time.Sleep(time.Minute)
		call(3)
		time.Sleep(time.Hour)
		call(3)

		p.Remove("a:price:get", 3)
		call(3, 2)
		p.add(3)
		p.Remove("a:price:get", 2)
		call(2, 1, 3) // what was remembered has gone
		call(3)
	})
}

func TestAVersionPastItsSunsetIsPassedOver(t *testing.T) {
	p := newPricing(1, 2)
	p.add(3, mux.WithDeprecation(catalog.Deprecation{Sunset: time.Unix(1, 0)}))
	out, err := prefer(p).Call(t.Context(), ask{"7"})
	require.NoError(t, err)
	require.Equal(t, "7 by v2", out.Amount)
}

func TestOtherErrorsEndTheCall(t *testing.T) {
	p := newPricing(1, 3)
	_, err := prefer(p).Call(t.Context(), ask{"none"})
	require.ErrorIs(t, err, events.KindNotFound)
	require.Equal(t, []int{3}, p.asked)

	_, err = prefer(newPricing(1)).Call(t.Context(), ask{"x"})
	require.ErrorContains(t, err, "invalid syntax", "of the conversion of the request")
	_, err = prefer(newPricing(1)).Call(t.Context(), ask{"-1"})
	require.EqualError(t, err, "a negative price")

	nobody := newPricing()
	price := prefer(nobody)
	for range 2 {
		_, err = price.Call(t.Context(), ask{"7"})
		require.ErrorIs(t, err, events.KindEventNotFound)
	}

	elsewhere := mux.New() // whose handler misses an event of another service
	mux.Handle(elsewhere, "a:price:get", 3, func(ctx context.Context, _ ask) (priceV2, error) {
		_, err := client.Call[struct{}](ctx, mux.New(), "b:c:d", 1, nil)
		return priceV2{}, err
	})
	_, err = prefer(elsewhere).Call(t.Context(), ask{"7"})
	require.ErrorIs(t, err, events.KindFailedDependency)
}

func TestThereIsAVersionToPrefer(t *testing.T) {
	require.Panics(t, func() { client.Prefer[ask, priceV2](mux.New(), "a:price:get") })
}
