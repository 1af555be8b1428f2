package gen

import "github.com/evoke-rpc/evoke/catalog"

// A model is what a client is made of, in no language yet.
type model struct {
	calls []call
	types []*named // in the order in which the calls need them
}

// A call is a version of an event. A nil payload is one whose type is unknown.
type call struct {
	event    catalog.Event
	request  *shape
	response *shape
}

type kind uint8

const (
	unknown kind = iota
	null
	boolean
	integer  // fits 64 bits with a sign
	unsigned // fits 64 bits without
	number
	text
	base64
	instant // a date and time of RFC 3339
	list
	dict
	union
	constants // one of several values that are not all strings
	reference // to a named type
)

// A shape is the type of a value.
type shape struct {
	kind     kind
	nullable bool
	elem     *shape   // of a list or dict
	options  []*shape // of a union
	values   []any    // of constants
	named    *named   // of a reference
}

func (s *shape) orNull() *shape {
	if s.nullable || s.kind == unknown || s.kind == null {
		return s
	}
	c := *s
	c.nullable = true
	return &c
}

// A named type is an object, an enumeration of strings, or another name of target.
type named struct {
	hint   string // what it would like to be called
	name   string // what it is called, in the language that is being written
	doc    doc
	object bool
	open   bool // the schema says that an object has members besides its fields
	fields []*field
	values []string
	target *shape
}

type field struct {
	name     string
	doc      doc
	shape    *shape
	optional bool
}
