package catalog

import (
	"context"

	"github.com/evoke-rpc/evoke/events"
)

// GetProduct is the request of catalog:product:get, in all versions.
type GetProduct struct {
	ID string `json:"id"`
}

// ProductV1 is what version 1 answers. It stays as it is for the callers who know
// no other; what is new goes into the next version.
type ProductV1 struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	PriceCents int64  `json:"priceCents"`
}

// Product is what version 2 answers.
type Product struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Price Money  `json:"price"`
	Stock int    `json:"stock"`
}

// Money is an amount in cents, since no fraction of a cent may get lost.
type Money struct {
	Cents    int64  `json:"cents"`
	Currency string `json:"currency"`
}

// ListProducts is the request of catalog:product:list.
type ListProducts struct {
	InStock bool `json:"inStock,omitempty"`
}

// ProductList is its answer.
type ProductList struct {
	Products []Product `json:"products"`
}

func (s *service) getProduct(_ context.Context, in GetProduct) (Product, error) {
	p, ok := s.store.product(in.ID)
	if !ok {
		return Product{}, productNotFound(in.ID)
	}
	return p, nil
}

func toV1(p Product) (ProductV1, error) {
	return ProductV1{ID: p.ID, Name: p.Name, PriceCents: p.Price.Cents}, nil
}

func (s *service) listProducts(_ context.Context, in ListProducts) (ProductList, error) {
	list := ProductList{Products: []Product{}}
	for _, p := range s.store.products() {
		if p.Stock > 0 || !in.InStock {
			list.Products = append(list.Products, p)
		}
	}
	return list, nil
}

func productNotFound(id string) error {
	return events.Errorf(events.KindNotFound, codeProductNotFound, "there is no product %q", id).With("productId", id)
}
