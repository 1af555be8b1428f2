package catalog

import (
	"maps"
	"slices"
	"sync"

	"github.com/evoke-rpc/evoke/events"
)

// A Store keeps products, their stock and who has reserved it, in memory. It is
// safe for concurrent use.
type Store struct {
	mu           sync.Mutex
	byID         map[string]Product
	reservations map[string]*reservation
}

// A reservation that was released is kept: a call to reserve may arrive after
// the one that took it back, and must then not hold stock for ever.
type reservation struct {
	quantities map[string]int // by the product's id
	released   bool
}

// NewStore returns a Store with these products.
func NewStore(products ...Product) *Store {
	s := &Store{byID: map[string]Product{}, reservations: map[string]*reservation{}}
	for _, p := range products {
		s.byID[p.ID] = p
	}
	return s
}

func (s *Store) product(id string) (Product, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.byID[id]
	return p, ok
}

// products returns all of them, by id.
func (s *Store) products() []Product {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Product, 0, len(s.byID))
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		list = append(list, s.byID[id])
	}
	return list
}

// reserve takes pieces out of stock and returns how many are left.
func (s *Store) reserve(reservationID, productID string, quantity int) (left int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.byID[productID]
	if !ok {
		return 0, productNotFound(productID)
	}
	r := s.reservation(reservationID)
	held := r.quantities[productID]
	switch {
	case r.released:
		return 0, events.Errorf(events.KindGone, codeReservationReleased, "reservation %q was released", reservationID)
	case held == quantity:
		return p.Stock, nil
	case held > 0:
		return 0, events.Errorf(events.KindUnprocessable, codeReservationDiffers, "reservation %q already holds %d of %q", reservationID, held, productID)
	case quantity > p.Stock:
		return 0, events.Errorf(events.KindUnprocessable, codeOutOfStock, "%d of %q are in stock, not %d", p.Stock, productID, quantity).
			With("productId", productID).With("stock", p.Stock).With("quantity", quantity)
	}
	p.Stock -= quantity
	s.byID[productID] = p
	r.quantities[productID] = quantity
	return p.Stock, nil
}

// release puts back what the reservation holds and returns how many pieces.
func (s *Store) release(reservationID string) (pieces int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.reservation(reservationID)
	for id, quantity := range r.quantities {
		p := s.byID[id]
		p.Stock += quantity
		s.byID[id] = p
		pieces += quantity
	}
	r.quantities, r.released = nil, true
	return pieces
}

func (s *Store) reservation(id string) *reservation {
	r, ok := s.reservations[id]
	if !ok {
		r = &reservation{quantities: map[string]int{}}
		s.reservations[id] = r
	}
	return r
}
