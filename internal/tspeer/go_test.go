package tspeer_test

import (
	"path/filepath"
	"testing"
)

func TestTheGoClientsCallTheShop(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles three programs")
	}
	s, dir := startShop(t), t.TempDir()
	s.gen(t, s.catalog, filepath.Join(dir, "catalog", "client.go"), "go", "--package", "catalog")
	s.gen(t, s.orders, filepath.Join(dir, "orders", "client.go"), "go", "--package", "orders")
	write(t, filepath.Join(dir, "go.mod"), "module shopper\n\ngo 1.24\n")
	write(t, filepath.Join(dir, "main.go"), read(t, "testdata/shopper.go.txt"))
	run(t, dir, "go", "vet", "./...")
	golden(t, "testdata/shopper.go.golden", run(t, dir, "go", "run", ".", s.catalog, s.orders))
}
