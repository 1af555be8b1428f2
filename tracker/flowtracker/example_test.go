package flowtracker_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
)

func Example() {
	flows := flowtracker.New(flowtracker.WithPayloads(flowtracker.Hide("card", "token")))
	m := mux.New(mux.WithTracker(flows.Service("orders")))

	router := http.NewServeMux()
	m.Mount(router, "/events")
	router.Handle("/flows/", flows) // for those who may see everything

	m.Serve(context.Background(), events.Event{Name: "orders:order:place", Version: 1, FlowID: "f-1"})
	w := httptest.NewRecorder()
	router.ServeHTTP(w, httptest.NewRequest("GET", "/flows/flow?id=f-1", nil))
	fmt.Println(w.Code)
	// Output: 200
}

// Two processes: catalog keeps the flows of both.
func ExampleWithForward() {
	inCatalog := flowtracker.New(flowtracker.WithReceive())
	catalog := mux.New(mux.WithTracker(inCatalog.Service("catalog")))
	router := http.NewServeMux()
	catalog.Mount(router, "/events")
	router.Handle("/flows/", inCatalog)
	server := httptest.NewServer(router)
	defer server.Close()

	inOrders := flowtracker.New(flowtracker.WithForward(server.URL+"/flows/", nil))
	toCatalog := client.New(server.URL+"/events", client.WithTracker(inOrders.Service("orders")))
	defer toCatalog.CloseIdleConnections()
	toCatalog.Serve(context.Background(), events.Event{Name: "catalog:product:get", Version: 1, FlowID: "f-1"})
	fmt.Println(inOrders.Close(context.Background()))
	// Output: <nil>
}
