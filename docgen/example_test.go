package docgen_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/mux"
)

type greeting struct {
	Name string `json:"name" minLength:"1"`
}

func greet(_ context.Context, g greeting) (string, error) { return "Hello, " + g.Name, nil }

func ExampleHandler() {
	m := mux.New()
	mux.Handle(m, "door:guest:greet", 1, greet, mux.WithDoc("Greets a guest."), mux.WithExample(greeting{"Ada"}, "Hello, Ada"))
	m.Mount(http.DefaultServeMux, "/events")
	http.Handle("/docs/", docgen.Handler(m, docgen.WithTitle("Door"), docgen.WithEndpoint("/events")))

	w := httptest.NewRecorder()
	http.DefaultServeMux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/docs/llms.txt", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 text/plain; charset=utf-8
}

// printer stands for the *testing.T of a real test.
type printer struct{}

func (printer) Helper()                           {}
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func ExampleVerify() {
	m := mux.New()
	mux.Handle(m, "door:guest:greet", 1, greet, mux.WithExample(greeting{""}, "Hello, Ada"))
	mux.Handle(m, "door:guest:greet", 2, greet, mux.WithExample(greeting{"Ada"}, "Hello, Ada"))

	docgen.Verify(printer{}, m, docgen.WithLive(m))
	// Output: "door:guest:greet" v1, example 1, request, at /name: expected at least 1 characters, got 0 characters (minLength)
}
