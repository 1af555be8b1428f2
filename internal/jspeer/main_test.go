// Package jspeer_test lets the published JavaScript implementation of the protocol
// and this one call each other.
package jspeer_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
