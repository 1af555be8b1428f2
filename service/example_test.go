package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

type greeting struct {
	Name string `json:"name" minLength:"1"`
}

func greet(_ context.Context, g greeting) (string, error) { return "Hello, " + g.Name, nil }

func ExampleRegister() {
	m := mux.New()
	mux.Handle(m, "door:guest:greet", 1, greet)
	service.Register(m, service.Info{Name: "door", Version: "1.2.0"})

	c, err := client.Call[catalog.Catalog](context.Background(), m, service.CatalogGet, 1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Name, c.Version)
	for _, e := range c.Events {
		fmt.Println(e.Name, e.Version)
	}
	// Output:
	// door 1.2.0
	// door:guest:greet 1
	// service:catalog:get 1
	// service:health:check 1
	// service:stats:get 1
}

func ExampleWithCheck() {
	m := mux.New()
	service.Register(m, service.Info{Name: "door"},
		service.WithCheck("bell", func(context.Context) error { return nil }),
		service.WithCheck("lock", func(context.Context) error { return errors.New("192.0.2.7 does not answer") }))

	h, err := client.Call[service.Health](context.Background(), m, service.HealthCheck, 1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(h.Status)
	for _, c := range h.Checks {
		fmt.Printf("%s: %s %q\n", c.Name, c.Status, c.Error)
	}
	// Output:
	// failing
	// bell: ok ""
	// lock: failing ""
}

func ExampleWithAudiences() {
	m := mux.New()
	mux.Handle(m, "door:guest:greet", 1, greet)
	mux.Handle(m, "door:lock:open", 1, greet, mux.WithInternal())
	byHeader := func(ctx context.Context) string {
		if events.PeerFrom(ctx).Header("Authorization") == "Bearer of-the-owner" {
			return "owner"
		}
		return "guest"
	}
	service.Register(m, service.Info{Name: "door"}, service.WithAudiences(byHeader, map[string]func(catalog.Event) bool{
		"owner": catalog.Everybody,
		"guest": catalog.Public,
	}))
	server := httptest.NewServer(m)
	defer server.Close()

	for _, token := range []string{"", "Bearer of-the-owner"} {
		c := client.New(server.URL)
		s, err := client.Call[service.Stats](context.Background(), c, service.StatsGet, 1, nil, client.WithHeader("Authorization", token))
		c.CloseIdleConnections()
		fmt.Println(len(s.Events), err)
	}
	// Output:
	// 4 <nil>
	// 5 <nil>
}

func ExampleService_Mount() {
	m := mux.New()
	s := service.Register(m, service.Info{Name: "door"}, service.WithCheck("bell", func(context.Context) error { return nil }))
	router := http.NewServeMux()
	m.Mount(router, "/events")
	s.Mount(router)

	w := httptest.NewRecorder()
	router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	var h service.Health
	fmt.Println(w.Code, json.Unmarshal(w.Body.Bytes(), &h), h.Status)

	s.SetReady(false) // before it stops, so that it gets no more work
	w = httptest.NewRecorder()
	router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 200 <nil> ok
	// 503 {"status":"notReady","checks":[]}
}
