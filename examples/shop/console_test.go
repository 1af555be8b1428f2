package main

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/zerologtracker"
)

func TestTheColumnsOfAllCallsStandBelowEachOther(t *testing.T) {
	var log strings.Builder
	tracker := zerologtracker.New(zerolog.New(console(&log)).With().Timestamp().Str("service", "orders").Logger())
	m := mux.New(mux.WithTracker(tracker))
	mux.Handle(m, "orders:order:get", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	mux.Handle(m, "orders:order:place", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, events.Errorf(events.KindUnprocessable, "NO", "no")
	})
	mux.Handle(m, "orders:order:cancel", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, errors.New("out of order")
	})
	ctx := events.WithFlow(t.Context(), "f-1")
	for _, name := range []string{"orders:order:get", "orders:order:place", "orders:order:cancel"} {
		_, _ = client.Call[struct{}](ctx, m, name, 1, nil) // what it answers is in the log
	}
	tracker.NoticeError(ctx, errors.New("not JSON"))

	masked := regexp.MustCompile(`\d\d:\d\d:\d\d`).ReplaceAllString(log.String(), "hh:mm:ss")
	masked = regexp.MustCompile(`[ \d]{3}\.\d\dms`).ReplaceAllString(masked, "  0.00ms")
	require.Equal(t, `
hh:mm:ss INF orders  callee orders:order:get      v1 response        0.00ms flowId=f-1
hh:mm:ss WRN orders  callee orders:order:place    v1 unprocessable   0.00ms flowId=f-1 error="unprocessable NO: no"
hh:mm:ss ERR orders  callee orders:order:cancel   v1 error           0.00ms flowId=f-1 error="out of order"
hh:mm:ss WRN orders  unreadable event error="not JSON"
`, "\n"+masked)
}
