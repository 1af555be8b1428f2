package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// An envelope is the wire format of an event around a payload T, as a good engineer
// who has one kind of event writes it by hand.
type envelope[T any] struct {
	Name     string   `json:"name"`
	Version  int      `json:"version"`
	ID       string   `json:"id"`
	FlowID   string   `json:"flowId"`
	Payload  T        `json:"payload"`
	Identity identity `json:"identity"`
	Auth     struct{} `json:"auth"`
	Metadata metadata `json:"metadata"`
}

type identity struct {
	User string `json:"user,omitempty"`
}

type metadata struct {
	TimeoutMs int `json:"timeoutMs,omitempty"`
}

type items[T any] struct {
	Parallel bool          `json:"parallel"`
	Events   []envelope[T] `json:"events"`
}

func newEvent(n, lines int) envelope[Order] {
	o := newOrder(n, lines)
	return envelope[Order]{
		Name: eventName, Version: eventVersion, ID: eventID(n), FlowID: flowID(n),
		Payload: o, Identity: identity{o.User}, Metadata: metadata{timeoutMs},
	}
}

// newFloorA is what is written by hand without a framework: one struct with the
// envelope, encoding/json, and a switch.
func newFloorA() *contender {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /events", floorAEvent)
	mux.HandleFunc("POST /batch", floorABatch)
	return &contender{
		name: floorA, handler: mux,
		request: eventMessage, answer: readAs(receiptOfEvent),
		batch: batchMessage("/batch"), answers: receiptsOfBatch,
		dial: dialFloorA,
	}
}

func eventMessage(lines int) message {
	return message{"/events", http.Header{"Content-Type": {applicationJSON}}, encode(newEvent(0, lines))}
}

func batchMessage(path string) func() message {
	return func() message {
		var batch items[Order]
		for i := range batchSize {
			batch.Events = append(batch.Events, newEvent(i, smallLines))
		}
		event := envelope[items[Order]]{
			Name: batchName, Version: 1, ID: eventID(0), FlowID: flowID(0), Payload: batch, Metadata: metadata{timeoutMs},
		}
		return message{path, http.Header{"Content-Type": {applicationJSON}}, encode(event)}
	}
}

func receiptOfEvent(e envelope[json.RawMessage]) (r Receipt, err error) {
	if e.Name != eventName+":response" || e.Version != eventVersion {
		return r, fmt.Errorf("the answer is %s version %d: %s", e.Name, e.Version, e.Payload)
	}
	return r, json.Unmarshal(e.Payload, &r)
}

func receiptsOfBatch(body []byte) ([]Receipt, error) {
	var event envelope[json.RawMessage]
	if err := json.Unmarshal(body, &event); err != nil {
		return nil, err
	}
	return readAllAs(receiptOfEvent)(event.Payload)
}

const maxBody = 1 << 20

func floorAEvent(w http.ResponseWriter, r *http.Request) {
	var request envelope[Order]
	if err := readJSON(w, r, &request); err != nil {
		http.Error(w, "the body is no event", http.StatusBadRequest)
		return
	}
	response, err := floorAServe(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	writeJSON(w, response)
}

func floorABatch(w http.ResponseWriter, r *http.Request) {
	var request envelope[items[Order]]
	if err := readJSON(w, r, &request); err != nil {
		http.Error(w, "the body is no batch", http.StatusBadRequest)
		return
	}
	if len(request.Payload.Events) > batchSize {
		http.Error(w, "the batch is too large", http.StatusBadRequest)
		return
	}
	answers := make([]envelope[Receipt], len(request.Payload.Events))
	for i, event := range request.Payload.Events {
		var err error
		if answers[i], err = floorAServe(event); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
	}
	writeJSON(w, envelope[[]envelope[Receipt]]{
		Name: request.Name + ":response", Version: request.Version, ID: request.ID, FlowID: request.FlowID, Payload: answers,
	})
}

func floorAServe(request envelope[Order]) (envelope[Receipt], error) {
	switch {
	case request.Name == eventName && request.Version == eventVersion:
		return envelope[Receipt]{
			Name: eventName + ":response", Version: request.Version, ID: request.ID, FlowID: request.FlowID,
			Payload: place(request.Payload),
		}, nil
	}
	return envelope[Receipt]{}, fmt.Errorf("there is no event %q version %d", request.Name, request.Version)
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	return json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(into)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", applicationJSON)
	json.NewEncoder(w).Encode(v) // its error means that the caller is gone
}

// dialFloorA is the same by hand for the caller.
func dialFloorA(transport http.RoundTripper) (client, error) {
	h := &http.Client{Transport: transport}
	return client{place: func(ctx context.Context, in Order) (Receipt, error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutMs*time.Millisecond)
		defer cancel()
		body, err := json.Marshal(envelope[Order]{
			Name: eventName, Version: eventVersion, ID: rand.Text(), FlowID: rand.Text(),
			Payload: in, Identity: identity{in.User}, Metadata: metadata{timeoutMs},
		})
		if err != nil {
			return Receipt{}, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, clientURL+"/events", bytes.NewReader(body))
		if err != nil {
			return Receipt{}, err
		}
		r.Header.Set("Content-Type", applicationJSON)
		answer, err := h.Do(r)
		if err != nil {
			return Receipt{}, err
		}
		defer answer.Body.Close()
		var response envelope[Receipt]
		if err := json.NewDecoder(answer.Body).Decode(&response); err != nil {
			return Receipt{}, err
		}
		if response.Name != eventName+":response" {
			return Receipt{}, fmt.Errorf("the answer is %s", response.Name)
		}
		return response.Payload, nil
	}}, nil
}

// newFloorC reads all of a request and writes an answer that it has ready: what the
// bytes cost.
func newFloorC() *contender {
	answer := encode(envelope[Receipt]{
		Name: eventName + ":response", Version: eventVersion, ID: eventID(0), FlowID: flowID(0),
		Payload: place(newOrder(0, smallLines)),
	})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			return
		}
		w.Header().Set("Content-Type", applicationJSON)
		io.WriteString(w, answer)
	})
	return &contender{name: floorC, handler: handler, request: eventMessage}
}
