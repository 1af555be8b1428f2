// Package order is what peers with protocol buffers send: the types of order.proto
// and the services that the generators of Connect and Twirp make of it.
package order

//go:generate go run ./generate
