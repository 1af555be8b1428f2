package schema_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

// order is a payload as services have them.
type order struct {
	ID       string      `json:"id" format:"uuid"`
	Customer string      `json:"customer" minLength:"1" maxLength:"80"`
	Placed   time.Time   `json:"placed"`
	Currency string      `json:"currency" enum:"CHF,EUR,USD"`
	Total    float64     `json:"total" minimum:"0"`
	Express  bool        `json:"express"`
	Note     string      `json:"note,omitempty" maxLength:"500"`
	Lines    []orderLine `json:"lines" maxItems:"1000"`
}

type orderLine struct {
	SKU   string  `json:"sku"`
	Count int     `json:"count" minimum:"1" maximum:"9999"`
	Price float64 `json:"price"`
	Gift  *string `json:"gift"`
}

// newOrder returns the payload of an order with so many lines.
func newOrder(lines int) []byte {
	o := order{
		ID: "8c0f5c9e-3a57-4e0c-9e5e-0d4a7e4f3b11", Customer: "Jane Appleseed", Placed: time.Date(2026, 3, 1, 12, 30, 15, 0, time.UTC),
		Currency: "CHF", Total: 129.95, Note: "Please leave the parcel with the neighbours.",
	}
	for i := range lines {
		o.Lines = append(o.Lines, orderLine{SKU: fmt.Sprintf("sku-%05d", i), Count: i%9 + 1, Price: 12.5})
	}
	payload, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return payload
}

func orderSchema(t testing.TB) *schema.Schema {
	raw, err := schema.For[order]()
	require.NoError(t, err)
	return compile(t, string(raw))
}

// BenchmarkAccepts compares three ways through the same payload: the compiled
// check, the engine, and what the handler's type takes to be decoded.
func BenchmarkAccepts(b *testing.B) {
	s := orderSchema(b)
	for _, lines := range []int{2, 64} {
		payload := newOrder(lines)
		b.Run(fmt.Sprintf("%dB/compiled", len(payload)), func(b *testing.B) {
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				if !schema.Accepts(s, payload, schema.Case) {
					b.Fatal("not accepted")
				}
			}
		})
		b.Run(fmt.Sprintf("%dB/engine", len(payload)), func(b *testing.B) {
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				if found := schema.Explain(s, payload, schema.Case); found != nil {
					b.Fatal(found)
				}
			}
		})
		b.Run(fmt.Sprintf("%dB/unmarshal", len(payload)), func(b *testing.B) {
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				var o order
				if err := json.Unmarshal(payload, &o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestTheCompiledCheckAllocatesNothing(t *testing.T) {
	s := orderSchema(t)
	for _, payload := range [][]byte{newOrder(2), newOrder(64)} {
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if s.Validate(payload, schema.Case, schema.Unknown) != nil {
				t.Fatal("the payload is valid")
			}
		}))
	}
}
