package service_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

type secret struct {
	SecretField string `json:"secretField"`
}

func keep(context.Context, secret) (secret, error) {
	return secret{}, events.Errorf(events.KindGone, "SECRET_CODE", "secret")
}

// door is a service with public, internal, hidden and deprecated events.
func door(options ...mux.MuxOption) *mux.Mux {
	m := mux.New(options...)
	mux.Handle(m, "door:guest:greet", 1, greet, mux.WithDoc("Greets."), mux.WithExample(greeting{"Ada"}, "Hello, Ada"),
		mux.WithDeprecation(catalog.Deprecation{Successor: 9872, Note: "Ring."}))
	mux.Handle(m, "door:guest:greet", 2, greet, mux.WithDoc("Greets, too."), mux.WithExample(greeting{"Ada"}, "Hello, Ada"))
	mux.Handle(m, "door:guest:greet", 9872, keep, mux.WithInternal())
	mux.Handle(m, "secret:internal:do", 1, keep, mux.WithInternal())
	mux.Handle(m, "secret:hidden:do", 1, keep, mux.WithHidden())
	m.Add("system:batch:run", 1, batch.New(m), mux.WithDoc("Runs."), mux.WithExample(map[string]any{"events": []any{}}, []any{}))
	return m
}

type audienceKey struct{}

// as is the context of a caller of this audience.
func as(t *testing.T, audience string) context.Context {
	return context.WithValue(t.Context(), audienceKey{}, audience)
}

func audiences() service.Option {
	return service.WithAudiences(
		func(ctx context.Context) string { a, _ := ctx.Value(audienceKey{}).(string); return a },
		map[string]func(catalog.Event) bool{
			"public": catalog.Public,
			"owner":  catalog.Everybody,
			"guests": func(e catalog.Event) bool { return strings.HasPrefix(e.Name, "door:") && !e.Internal },
			"nil":    nil,
		})
}

// send returns the payload of the answer, which must be a success.
func send(t *testing.T, ctx context.Context, m *mux.Mux, name string) string {
	t.Helper()
	answer, err := client.Call[json.RawMessage](ctx, m, name, 1, nil)
	require.NoError(t, err)
	return string(answer)
}

func TestHiddenAndInternalEventsLeakNothing(t *testing.T) {
	for name, test := range map[string]struct {
		audience string
		options  []service.Option
	}{
		"without audiences":   {"", nil},
		"the public audience": {"public", []service.Option{audiences()}},
	} {
		t.Run(name, func(t *testing.T) {
			m := door()
			service.Register(m, service.Info{}, test.options...)
			ctx := as(t, test.audience)
			for _, called := range []string{"secret:internal:do", "secret:hidden:do"} {
				_, err := client.Call[secret](ctx, m, called, 1, secret{"x"})
				require.ErrorIs(t, err, events.KindGone, "it is served")
			}
			for _, asked := range []string{service.CatalogGet, service.HealthCheck, service.StatsGet} {
				_ = send(t, as(t, "owner"), m, asked) // what others have read before must not show
				text := send(t, ctx, m, asked)
				require.NotContains(t, strings.ToLower(text), "secret", asked)
				require.NotContains(t, text, ":9872", asked)
			}
			require.Contains(t, send(t, ctx, m, service.CatalogGet), "door:guest:greet")
			require.Contains(t, send(t, ctx, m, service.StatsGet), "door:guest:greet")
		})
	}
}

func TestTheOwnerSeesInternalEventsButNotHiddenOnes(t *testing.T) {
	m := door()
	service.Register(m, service.Info{}, audiences())
	for _, asked := range []string{service.CatalogGet, service.StatsGet} {
		text := send(t, as(t, "owner"), m, asked)
		require.Contains(t, text, "secret:internal:do")
		require.Contains(t, text, "9872")
		require.NotContains(t, text, "hidden")
	}
}

func TestAnAudienceIsRefusedTheEventsThatItMayNotKnowOf(t *testing.T) {
	m := door()
	service.Register(m, service.Info{Name: "secret"}, audiences())
	for _, audience := range []string{"guests", "nil", "unknown", ""} {
		for _, name := range []string{service.CatalogGet, service.HealthCheck, service.StatsGet} {
			_, err := client.Call[json.RawMessage](as(t, audience), m, name, 1, nil)
			var refused *events.Error
			require.ErrorAs(t, err, &refused)
			require.ErrorIs(t, err, events.KindForbidden, "%s for %q", name, audience)
			require.Equal(t, service.CodeNotForAudience, refused.Code)
			require.NotContains(t, string(refused.Remote.Payload), "secret")
		}
	}
}

func TestTheCatalogueIsWhatTheDocumentationExports(t *testing.T) {
	m := door()
	s := service.Register(m, service.Info{Name: "door", Description: "Opens.", Endpoint: "/door"}, audiences())
	for audience, sees := range map[string]func(catalog.Event) bool{"public": catalog.Public, "owner": catalog.Everybody} {
		docs := docgen.Handler(s, docgen.WithTitle("door"), docgen.WithDescription("Opens."), docgen.WithEndpoint("/door"),
			docgen.WithAudiences(func(*http.Request) string { return audience }, map[string]func(catalog.Event) bool{audience: sees}))
		w := httptest.NewRecorder()
		docs.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/docs/catalog.json", nil))
		require.Equal(t, http.StatusOK, w.Code)
		require.JSONEq(t, w.Body.String(), send(t, as(t, audience), m, service.CatalogGet), audience)
	}
}

func TestTheCatalogueSaysWhichServiceItIs(t *testing.T) {
	m := mux.New()
	s := service.Register(m, service.Info{Name: "door", Version: "1.2.0", Build: "b-7", Description: "Opens.", Endpoint: "/door"})
	c, err := client.Call[catalog.Catalog](t.Context(), m, service.CatalogGet, 1, nil)
	require.NoError(t, err)
	require.Equal(t, s.Catalog(), c)
	c.Events = nil
	require.Equal(t, catalog.Catalog{Name: "door", Version: "1.2.0", Build: "b-7", Description: "Opens.", Endpoint: "/door"}, c)
}

func TestEventsThatAreAddedLaterAreInTheCatalogue(t *testing.T) {
	m := mux.New()
	s := service.Register(m, service.Info{})
	before := s.Revision()
	require.NotContains(t, send(t, t.Context(), m, service.CatalogGet), "door")
	mux.Handle(m, "door:guest:greet", 1, greet)
	require.NotEqual(t, before, s.Revision())
	require.Contains(t, send(t, t.Context(), m, service.CatalogGet), "door")
	m.Remove("door:guest:greet", 1)
	require.NotContains(t, send(t, t.Context(), m, service.CatalogGet), "door")
}

func TestItsOwnEventsAreDocumentedTruly(t *testing.T) {
	for name, options := range map[string][]service.Option{
		"without checks": nil,
		"with checks": {
			service.WithCheck("bell", func(context.Context) error { return nil }),
			service.WithCheck("lock", func(context.Context) error { return nil }),
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New(mux.WithDevelopment())
			mux.Handle(m, "door:guest:greet", 1, greet, mux.WithDoc("Greets."), mux.WithExample(greeting{"Ada"}, "Hello, Ada"),
				mux.WithDeprecation(catalog.Deprecation{Note: "Ring."}))
			s := service.Register(m, service.Info{Name: "door"}, options...)
			docgen.Verify(t, s, docgen.WithLive(m))
			for _, e := range s.Catalog().Events {
				require.NotEmpty(t, e.Doc, e.Name)
				require.False(t, e.Irregular, e.Name)
			}
			e, ok := s.Catalog().Find(service.HealthCheck, 1)
			require.True(t, ok)
			require.Equal(t, len(options), strings.Count(string(e.Examples[0].Response), `"name"`), "the example has the service's own checks")
		})
	}
}

func TestRegisterRefusesProgrammingErrors(t *testing.T) {
	well := func(context.Context) error { return nil }
	for text, options := range map[string][]service.Option{
		`service: the check "x" needs a name and a function`: {service.WithCheck("x", nil)},
		`service: the check "" needs a name and a function`:  {service.WithCheck("", well)},
		`service: there are two checks called "x"`:           {service.WithCheck("x", well), service.WithCheck("x", well)},
	} {
		require.PanicsWithValue(t, text, func() { service.Register(mux.New(), service.Info{}, options...) })
	}
	require.PanicsWithValue(t, "service: a check cannot end within 0s", func() { service.WithCheckTimeout(0) })
	m := mux.New()
	service.Register(m, service.Info{})
	require.Panics(t, func() { service.Register(m, service.Info{}) })
}

func TestAllCallsOfItsEventsAreBoundedInTime(t *testing.T) {
	m := mux.New(mux.WithTimeout(time.Second))
	s := service.Register(m, service.Info{}, service.WithCheckTimeout(5*time.Second))
	e, ok := s.Catalog().Find(service.HealthCheck, 1)
	require.True(t, ok)
	require.Equal(t, 6*time.Second, e.Timeout, "checks may take longer than other calls")
}
