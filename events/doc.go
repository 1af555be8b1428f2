// Package events is the core of Evoke: the Event that travels, the Handler that
// serves it, the errors it is answered with, what a context carries meanwhile,
// and the event's form on the wire.
//
// A service is a Handler, and so is everything that stands before or behind it: a
// mux picks another Handler, a batch calls one many times, a client calls one far
// away, and a Middleware wraps one. A transport turns bytes into a call of a
// Handler and knows nothing else.
package events
