//lint:file-ignore SA5008 a name that looks like an option is the point

package gen_test

import (
	"context"
	"encoding/json"
	"math/big"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// The types of this file are what a service may well have.

type status string

func (status) Enum() []any { return []any{"placed", "in transit", "", "2nd try", "placed!"} }

type level int

func (level) Enum() []any { return []any{1, 2, 5} }

type circle struct {
	Kind   string  `json:"kind" enum:"circle"`
	Radius float64 `json:"radius" exclusiveMinimum:"0"`
}

type group struct {
	Kind   string   `json:"kind" enum:"group"`
	Shapes []figure `json:"shapes"`
}

// A figure is a circle or a group of figures.
type figure struct{ any }

func (figure) OneOf() []any                   { return []any{circle{}, group{}} }
func (f figure) MarshalJSON() ([]byte, error) { return json.Marshal(f.any) }

// An amount describes itself, in a definition of its own.
type amount struct{ cents int }

func (amount) JSONSchema() json.RawMessage {
	return json.RawMessage(`{"allOf":[{"$ref":"#/definitions/currency"},{"type":"object","properties":{"cents":{"type":"integer"}},"required":["cents","currency"],"additionalProperties":true}],
		"definitions":{"currency":{"type":"object","properties":{"currency":{"type":"string","enum":["EUR","USD"]}}}}}`)
}
func (a amount) MarshalJSON() ([]byte, error) { return json.Marshal(a.cents) }

type list []list

type node struct {
	Value    int              `json:"value"`
	Left     *node            `json:"left"`
	Children []node           `json:"children,omitempty"`
	ByName   map[string]*node `json:"byName"`
}

type page[T any] struct {
	Items []T `json:"items" maxItems:"50"`
	Next  *T  `json:"next,omitempty"`
}

type everything struct {
	ID        string             `json:"id" minLength:"1" pattern:"^p-[0-9]+$" description:"As on the label.\nIt never changes."`
	Status    status             `json:"status"`
	Maybe     *status            `json:"maybe"`
	Level     level              `json:"level,omitempty" description:"How urgent it is."`
	At        time.Time          `json:"at" title:"When"`
	Until     *time.Time         `json:"until,omitempty"`
	Bytes     []byte             `json:"bytes"`
	Big       uint64             `json:"big"`
	Huge      *big.Int           `json:"huge"`
	Small     int8               `json:"small" default:"3"`
	Ratio     float32            `json:"ratio" minimum:"0" maximum:"1"`
	Flag      bool               `json:"flag" deprecated:"true"`
	Any       any                `json:"any,omitempty"`
	Raw       json.RawMessage    `json:"raw"`
	Counts    map[string]int     `json:"counts"`
	ByNumber  map[int][]float64  `json:"byNumber,omitempty"`
	Matrix    [2][2]int          `json:"matrix"`
	Amount    amount             `json:"amount" description:"In cents."`
	Figure    figure             `json:"figure"`
	List      list               `json:"list"`
	Tree      *node              `json:"tree,omitempty" description:"With all its branches."`
	Inline    struct{ A, B int } `json:"inline"`
	Odd       string             `json:"a-b c"`
	Odder     string             `json:"aBC"`
	Type      string             `json:"type"`
	Kind      string             `json:"$kind"`
	Dash      string             `json:"-,"`
	Quoted    int                `json:"quoted,string"`
	Required  *int               `json:"required" required:"true"`
	Url       string             `json:"url" format:"uri"`
	Optional  bool               `json:"optional,omitempty"`
	Umlaut    string             `json:"größe"`
	Reference *page[circle]      `json:"reference"`
}

// Error has the name of a type that every client has.
type Error struct {
	Text string `json:"text"`
}

func rich() catalog.Catalog {
	m := mux.New()
	m.Add("raw:thing:do", 3, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return events.Event{}, nil }))
	mux.Handle(m, "test:everything:get", 1, func(context.Context, struct{}) (everything, error) { return everything{}, nil },
		mux.WithDoc("Returns *everything*.\n\n- one\n- two\n\n```go\nx := 1 /* a */ // b\n```\n\n*/ alert(1) /* @deprecated {@link x}"),
		mux.WithError(events.KindNotFound, "NOT_THERE", "There is\nnothing."), mux.WithError(events.KindGone, "OLD", ""))
	mux.Handle(m, "test:everything:get", 2, func(context.Context, everything) (page[everything], error) { return page[everything]{}, nil })
	mux.Handle(m, "test:everything:old", 1, func(context.Context, page[node]) ([]circle, error) { return nil, nil },
		mux.WithDeprecation(catalog.Deprecation{
			Since: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Sunset: time.Date(2027, 3, 4, 0, 0, 0, 0, time.UTC), Successor: 2, Note: "Use\nthe other.",
		}))
	mux.Handle(m, "a-b:c:d", 1, func(context.Context, Error) (map[string]Error, error) { return nil, nil })
	mux.Handle(m, "a:b:c-d", 1, func(context.Context, string) (int, error) { return 0, nil })
	mux.Handle(m, "class", 1, func(context.Context, figure) (list, error) { return nil, nil })
	mux.Handle(m, "getHTTPUrl_of Größe", 12, func(context.Context, status) (*bool, error) { return nil, nil })
	c := m.Catalog()
	c.Name, c.Version, c.Description = "Rich", "1.2.3", "Has everything."
	return c
}
