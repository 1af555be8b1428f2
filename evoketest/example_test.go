package evoketest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/evoketest"
	"github.com/evoke-rpc/evoke/mux"
)

// A small service: it lends each book once, for two weeks.
type library struct {
	now  func() time.Time
	lent map[string]time.Time // until when
}

type lend struct {
	Book string `json:"book"`
}

type loan struct {
	ID  string    `json:"id"`
	Due time.Time `json:"due"`
}

func (l library) register(m *mux.Mux) { mux.Handle(m, "library:book:lend", 1, l.lend) }

func (l library) lend(ctx context.Context, in lend) (loan, error) {
	if due := l.lent[in.Book]; l.now().Before(due) {
		return loan{}, events.Errorf(events.KindUnprocessable, "BOOK_LENT", "the book is lent until %s", due.Format(time.DateOnly)).With("due", due)
	}
	l.lent[in.Book] = l.now().AddDate(0, 0, 14)
	return loan{ID: events.NewID(ctx), Due: l.lent[in.Book]}, nil
}

// A whole test of the service.
func TestABookIsLentOnceInTwoWeeks(t *testing.T) {
	var clock evoketest.Clock // stands at 1 January 2000
	l := library{now: clock.Now, lent: map[string]time.Time{}}
	s := evoketest.NewService(t, l.register, mux.WithIDs(evoketest.IDs("id")), mux.WithClock(clock.Now), mux.WithDevelopment())

	first := evoketest.Call[loan](t, s.Client, "library:book:lend", 1, lend{"Emma"})
	require.Equal(t, loan{ID: "id-1", Due: time.Date(2000, 1, 15, 0, 0, 0, 0, time.UTC)}, first)

	again := evoketest.Send(t, s.Client, "library:book:lend", 1, lend{"Emma"})
	evoketest.RequireEvent(t, again,
		evoketest.Kind(events.KindUnprocessable), evoketest.Code("BOOK_LENT"),
		evoketest.Payload("/parameters/due", "2000-01-15T00:00:00Z"))

	clock.Advance(14 * 24 * time.Hour)
	evoketest.Call[loan](t, s.Client, "library:book:lend", 1, lend{"Emma"})

	evoketest.RequireTracked(t, s.Tracker,
		evoketest.Started("library:book:lend", 1, 3),
		evoketest.Noticed("library:book:lend", 1, events.KindUnprocessable))
}

// What a test that fails tells.
func ExampleRequireEvent() {
	message := failure(func(t evoketest.TB) { // in a test, t is its *testing.T
		s := evoketest.NewService(t, stock, mux.WithIDs(evoketest.IDs("id")))
		answer := evoketest.Send(t, s.Mux, "stock:item:reserve", 1, reserve{Item: "jug", Count: 1})
		evoketest.RequireEvent(t, answer,
			evoketest.Kind(events.KindGone),
			evoketest.Payload("/parameters/item", "cup"),
			evoketest.Payload("/parameters/left", 0))
	})
	fmt.Println(message)
	// Output:
	// the event is not as expected:
	//   kind: got notFound, want gone
	//   payload /parameters/item: got "jug", want "cup"
	//   payload /parameters has no member "left", it has "item"
	// the event:
	// {
	//   "name": "stock:item:reserve:notFound",
	//   "version": 1,
	//   "id": "id-2",
	//   "flowId": "id-1",
	//   "payload": {
	//     "code": "NO_SUCH_ITEM",
	//     "message": "there is no \"jug\"",
	//     "parameters": {
	//       "item": "jug"
	//     }
	//   },
	//   "identity": {},
	//   "auth": {},
	//   "metadata": {}
	// }
}
