// Package browser_test drives a real browser over the documentation of a service,
// and hands its exports to the validators of their formats.
package browser_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
