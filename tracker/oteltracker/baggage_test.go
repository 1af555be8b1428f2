package oteltracker_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/baggage"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
)

func TestBaggageCarriesTheFlowOnRequest(t *testing.T) {
	serve := func(t *testing.T, metadata string, headers map[string][]string, options ...oteltracker.Option) (here baggage.Baggage, there any) {
		r := record(t, options...)
		m := mux.New(mux.WithTracker(r))
		mux.Handle(m, "a:b:outer", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
			here = baggage.FromContext(ctx)
			got, _ := sent(t, ctx, r)
			there = metadataOf(t, got)["baggage"]
			return struct{}{}, nil
		})
		ctx := events.WithPeer(t.Context(), events.Peer{Headers: headers})
		_, err := m.Serve(ctx, events.Event{Name: "a:b:outer", Version: 1, FlowID: "flow 1/ü", Metadata: json.RawMessage(metadata)})
		require.NoError(t, err)
		return here, there
	}
	const flow = "evoke.flow_id=flow%201/%C3%BC"
	t.Run("of a new baggage", func(t *testing.T) {
		here, there := serve(t, `{}`, nil, oteltracker.WithBaggage())
		require.Equal(t, "flow 1/ü", here.Member("evoke.flow_id").Value())
		require.Equal(t, flow, there)
	})
	t.Run("beside what metadata has", func(t *testing.T) {
		here, there := serve(t, `{"baggage":"tenant=t-1"}`, map[string][]string{"Baggage": {"tenant=t-2"}}, oteltracker.WithBaggage())
		require.Equal(t, "t-1", here.Member("tenant").Value())
		require.ElementsMatch(t, []string{"tenant=t-1", flow}, strings.Split(there.(string), ","))
	})
	t.Run("beside what the headers have", func(t *testing.T) {
		here, _ := serve(t, `{}`, map[string][]string{"Baggage": {"tenant=t-2"}}, oteltracker.WithBaggage())
		require.Equal(t, "t-2", here.Member("tenant").Value())
	})
	t.Run("in place of malformed and oversized ones", func(t *testing.T) {
		for _, bad := range []string{`"=;,"`, `7`, `"` + strings.Repeat("k=v,", 5000) + `"`} {
			_, there := serve(t, `{"baggage":`+bad+`}`, nil, oteltracker.WithBaggage())
			require.Equal(t, flow, there, bad)
		}
	})
	t.Run("and not without being asked", func(t *testing.T) {
		here, there := serve(t, `{"baggage":"tenant=t-1"}`, nil)
		require.Zero(t, here.Len())
		require.Nil(t, there)
	})
}
