package flowtracker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	maxQueue = 4 << 20   // bytes, as in memory
	maxBatch = 128 << 10 // bytes, as in memory; as JSON at most six times that
	gather   = 100 * time.Millisecond
	retry    = time.Second
	patience = 5 * time.Second // for one answer
)

// A delivery is what one tracker sends to another.
type delivery struct {
	Lost  int     `json:"lost,omitempty"` // calls that did not fit into the queue since the last one
	Calls []*call `json:"calls"`
}

// A forwarder sends calls on, in one goroutine.
type forwarder struct {
	url     string
	shown   string // without a password
	client  *http.Client
	ctx     context.Context // of the requests
	cancel  context.CancelFunc
	wake    chan struct{}
	closing chan struct{}
	done    chan struct{}

	mu      sync.Mutex
	queue   []*call
	queued  int // bytes
	closed  bool
	sent    int
	lost    int
	untold  int // lost, and the other side does not know yet
	problem string
}

func startForwarder(to string, client *http.Client) *forwarder {
	f := &forwarder{
		url: to, shown: "an invalid URL", client: client,
		wake: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
	}
	if u, err := url.Parse(to); err == nil {
		f.url, f.shown = u.JoinPath("calls").String(), u.Redacted()
	}
	if client == nil {
		f.client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	go f.run()
	return f
}

// add takes c into the queue. It does not wait.
func (f *forwarder) add(c *call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || f.queued+c.size() > maxQueue {
		f.lost++
		f.untold++
		return
	}
	f.queue = append(f.queue, c)
	f.queued += c.size()
	select {
	case f.wake <- struct{}{}:
	default: // it is awake
	}
}

func (f *forwarder) run() {
	defer close(f.done)
	for {
		select {
		case <-f.wake:
			f.pause(gather)
		case <-f.closing:
		}
		last := f.isClosing() // asked first: from then on nothing is added
		for d := f.take(); len(d.Calls) > 0; d = f.take() {
			f.deliver(d)
		}
		if last {
			f.client.CloseIdleConnections()
			return
		}
	}
}

// pause waits for d, or until the forwarder closes.
func (f *forwarder) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-f.closing:
	}
}

func (f *forwarder) isClosing() bool {
	select {
	case <-f.closing:
		return true
	default:
		return false
	}
}

// take removes the next delivery from the queue.
func (f *forwarder) take() delivery {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, size := 0, 0
	for n < len(f.queue) && (n == 0 || size+f.queue[n].size() <= maxBatch) {
		size += f.queue[n].size()
		n++
	}
	d := delivery{Lost: f.untold, Calls: f.queue[:n:n]}
	if f.queue = f.queue[n:]; len(f.queue) == 0 {
		f.queue = nil
	}
	f.queued -= size
	return d
}

// deliver sends d until it arrives or never will.
func (f *forwarder) deliver(d delivery) {
	for {
		err := f.post(d)
		if err == nil {
			f.told(d)
			return
		}
		f.mu.Lock()
		f.problem = cut(err.Error(), maxError)
		f.mu.Unlock()
		if f.isClosing() || errors.As(err, new(refusal)) {
			f.lose(len(d.Calls))
			return
		}
		f.pause(retry)
	}
}

func (f *forwarder) told(d delivery) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent += len(d.Calls)
	f.untold -= d.Lost
	f.problem = ""
}

func (f *forwarder) lose(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost += n
	f.untold += n
}

// A refusal is a failure that will come again.
type refusal struct{ error }

func (f *forwarder) post(d delivery) error {
	body, err := json.Marshal(d)
	if err != nil {
		return refusal{err}
	}
	ctx, cancel := context.WithTimeout(f.ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, bytes.NewReader(body))
	if err != nil {
		return refusal{err}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := f.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxText))
	switch {
	case response.StatusCode < 300:
		return nil
	case response.StatusCode < 500:
		return refusal{fmt.Errorf("status %d: %s", response.StatusCode, text)}
	}
	return fmt.Errorf("status %d: %s", response.StatusCode, text)
}

// close sends the rest, and waits for the goroutine.
func (f *forwarder) close(ctx context.Context) error {
	f.mu.Lock()
	first := !f.closed
	f.closed = true
	before := f.lost
	f.mu.Unlock()
	if first {
		close(f.closing)
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		f.cancel()
		<-f.done
	}
	f.cancel()
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.lost - before; n > 0 && first {
		return fmt.Errorf("flowtracker: %d calls could not be forwarded to %s: %s", n, f.shown, f.problem)
	}
	return nil
}

// state is what the page shows.
type forwardState struct {
	To           string
	Sent, Queued int
	Lost         int
	Problem      string
}

func (f *forwarder) state() *forwardState {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return &forwardState{To: f.shown, Sent: f.sent, Queued: len(f.queue), Lost: f.lost, Problem: f.problem}
}
