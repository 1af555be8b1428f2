package flowtracker

import (
	"slices"
	"strings"
	"time"
)

// maxListed is how many flows are listed at once; a search finds the others.
const maxListed = 200

type listPage struct {
	layout
	Query      string
	Failed     bool
	Flows      []flowSummary
	Found      int
	Counts     counts
	Forward    *forwardState
	Receives   bool
	Unreadable []notice
}

// A flowSummary is a flow in the list.
type flowSummary struct {
	ID       string
	Name     string // of the first event
	Version  int
	Tags     []tag
	Services []string
	Calls    int
	At       moment
	Took     string
	Culprit  *call // what failed, if it is not the first event itself
}

type notice struct {
	At                   moment
	Service, Peer, Error string
}

// list makes the list of the flows that match all words of query.
func (t *Tracker) list(query string, failed bool) listPage {
	flows, unreadable, counts := t.store.all()
	p := listPage{
		layout: t.layout(t.config.title), Query: cut(query, maxText), Failed: failed,
		Counts: counts, Forward: t.forward.state(), Receives: t.config.receive,
	}
	words := strings.Fields(strings.ToLower(p.Query))
	now := t.config.now()
	for _, f := range flows {
		if len(f.calls) == 0 || failed && !slices.ContainsFunc(f.calls, (*call).failed) || !f.matches(words) {
			continue
		}
		if p.Found++; p.Found <= maxListed {
			p.Flows = append(p.Flows, summarize(f, now))
		}
	}
	for _, u := range unreadable {
		p.Unreadable = append(p.Unreadable, notice{momentOf(u.At, now), u.Service, u.Peer, u.Error})
	}
	return p
}

// matches reports whether each word is in some text of the flow.
func (f snapshot) matches(words []string) bool {
	missing := slices.Clone(words)
	found := func(text string) {
		text = strings.ToLower(text)
		missing = slices.DeleteFunc(missing, func(w string) bool { return strings.Contains(text, w) })
	}
	found(f.id)
	for _, c := range f.calls {
		if len(missing) == 0 {
			return true
		}
		for _, text := range []string{c.Name, c.ID, c.Service, c.Kind, c.Code, c.Error, c.Peer, c.Origin} {
			found(text)
		}
	}
	return len(missing) == 0
}

func summarize(f snapshot, now time.Time) flowSummary {
	nodes := tree(f.calls)
	first := nodes[0]
	from, to := span(nodes, now)
	s := flowSummary{
		ID: f.id, Name: first.Name, Version: first.Version, Tags: []tag{tagOf(first.call)}, Services: services(nodes),
		Calls: len(nodes) + f.dropped, At: momentOf(from, now), Took: duration(to.Sub(from)),
	}
	if !first.Open && slices.ContainsFunc(f.calls, func(c *call) bool { return c.Open }) {
		s.Tags = append(s.Tags, openTag)
	}
	if c := culprit(nodes); c != nil && c != first {
		s.Culprit = c.call
	}
	return s
}

// span is when the first call began and the last one ended.
func span(nodes []*node, now time.Time) (from, to time.Time) {
	from, to = nodes[0].Started, nodes[0].until(now)
	for _, n := range nodes {
		if n.Started.Before(from) {
			from = n.Started
		}
		if end := n.until(now); end.After(to) {
			to = end
		}
	}
	return from, to
}

// services names those that took part, in the order in which they did.
func services(nodes []*node) []string {
	var names []string
	for _, n := range nodes {
		if n.Service != "" && !slices.Contains(names, n.Service) {
			names = append(names, n.Service)
		}
	}
	return names
}
