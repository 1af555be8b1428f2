// Hello serves one event:
//
//	go run ./examples/hello
//
//	curl -s localhost:8080/events -H 'Content-Type: application/json' \
//	  -d '{"name": "hello:greeting:create", "version": 1, "payload": {"name": "Ada"}}'
package main

import (
	"context"
	"log"
	"net/http"

	"github.com/evoke-rpc/evoke/mux"
)

type Person struct {
	Name string `json:"name"`
}

type Greeting struct {
	Text string `json:"text"`
}

func greet(ctx context.Context, p Person) (Greeting, error) {
	return Greeting{Text: "Hello, " + p.Name + "!"}, nil
}

func main() {
	m := mux.New()
	mux.Handle(m, "hello:greeting:create", 1, greet)
	m.Mount(http.DefaultServeMux, "/events")

	log.Print("events at http://localhost:8080/events")
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
