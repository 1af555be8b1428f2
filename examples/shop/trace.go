package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/tracker"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
)

// maxSpans is how many spans of a trace are printed; a batch may have many.
const maxSpans = 100

// A tracePrinter prints each trace as a tree, when the last of its spans that have
// begun has ended. A real service gives its provider an exporter to a collector
// instead, as otlptracegrpc, by sdktrace.WithBatcher.
type tracePrinter struct {
	out io.Writer

	mu   sync.Mutex
	open map[trace.TraceID]*openTrace
}

type openTrace struct {
	running int
	ended   []sdktrace.ReadOnlySpan
	more    int // than maxSpans
}

func newTracePrinter(out io.Writer) *tracePrinter {
	return &tracePrinter{out: out, open: map[trace.TraceID]*openTrace{}}
}

// tracker makes the spans of a service.
func (p *tracePrinter) tracker(service string) tracker.Tracker {
	return oteltracker.New(oteltracker.WithTracerProvider(sdktrace.NewTracerProvider(
		sdktrace.WithSpanProcessor(p),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", service))),
	)))
}

// OnStart, OnEnd and the rest make p an sdktrace.SpanProcessor.
func (p *tracePrinter) OnStart(_ context.Context, span sdktrace.ReadWriteSpan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := span.SpanContext().TraceID()
	if p.open[id] == nil {
		p.open[id] = &openTrace{}
	}
	p.open[id].running++
}

func (p *tracePrinter) OnEnd(span sdktrace.ReadOnlySpan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := span.SpanContext().TraceID()
	t := p.open[id]
	if len(t.ended) == maxSpans {
		t.ended = t.ended[:maxSpans-1] // not the last one, which is the root
		t.more++
	}
	t.ended = append(t.ended, span)
	if t.running--; t.running == 0 {
		delete(p.open, id)
		_, _ = io.WriteString(p.out, t.tree(id)) // as a log: nobody to tell
	}
}

func (p *tracePrinter) Shutdown(context.Context) error   { return nil }
func (p *tracePrinter) ForceFlush(context.Context) error { return nil }

// tree has a line for each span, below its parent and after those that began before.
func (t *openTrace) tree(id trace.TraceID) string {
	slices.SortStableFunc(t.ended, func(a, b sdktrace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	here := map[trace.SpanID]bool{}
	for _, s := range t.ended {
		here[s.SpanContext().SpanID()] = true
	}
	children := map[trace.SpanID][]sdktrace.ReadOnlySpan{}
	for _, s := range t.ended {
		parent := s.Parent().SpanID()
		if !here[parent] {
			parent = trace.SpanID{} // it is the caller's, or was left out
		}
		children[parent] = append(children[parent], s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "trace %s of the flow %q\n", id, valueOf(t.ended[0], "evoke.flow_id"))
	branches(&b, children, trace.SpanID{}, "", true)
	if t.more > 0 {
		fmt.Fprintf(&b, "and %d more\n", t.more)
	}
	return b.String()
}

// branches writes what is below parent; indent leads to it.
func branches(b *strings.Builder, children map[trace.SpanID][]sdktrace.ReadOnlySpan, parent trace.SpanID, indent string, root bool) {
	for i, s := range children[parent] {
		branch, below := "├─ ", "│  "
		if i == len(children[parent])-1 {
			branch, below = "└─ ", "   "
		}
		if root {
			branch, below = "", ""
		}
		writeSpan(b, s, indent+branch)
		branches(b, children, s.SpanContext().SpanID(), indent+below, false)
	}
}

func writeSpan(b *strings.Builder, s sdktrace.ReadOnlySpan, indent string) {
	service, _ := s.Resource().Set().Value("service.name")
	what := s.Name()
	if version := valueOf(s, "evoke.event.version"); version != "" {
		what += " v" + version
	}
	if s.SpanKind() == trace.SpanKindClient {
		what = "call " + what
	}
	for _, key := range []attribute.Key{"error.type", "rpc.response.status_code"} {
		if value := valueOf(s, key); value != "" {
			what += " " + value
		}
	}
	took := s.EndTime().Sub(s.StartTime())
	fmt.Fprintf(b, "%8.2fms  %-7s  %s%s\n", float64(took)/float64(time.Millisecond), service.AsString(), indent, what)
}

// valueOf returns an attribute of s, "" if it has no such.
func valueOf(s sdktrace.ReadOnlySpan, key attribute.Key) string {
	for _, a := range s.Attributes() {
		if a.Key == key {
			return a.Value.String()
		}
	}
	return ""
}
