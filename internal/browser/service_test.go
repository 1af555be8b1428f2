package browser_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type status string

func (status) Enum() []any { return []any{"waiting", "paid", "posted"} }

type line struct {
	ProductID string  `json:"productId" pattern:"^p-[0-9]+$" description:"which product, as the catalogue knows it"`
	Count     int     `json:"count" minimum:"1" maximum:"99"`
	Note      *string `json:"note"`
	Weight    *int    `json:"weight" required:"true"`
	Parts     []line  `json:"parts,omitempty"`
}

type place struct {
	Customer string    `json:"customer" minLength:"2" description:"who orders"`
	Lines    []line    `json:"lines" minItems:"1"`
	By       time.Time `json:"by"`
	Parcel   status    `json:"parcel"`
	Gift     bool      `json:"gift,omitempty"`
}

type placeV1 struct {
	Customer string `json:"customer"`
	Colour   string `json:"colour"`
}

type order struct {
	ID string `json:"id"`
	place
}

type orderID struct {
	ID string `json:"id" pattern:"^o-"`
}

type audit struct {
	LedgerSecret string `json:"ledgerSecret" enum:"ledger-north,ledger-south"`
}

func newMux() *mux.Mux {
	m := mux.New(mux.WithDevelopment())
	example := place{Customer: "Ada", Lines: []line{{ProductID: "p-1", Count: 2}}, By: time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC), Parcel: "waiting"}
	mux.Handle(m, "orders:order:place", 2, func(_ context.Context, in place) (order, error) {
		if in.Customer == "nobody" {
			return order{}, events.Errorf(events.KindUnprocessable, "OUT_OF_STOCK", "there is no %s left", in.Lines[0].ProductID)
		}
		return order{ID: "o-of-" + in.Customer, place: in}, nil
	},
		mux.WithDoc("Places an order. Payment happens **immediately**, and a receipt is mailed.\n\n| what | when |\n|---|---|\n| receipt | at once |"),
		mux.WithExample(example, order{ID: "o-1", place: example}),
		mux.WithError(events.KindUnprocessable, "OUT_OF_STOCK", "There is not enough in stock."))
	mux.Handle(m, "orders:order:place", 1, func(context.Context, placeV1) (order, error) { return order{}, nil },
		mux.WithDoc("Places an order in the old way."),
		mux.WithExample(placeV1{Customer: "Ada", Colour: "red"}, order{ID: "o-1", place: example}),
		mux.WithDeprecation(catalog.Deprecation{
			Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Sunset: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Successor: 2, Note: "Colours are gone.",
		}))
	mux.Handle(m, "orders:order:get", 1, func(_ context.Context, in orderID) (order, error) {
		return order{}, events.Errorf(events.KindNotFound, "ORDER_NOT_FOUND", "there is no order %q", in.ID).With("id", in.ID)
	},
		mux.WithDoc("Returns an order."), mux.WithExample(orderID{"o-1"}, order{ID: "o-1", place: example}),
		mux.WithError(events.KindNotFound, "ORDER_NOT_FOUND", "There is no such order."))
	mux.Handle(m, "ledger:entry:audit", 1, func(context.Context, audit) (audit, error) { return audit{}, nil },
		mux.WithInternal(), mux.WithDoc("Reconciles the ledgerbook."), mux.WithExample(audit{"ledger-north"}, audit{"ledger-south"}),
		mux.WithError(events.KindError, "LEDGER_BROKEN", "The ledger is broken."))
	m.Add("raw:thing:do", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.Event{Name: request.Name + ":response", Version: 1, ID: request.ID, FlowID: request.FlowID, Payload: []byte(`{"n":1}`)}, nil
	}))
	return m
}

// hostile is what an author might write who means harm.
const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>"'` + "`" + `${alert(3)}</textarea></pre></code>` +
	"\u202egnp.exe\u2066\u2028 {{.}}"

const hostileMarkdown = "\n\nText [go](javascript:alert(4)) and [on](data:text/html,<script>alert(7)</script>).\n\n![x](https://elsewhere.example/x.png) <https://elsewhere.example>\n\n" + hostile

func newHostileMux() *mux.Mux {
	m := mux.New()
	long := strings.Repeat("W", 100_000)
	answer := func(_ context.Context, in map[string]string) (map[string]string, error) { return in, nil }
	for _, name := range []string{"<script>alert(5)</script>:x:y", `"'><img src=x onerror=alert(6)>`, "a/../b?c#d%2e:e f"} {
		mux.Handle(m, name, 1, answer, mux.WithDoc(hostile+hostileMarkdown+long), mux.WithExample(map[string]string{hostile: hostile, "long": long}, map[string]string{hostile: hostile}),
			mux.WithError(events.KindNotFound, hostile, hostile+hostileMarkdown), mux.WithDeprecation(catalog.Deprecation{Note: hostile}))
	}
	return m
}

// A recorder keeps the bodies that were posted.
type recorder struct {
	mu     sync.Mutex
	bodies []string
}

func (r *recorder) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.bodies, "\n")
}

// startService serves the documentation at /docs/ and the events at /events.
func startService(t *testing.T) (string, *recorder) {
	t.Helper()
	r := &recorder{}
	router := http.NewServeMux()
	m, h := newMux(), newHostileMux()
	m.Mount(router, "/events")
	h.Mount(router, "/hostile/events")
	router.Handle("/docs/", docgen.Handler(m, docgen.WithConsole(), docgen.WithTitle("Orders"), docgen.WithDescription("Takes orders.")))
	router.Handle("/hostile/docs/", docgen.Handler(h, docgen.WithConsole(), docgen.WithEndpoint("/hostile/events"), docgen.WithTitle(hostile), docgen.WithDescription(hostile+hostileMarkdown)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method == http.MethodPost {
			body, err := io.ReadAll(request.Body)
			assert.NoError(t, err)
			request.Body = io.NopCloser(bytes.NewReader(body))
			r.mu.Lock()
			r.bodies = append(r.bodies, string(body))
			r.mu.Unlock()
		}
		router.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	return server.URL, r
}
