package mux

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/evoke-rpc/evoke/events"
)

// Upcast serves the version from of an event by the handler of the version to, which
// must have been added before: up makes the newer request of the older one, and down
// the older response of the newer one. Both are pure functions; what they return as
// error answers the call as a handler's error does.
//
// To callers and trackers it is a call of the version from, checked against OldIn.
// Error events and redirects pass as they are. The version to may itself be served
// by Upcast. The older version is as internal, as hidden and as limited in time as
// the newer one, and has its documentation and errors, unless options say otherwise.
//
// Upcast panics as [Mux.Add] does, and if there is no version to or its handler has
// other types.
func Upcast[OldIn, NewIn, NewOut, OldOut any](m *Mux, name string, from, to int, up func(OldIn) (NewIn, error), down func(NewOut) (OldOut, error), options ...HandlerOption) {
	r := &route{
		name: name, version: from, at: callSite(),
		inputType: reflect.TypeFor[OldIn](), outputType: reflect.TypeFor[OldOut](), typed: true, servedBy: to,
	}
	if up == nil || down == nil {
		panic(fmt.Sprintf("mux: a conversion between %q v%d and v%d is nil, at %s", name, from, to, r.at))
	}
	newer := m.route(name, to)
	if err := m.convertible(r, newer, reflect.TypeFor[NewIn](), reflect.TypeFor[NewOut]()); err != nil {
		panic(fmt.Sprintf("mux: cannot serve %q v%d by v%d at %s: %v", name, from, to, r.at, err))
	}
	r.hidden, r.internal, r.timeout, r.doc, r.errors = newer.hidden, newer.internal, newer.timeout, newer.doc, slices.Clone(newer.errors)
	r.handler = &upcast[OldIn, NewIn, NewOut, OldOut]{mux: m, older: r, up: up, down: down}
	m.add(r, options)
}

// convertible tells why newer cannot serve r.
func (m *Mux) convertible(r, newer *route, in, out reflect.Type) error {
	if newer == nil {
		return fmt.Errorf("there is no v%d; add it first", r.servedBy)
	}
	for n := newer; n != nil && n.servedBy != 0; n = m.route(n.name, n.servedBy) {
		if n.servedBy == r.version {
			return fmt.Errorf("v%d is served by v%d", n.version, n.servedBy)
		}
	}
	if newer.typed && (newer.inputType != in || newer.outputType != out) {
		return fmt.Errorf("the conversions are to %v and from %v, its handler takes %v and returns %v", in, out, newer.inputType, newer.outputType)
	}
	return nil
}

type upcast[OldIn, NewIn, NewOut, OldOut any] struct {
	mux   *Mux
	older *route
	up    func(OldIn) (NewIn, error)
	down  func(NewOut) (OldOut, error)
}

func (u *upcast[OldIn, NewIn, NewOut, OldOut]) Serve(ctx context.Context, request events.Event) (events.Event, error) {
	newer := u.mux.route(u.older.name, u.older.servedBy)
	if newer == nil { // removed
		return events.Event{}, u.mux.notFound(request)
	}
	in, err := decode[OldIn](u.older, u.mux.codec, request.Payload)
	if err != nil {
		return events.Event{}, err
	}
	converted, err := u.convertRequest(newer, request, in)
	if err != nil {
		return events.Event{}, err
	}
	response, err := newer.handler.Serve(ctx, converted)
	if err != nil || !succeeded(request, response) {
		return response, err
	}
	response.Payload, err = u.convertResponse(response.Payload)
	return response, err
}

func (u *upcast[OldIn, NewIn, NewOut, OldOut]) convertRequest(newer *route, request events.Event, in OldIn) (events.Event, error) {
	converted, err := u.up(in)
	if err != nil {
		return request, err
	}
	request.Version = newer.version
	if request.Payload, err = events.EncodePayload(u.mux.codec, converted); err != nil {
		return request, err
	}
	// The caller did what he was told: that this does not fit is not his fault.
	if err := newer.checkInput(request.Payload); err != nil {
		return request, fmt.Errorf("%s version %d: its request, converted to version %d, does not fit: %v", newer.name, u.older.version, newer.version, err)
	}
	return request, nil
}

func (u *upcast[OldIn, NewIn, NewOut, OldOut]) convertResponse(payload []byte) ([]byte, error) {
	var out NewOut
	if reflect.TypeFor[NewOut]() != anything {
		if err := u.mux.codec.Unmarshal(payload, &out); err != nil {
			return nil, fmt.Errorf("the response of %s version %d cannot be converted to version %d: %w", u.older.name, u.older.servedBy, u.older.version, err)
		}
	}
	converted, err := u.down(out)
	if err != nil {
		return nil, err
	}
	return encode(u.older, u.mux.codec, converted)
}

// succeeded reports whether response is neither an error nor a redirect.
func succeeded(request, response events.Event) bool {
	return response.Name == "" || response.Name == request.Name+":response"
}
