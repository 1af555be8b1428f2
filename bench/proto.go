package main

import "github.com/evoke-rpc/evoke/bench/order"

// placeProto is [place] for generated types, without a way through others.
func placeProto(o *order.Order) *order.Receipt {
	r := &order.Receipt{Order: o.GetId(), User: o.GetUser(), Status: "accepted", Express: o.GetExpress(), Lines: int32(len(o.GetLines()))}
	for _, l := range o.GetLines() {
		r.Total += float64(l.GetQuantity()) * l.GetPrice()
	}
	return r
}

func orderToProto(o Order) *order.Order {
	p := &order.Order{Id: o.ID, User: o.User, Currency: o.Currency, Express: o.Express, Note: o.Note, Lines: make([]*order.Line, len(o.Lines))}
	for i, l := range o.Lines {
		p.Lines[i] = &order.Line{Sku: l.SKU, Quantity: int32(l.Quantity), Price: l.Price}
	}
	return p
}

func receiptFromProto(r *order.Receipt) Receipt {
	return Receipt{
		Order: r.GetOrder(), User: r.GetUser(), Status: r.GetStatus(), Express: r.GetExpress(),
		Lines: int(r.GetLines()), Total: r.GetTotal(),
	}
}
