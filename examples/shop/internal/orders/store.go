package orders

import (
	"slices"
	"strconv"
	"sync"
)

// An Order is what was ordered, at the prices of that moment.
type Order struct {
	ID         string      `json:"id"`
	Status     Status      `json:"status"`
	Lines      []OrderLine `json:"lines"`
	TotalCents int64       `json:"totalCents"`

	reservation string // of the catalogue's stock
}

// An OrderLine is a Line with what the catalogue says of its product.
type OrderLine struct {
	ProductID  string `json:"productId"`
	Name       string `json:"name"`
	Quantity   int    `json:"quantity"`
	PriceCents int64  `json:"priceCents"`
}

// A Status is what became of an order.
type Status string

// The statuses of an order.
const (
	Placed    Status = "placed"
	Cancelled Status = "cancelled"
)

// A store keeps orders in memory. It is safe for concurrent use.
type store struct {
	mu  sync.Mutex
	all []Order // o-1, o-2, ...
}

func newStore() *store { return &store{} }

// add makes an order of lines.
func (s *store) add(lines []OrderLine, reservation string) Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := Order{ID: "o-" + strconv.Itoa(len(s.all)+1), Status: Placed, Lines: lines, reservation: reservation}
	for _, l := range lines {
		o.TotalCents += int64(l.Quantity) * l.PriceCents
	}
	s.all = append(s.all, o)
	return o
}

func (s *store) order(id string) (Order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.index(id); i >= 0 {
		return s.all[i], true
	}
	return Order{}, false
}

func (s *store) orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Order{}, s.all...) // never nil: a list without orders is [] in JSON
}

// cancel reports false if there is no such order or it was cancelled before.
func (s *store) cancel(id string) (Order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(id)
	if i < 0 || s.all[i].Status == Cancelled {
		return Order{}, false
	}
	s.all[i].Status = Cancelled
	return s.all[i], true
}

func (s *store) index(id string) int {
	return slices.IndexFunc(s.all, func(o Order) bool { return o.ID == id })
}
