package flowtracker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// maxBody is the longest delivery that is read, in bytes. A forwarder's are shorter.
const maxBody = 1 << 20

// receive takes what another tracker forwards. Only JSON is read: a page elsewhere
// cannot make a browser post it without asking first (CORS).
func (t *Tracker) receive(w http.ResponseWriter, r *http.Request) {
	if !t.config.receive {
		http.Error(w, "calls are not received here; flowtracker.WithReceive allows it", http.StatusForbidden)
		return
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		http.Error(w, "calls are received as application/json", http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if errors.As(err, new(*http.MaxBytesError)) {
		http.Error(w, fmt.Sprintf("at most %d bytes are received at once", maxBody), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	d, err := readDelivery(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, c := range d.Calls {
		if !t.config.payloads {
			c.Request, c.Response = "", ""
		}
	}
	t.store.receive(d.Calls, d.Lost)
	w.WriteHeader(http.StatusNoContent)
}

// readDelivery reads what a forwarder wrote, and trusts it in nothing.
func readDelivery(body []byte) (delivery, error) {
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil {
		return d, errors.New("the body is not what a tracker forwards")
	}
	d.Lost = min(max(0, d.Lost), 1<<30)
	for i, c := range d.Calls {
		if c == nil || c.Span == 0 || c.Started.IsZero() || c.Side != "caller" && c.Side != "callee" {
			return d, fmt.Errorf("calls[%d] has no span, start or side", i)
		}
		c.bound()
	}
	return d, nil
}

// bound brings what another process sent within the bounds of what is kept.
func (c *call) bound() {
	for _, s := range c.texts() {
		*s = cut(*s, maxText)
	}
	c.Error, c.Stack = cut(c.Error, 2*maxError), cut(c.Stack, maxStack)
	c.Request, c.Response = cut(c.Request, maxPayload), cut(c.Response, maxPayload)
	c.Elapsed = min(max(0, c.Elapsed), 24*time.Hour)
	c.Item = max(0, c.Item)
	c.Open = false
}
