package orders_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

const placeCup = `{"lines":[{"productId":"p-1","quantity":1}]}`

// on makes a middleware that serves the event name by another function.
func on(name string, other func(ctx context.Context, request events.Event, next events.Handler) (events.Event, error)) events.Middleware {
	return func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			if request.Name == name {
				return other(ctx, request, next)
			}
			return next.Serve(ctx, request)
		})
	}
}

// lost serves the event and loses the answer.
func lost(ctx context.Context, request events.Event, next events.Handler) (events.Event, error) {
	if _, err := next.Serve(ctx, request); err != nil {
		return events.Event{}, err
	}
	return events.Event{}, &client.Error{Event: request.Name, Version: request.Version, Reason: client.ErrNoConnection, Err: errors.New("reset")}
}

func TestStockIsGivenBackWhenTheAnswerToTheReservationIsLost(t *testing.T) {
	s := newShop(on("system:batch:run", lost))
	_, err := s.call(t, "orders:order:place", placeCup)
	require.ErrorIs(t, err, events.KindFailedDependency)
	s.requireStock(t, 12, 5)
}

func TestStockIsGivenBackWhenTheOrderTookTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(on("system:batch:run", func(ctx context.Context, request events.Event, next events.Handler) (events.Event, error) {
			response, err := next.Serve(ctx, request)
			<-ctx.Done() // the answer comes a moment late
			return response, err
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Call[struct{}](ctx, s.orders, "orders:order:place", 1, map[string]any{
			"lines": []map[string]any{{"productId": "p-1", "quantity": 1}},
		})
		var answered *events.Error
		require.ErrorAs(t, err, &answered)
		require.Equal(t, events.CodeDeadlineExceeded, answered.Code)
		require.NoError(t, s.orders.Wait(t.Context()))
		s.requireStock(t, 12, 5)
		list, err := s.call(t, "orders:order:list", `{}`)
		require.NoError(t, err)
		require.JSONEq(t, `{"orders":[]}`, list)
	})
}

func TestAnOrderStaysPlacedUntilItsStockWasGivenBack(t *testing.T) {
	failing := true
	s := newShop(on("catalog:stock:release", func(ctx context.Context, request events.Event, next events.Handler) (events.Event, error) {
		if failing {
			return lost(ctx, request, next)
		}
		return next.Serve(ctx, request)
	}))
	_, err := s.call(t, "orders:order:place", placeCup)
	require.NoError(t, err)
	_, err = s.call(t, "orders:order:cancel", `{"id":"o-1"}`)
	require.ErrorIs(t, err, events.KindFailedDependency)
	answer, err := s.call(t, "orders:order:get", `{"id":"o-1"}`)
	require.NoError(t, err)
	require.Contains(t, answer, `"status":"placed"`)

	failing = false
	_, err = s.call(t, "orders:order:cancel", `{"id":"o-1"}`)
	require.NoError(t, err)
	s.requireStock(t, 12, 5)
}

func TestTroubleOfTheCatalogueIsNoneOfTheCallersBusiness(t *testing.T) {
	for name, trouble := range map[string]error{
		"it does not answer":          &client.Error{Reason: client.ErrNoConnection, Err: errors.New("refused")},
		"it has an unexpected error":  errors.New("disk full"),
		"it is asked for too much":    events.Errorf(events.KindError, events.CodeLimitExceeded, "too much"),
		"it does not know the caller": events.KindUnauthorized,
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(on("system:batch:run", func(_ context.Context, request events.Event, _ events.Handler) (events.Event, error) {
				if e := new(client.Error); errors.As(trouble, &e) {
					return events.Event{}, trouble
				}
				return events.NewErrorEvent(request, trouble), nil
			}))
			answer, err := s.call(t, "orders:order:place", placeCup)
			require.ErrorIs(t, err, events.KindFailedDependency)
			require.JSONEq(t, `{"code":"FAILED_DEPENDENCY","message":"a service that this one depends on failed","parameters":{}}`, answer)
		})
	}
}

func TestTroubleWithOneLineIsNoneOfTheCallersBusiness(t *testing.T) {
	s := newShop()
	require.True(t, s.catalog.Remove("catalog:product:get", 2))
	_, err := s.call(t, "orders:order:place", placeCup)
	require.ErrorIs(t, err, events.KindFailedDependency)
	s.requireStock(t, 12, 5)
}
