package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// The work that every contender does: an Order is decoded, the function place is
// called, and the Receipt that it returns is encoded.
type (
	// An Order is the payload of a request.
	Order struct {
		ID       string `json:"id"`
		User     string `json:"user"`
		Currency string `json:"currency"`
		Express  bool   `json:"express"`
		Note     string `json:"note"`
		Lines    []Line `json:"lines"`
	}
	// A Line is an element of an Order.
	Line struct {
		SKU      string  `json:"sku"`
		Quantity int     `json:"quantity"`
		Price    float64 `json:"price"`
	}
	// A Receipt is the payload of a response.
	Receipt struct {
		Order   string  `json:"order"`
		User    string  `json:"user"`
		Status  string  `json:"status"`
		Express bool    `json:"express"`
		Lines   int     `json:"lines"`
		Total   float64 `json:"total"`
	}
)

// The event, and those who send it.
const (
	eventName    = "shop:order:place"
	eventVersion = 1
	batchName    = "system:batch:run"
	batchSize    = 100
	timeoutMs    = 5000
)

// The sizes of an order, in lines. With its envelope the small event has about 350
// bytes and the large one 4 KB.
const (
	smallLines = 1
	largeLines = 64
)

func place(o Order) Receipt {
	r := Receipt{Order: o.ID, User: o.User, Status: "accepted", Express: o.Express, Lines: len(o.Lines)}
	for _, l := range o.Lines {
		r.Total += float64(l.Quantity) * l.Price
	}
	return r
}

// newOrder is the n-th order. Orders of one size are of the same length, and differ
// in every id.
func newOrder(n, lines int) Order {
	o := Order{
		ID: "order-" + digits(n), User: "user-" + digits(n), Currency: "EUR", Express: true,
		Note: "fragile", Lines: make([]Line, lines),
	}
	for i := range o.Lines {
		o.Lines[i] = Line{SKU: "article-" + digits(n), Quantity: 10 + i%9, Price: 119.95}
	}
	return o
}

// eventID and flowID are of the length of rand.Text.
func eventID(n int) string { return "c2pkr6g4a3zq7nsdvx" + digits(n) }
func flowID(n int) string  { return "tn5w7yq3hmbd2jfe6a" + digits(n) }

// digits writes n with as many digits as a [template] looks for.
func digits(n int) string { return fmt.Sprintf("%0*d", numberLen, n%numbers) }

const (
	numberLen = 8
	numbers   = 100_000_000
)

var numberPattern = regexp.MustCompile(`\b[a-z0-9]*([0-9]{8})\b`)

// A template is a text that holds a number in many places and is written again for
// each call, so that no call is like the one before. It is not safe for concurrent
// use.
type template struct {
	text   []byte
	places []int // where the numbers of text begin
	starts []int // the numbers that were there first
}

// newTemplate finds what [digits] wrote into text.
func newTemplate(text string) *template {
	t := &template{text: []byte(text)}
	for _, match := range numberPattern.FindAllStringSubmatchIndex(text, -1) {
		n, err := strconv.Atoi(text[match[2]:match[3]])
		if err != nil {
			panic(err) // the pattern matches digits only
		}
		t.places = append(t.places, match[2])
		t.starts = append(t.starts, n)
	}
	return t
}

// write returns the text with n added to each of its first numbers. The text is
// valid until the next call.
func (t *template) write(n int) []byte {
	for i, at := range t.places {
		value := (t.starts[i] + n) % numbers
		for j := at + numberLen - 1; j >= at; j-- {
			t.text[j] = byte('0' + value%10)
			value /= 10
		}
	}
	return t.text
}

// encode is json.Marshal for values that can be encoded.
func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
