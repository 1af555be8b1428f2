package flowtracker

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

type flowPage struct {
	layout
	flowSummary
	Dropped int
	Culprit *row
	Scale   []string
	Rows    []row
}

// A row is a call in the waterfall.
type row struct {
	*call
	Anchor            string
	Depth             int // as far as it is indented
	Level             int // as it is, the first being 1
	Role              string
	Tag               tag
	Took              string
	Bar               bar
	Facts             []fact
	Expanded          bool
	Request, Response string
}

type fact struct{ Name, Value string }

// A bar stands in a drawing that is 1000 wide.
type bar struct {
	X, Width int
	Class    string
}

const (
	maxIndent = 12
	drawing   = 1000
	thinnest  = 4
	ticks     = 4
)

// flow makes the page of one flow.
func (t *Tracker) flow(f snapshot) flowPage {
	now := t.config.now()
	nodes := tree(f.calls)
	p := flowPage{layout: t.layout("Flow " + f.id), flowSummary: flowSummary{ID: f.id}, Dropped: f.dropped}
	if len(nodes) == 0 {
		return p
	}
	p.flowSummary = summarize(f, now)
	p.Title = p.Name + " in flow " + f.id
	from, to := span(nodes, now)
	cause := culprit(nodes)
	for _, n := range nodes {
		r := newRow(n, from, to, now)
		if n == cause {
			r.Expanded = true
			p.Culprit = &r
		}
		p.Rows = append(p.Rows, r)
	}
	for i := range ticks + 1 {
		p.Scale = append(p.Scale, duration(to.Sub(from)*time.Duration(i)/ticks))
	}
	return p
}

func newRow(n *node, from, to, now time.Time) row {
	r := row{
		call: n.call, Anchor: "c" + strconv.FormatUint(n.Span, 10), Depth: min(n.depth, maxIndent), Level: n.depth + 1,
		Tag: tagOf(n.call), Took: duration(n.until(now).Sub(n.Started)),
		Request: pretty(n.call.Request), Response: pretty(n.call.Response),
	}
	r.Role = "served"
	if n.Side == "caller" {
		r.Role = "called"
	}
	r.Bar = barOf(n.Started.Sub(from), n.until(now).Sub(n.Started), to.Sub(from))
	r.Bar.Class = n.Side + " " + r.Tag.Class
	r.Facts = facts(n.call, from)
	return r
}

func barOf(start, took, whole time.Duration) bar {
	if whole <= 0 {
		return bar{X: 0, Width: drawing}
	}
	part := func(d time.Duration) int { return int(float64(d) / float64(whole) * drawing) }
	b := bar{X: part(start), Width: max(thinnest, part(took))}
	b.X = min(max(0, b.X), drawing-thinnest)
	b.Width = min(b.Width, drawing-b.X)
	return b
}

// facts are what is known of a call and is not in its line.
func facts(c *call, from time.Time) []fact {
	var list []fact
	add := func(name, value string) {
		if value != "" {
			list = append(list, fact{name, value})
		}
	}
	number := func(n int, unit string) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n) + unit
	}
	add("began after", duration(c.Started.Sub(from)))
	add("code", c.Code)
	add("id", c.ID)
	add("made by", c.ParentID)
	add("item", number(c.Item, ""))
	add("peer", c.Peer)
	if c.Origin != "other" { // which says nothing
		add("origin", c.Origin)
	}
	add("status", number(c.Status, ""))
	add("request", number(c.RequestBytes, " bytes"))
	add("response", number(c.ResponseBytes, " bytes"))
	if c.Deprecated {
		add("version", "deprecated")
	}
	return list
}

func pretty(payload string) string {
	var buf bytes.Buffer
	if json.Indent(&buf, []byte(payload), "", "  ") != nil {
		return payload // it was cut
	}
	return buf.String()
}
