// Package evoketest helps to test a service: it serves a mux in memory, calls it,
// and compares events, wire scripts and what trackers were told with what they
// should be.
//
//	func TestReserving(t *testing.T) {
//		s := evoketest.NewService(t, stock.Register)
//		left := evoketest.Call[Left](t, s.Client, "stock:item:reserve", 1, Reserve{Item: "cup", Count: 2})
//		require.Equal(t, 8, left.Count)
//
//		answer := evoketest.Send(t, s.Client, "stock:item:reserve", 1, Reserve{Item: "jug", Count: 1})
//		evoketest.RequireEvent(t, answer,
//			evoketest.Kind(events.KindNotFound), evoketest.Code("NO_SUCH_ITEM"), evoketest.Payload("/parameters/item", "jug"))
//	}
//
// Everything works in the bubbles of testing/synctest.
package evoketest

import "context"

// TB is what the kit needs of a *testing.T, *testing.B or *testing.F. FailNow does
// not return.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	FailNow()
	Cleanup(func())
	Context() context.Context
}

// fail ends the test with one message.
func fail(t TB, format string, args ...any) {
	t.Helper()
	t.Errorf(format, args...)
	t.FailNow()
}
