package promtracker_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

// get is what a server for the metrics of tracker answers. The registry is one that
// checks them.
func get(t *testing.T, tracker *promtracker.Tracker, accept string) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(tracker))
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	return w.Body.String()
}

// families reads the answer as Prometheus does.
func families(t *testing.T, tracker *promtracker.Tracker) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	read, err := p.TextToMetricFamilies(strings.NewReader(get(t, tracker, "text/plain")))
	require.NoError(t, err)
	return read
}

// scrape returns the values that are not 0, of a histogram the count and the sum.
// A key is the name of the metric, without evoke_, and the values of its labels,
// which are in the alphabetical order of their names.
func scrape(t *testing.T, tracker *promtracker.Tracker) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for name, family := range families(t, tracker) {
		name, ours := strings.CutPrefix(name, "evoke_")
		require.True(t, ours, name)
		for _, m := range family.Metric {
			values[name+labels(m)] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
			if h := m.Histogram; h != nil {
				values[name+"_count"+labels(m)] = float64(h.GetSampleCount())
				values[name+"_sum"+labels(m)] = h.GetSampleSum()
			}
		}
	}
	maps.DeleteFunc(values, func(_ string, v float64) bool { return v == 0 })
	return values
}

func labels(m *dto.Metric) string {
	var values []string
	for _, l := range m.Label {
		values = append(values, l.GetValue())
	}
	return "{" + strings.Join(values, ",") + "}"
}

// series is how many there are.
func series(t *testing.T, tracker *promtracker.Tracker) int {
	t.Helper()
	n := 0
	for _, f := range families(t, tracker) {
		n += len(f.Metric)
	}
	return n
}
