// Package tspeer_test lets the clients that the command evoke gen writes, in
// TypeScript and in Go, call the services of examples/shop.
package tspeer_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
