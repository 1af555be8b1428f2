package catalog

import (
	"context"

	"github.com/evoke-rpc/evoke/events"
)

// Reserve is the request of catalog:stock:reserve.
type Reserve struct {
	ReservationID string `json:"reservationId" minLength:"1"`
	ProductID     string `json:"productId"`
	Quantity      int    `json:"quantity"`
}

// Reserved is its answer.
type Reserved struct {
	ProductID string `json:"productId"`
	Quantity  int    `json:"quantity"`
	Left      int    `json:"left"`
}

// Release is the request of catalog:stock:release.
type Release struct {
	ReservationID string `json:"reservationId" minLength:"1"`
}

// Released is its answer.
type Released struct {
	// Pieces is how many went back, 0 if the reservation held none.
	Pieces int `json:"pieces"`
}

func (s *service) reserve(_ context.Context, in Reserve) (Reserved, error) {
	if in.Quantity < 1 {
		return Reserved{}, events.Errorf(events.KindUnprocessable, codeInvalidQuantity, "%d pieces cannot be reserved", in.Quantity).
			With("quantity", in.Quantity)
	}
	left, err := s.store.reserve(in.ReservationID, in.ProductID, in.Quantity)
	if err != nil {
		return Reserved{}, err
	}
	return Reserved{ProductID: in.ProductID, Quantity: in.Quantity, Left: left}, nil
}

func (s *service) release(_ context.Context, in Release) (Released, error) {
	return Released{Pieces: s.store.release(in.ReservationID)}, nil
}
