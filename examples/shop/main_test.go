package main

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// asProgram makes this binary the shop instead of its tests.
const asProgram = "SHOP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}
