package flowtracker

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// The longest texts that are kept, in bytes.
const (
	maxText  = events.MaxText
	maxError = 2 << 10
	maxStack = 8 << 10
)

// A call is one side of a call, as it is kept, shown and forwarded. Once it is in
// the store it does not change; it is replaced.
type call struct {
	Span     uint64 `json:"span,string"`             // names this record
	Parent   uint64 `json:"parent,string,omitempty"` // the call of this process that it was made in
	Service  string `json:"service,omitempty"`
	Side     string `json:"side"`
	Name     string `json:"name"`
	Version  int    `json:"version"`
	ID       string `json:"id"`
	FlowID   string `json:"flowId"`
	ParentID string `json:"parentId,omitempty"`
	Item     int    `json:"item,omitempty"`
	Origin   string `json:"origin,omitempty"`
	Peer     string `json:"peer,omitempty"`

	Deprecated bool `json:"deprecated,omitempty"`

	Started time.Time     `json:"started"`
	Elapsed time.Duration `json:"elapsedNs"`
	Open    bool          `json:"open,omitempty"` // has not ended

	Kind          string `json:"kind,omitempty"` // response, redirect, a kind of error, or none without an answer
	Code          string `json:"code,omitempty"`
	Error         string `json:"error,omitempty"`
	Stack         string `json:"stack,omitempty"`
	Status        int    `json:"status,omitempty"`
	RequestBytes  int    `json:"requestBytes,omitempty"`
	ResponseBytes int    `json:"responseBytes,omitempty"`
	Request       string `json:"request,omitempty"`
	Response      string `json:"response,omitempty"`
}

const (
	kindResponse = "response"
	kindRedirect = "redirect"
	kindNone     = "none"
)

func newCall(c events.Call, request events.Event) *call {
	return &call{
		Side: c.Side.String(), Name: cut(request.Name, maxText), Version: request.Version,
		ID: cut(request.ID, maxText), FlowID: cut(request.FlowID, maxText), ParentID: parentID(request),
		Item: c.Item, Origin: cut(c.Origin, maxText), Peer: cut(c.Peer.Addr, maxText), Deprecated: c.Deprecated,
		Started: c.Started, Open: true, RequestBytes: c.RequestBytes,
	}
}

// parentID is the id of the event whose handler made this one, as metadata says.
func parentID(e events.Event) string {
	raw := scan.Lookup(e.Metadata, "parentId")
	if scan.Kind(raw) != "string" {
		return ""
	}
	id, _ := scan.Unquote(raw)
	return cut(id, maxText)
}

// ended returns what has become of c.
func (c call) ended(now events.Call, response events.Event, err error) *call {
	c.Open = false
	c.Elapsed, c.Status, c.RequestBytes, c.ResponseBytes = now.Elapsed, now.Status, now.RequestBytes, now.ResponseBytes
	kind, code := outcome(response)
	c.Kind, c.Code = cut(kind, maxText), cut(code, maxText)
	if err != nil {
		c.Error = cut(err.Error(), maxError)
	}
	if p := new(events.PanicError); errors.As(err, &p) {
		c.Stack = cut(string(p.Stack), maxStack)
	}
	return &c
}

func outcome(response events.Event) (kind, code string) {
	if response.Name == "" {
		return kindNone, ""
	}
	switch err := response.Err().(type) {
	case *events.Redirect:
		return kindRedirect, ""
	case *events.Error:
		return string(err.Kind), err.Code
	}
	return kindResponse, ""
}

func (c *call) failed() bool {
	return !c.Open && c.Kind != kindResponse && c.Kind != kindRedirect
}

// until is when the call ended, or now while it has not.
func (c *call) until(now time.Time) time.Time {
	if c.Open {
		if now.Before(c.Started) {
			return c.Started
		}
		return now
	}
	return c.Started.Add(c.Elapsed)
}

// overhead is about what a call takes besides its texts, its place in the maps and
// in the queue included.
const overhead = 512

func (c *call) size() int {
	size := overhead
	for _, s := range c.texts() {
		size += len(*s)
	}
	return size + len(c.Error) + len(c.Stack) + len(c.Request) + len(c.Response)
}

// texts are the short ones.
func (c *call) texts() []*string {
	return []*string{&c.Service, &c.Side, &c.Name, &c.ID, &c.FlowID, &c.ParentID, &c.Origin, &c.Peer, &c.Kind, &c.Code}
}

// cut returns at most n bytes of s, and valid UTF-8, so that a page, a link and JSON
// mean the same text. What is cut off is not kept in memory.
func cut(s string, n int) string {
	whole := len(s) <= n
	s = strings.ToValidUTF8(s[:min(n, len(s))], "\uFFFD") // which may be longer
	if whole && len(s) <= n {
		return s
	}
	const mark = "…"
	end := min(n, len(s)+len(mark)) - len(mark)
	for end > 0 && end < len(s) && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}
