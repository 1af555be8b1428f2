package main

import (
	"fmt"
	"io"
	"strings"
)

// printWhatToTry tells where the services are and how to call them. The first URL
// is the base of orders.
func printWhatToTry(w io.Writer, ordersURL, catalogURL string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "orders   %s\ncatalog  %s\n", ordersURL, catalogURL)
	b.WriteString(`
Both take events at /events and show
  /docs/     what can be asked of them
  /flows/    what happened, call by call
  /healthz   that they are alive; /readyz, whether they are well
With -metrics they also have /metrics, with -trace each trace is printed as a tree.

Try in another terminal:
`)
	for _, t := range []struct{ what, url, event string }{
		{"What is there to buy?", catalogURL,
			`{"name":"catalog:product:list","version":1,"payload":{}}`},
		{"Two versions of an event, side by side", catalogURL,
			`{"name":"catalog:product:get","version":1,"payload":{"id":"p-1"}}`},
		{"", catalogURL,
			`{"name":"catalog:product:get","version":2,"payload":{"id":"p-1"}}`},
		{"Order: watch its flowId cross both services in the log below, or at /flows/", ordersURL,
			`{"name":"orders:order:place","version":1,"flowId":"my-first-order","payload":{"lines":[{"productId":"p-1","quantity":2},{"productId":"p-3","quantity":1}]}}`},
		{"Cancel: the stock goes back", ordersURL,
			`{"name":"orders:order:cancel","version":1,"payload":{"id":"o-1"}}`},
		{"This one fails: there are not that many", ordersURL,
			`{"name":"orders:order:place","version":1,"payload":{"lines":[{"productId":"p-1","quantity":2},{"productId":"p-2","quantity":99}]}}`},
		{"How often was what called, how long did it take, what failed?", ordersURL,
			`{"name":"service:stats:get","version":1,"payload":{}}`},
	} {
		if t.what != "" {
			fmt.Fprintf(&b, "\n# %s\n", t.what)
		}
		fmt.Fprintf(&b, "curl -s -H 'Content-Type: application/json' %s/events -d '%s' -w '\\n'\n", t.url, t.event)
	}
	b.WriteString("\nCtrl-C stops both. The calls, each when it ends:\n\n")
	_, err := io.WriteString(w, b.String())
	return err
}
