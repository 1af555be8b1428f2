package mux

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/schema"
)

// checkInput refuses a payload that does not fit the schema of the handler's input.
func (r *route) checkInput(payload []byte) error {
	if r.input == nil || !r.validate {
		return nil
	}
	checks := schema.Case
	if r.strict {
		checks |= schema.Unknown
	}
	if violations := r.input.Validate(payload, checks); violations != nil {
		return invalid(violations)
	}
	return nil
}

// checkOutput finds, in development, an answer that is not what is documented.
func (r *route) checkOutput(payload []byte) error {
	if r.output == nil || !r.development {
		return nil
	}
	if r.outputType.Kind() == reflect.Pointer && string(payload) == "{}" {
		return nil // written for nil, since a payload is never null
	}
	if violations := r.output.Validate(payload); violations != nil {
		return fmt.Errorf("the response of %s version %d does not fit its schema: %v", r.name, r.version, violations)
	}
	return nil
}

func invalid(violations []schema.Violation) *events.Error {
	return events.Errorf(events.KindBadRequest, events.CodeInvalidPayload, "the payload does not fit the event").
		With("violations", violations).Wrap(fmt.Errorf("%v", violations))
}

// invalidPayload tells where a payload does not fit that the schema allows, as 1.0
// for an int, or that was not checked. The text of an error that is not
// encoding/json's own may tell of internals and stays here.
func invalidPayload(payload []byte, err error) error {
	v := schema.Violation{Keyword: "format", Expected: "a payload that the event's type can be read from", Got: "another one"}
	if mismatch := new(json.UnmarshalTypeError); errors.As(err, &mismatch) {
		v = schema.Violation{Path: pointer(payload, mismatch), Keyword: "type", Expected: jsonType(mismatch.Type)}
		v.Got, _, _ = strings.Cut(mismatch.Value, " ") // behind the space is the value itself, of any length
		if v.Got == "bool" {
			v.Got = "boolean"
		}
	}
	return invalid([]schema.Violation{v}).Wrap(err)
}

// pointer returns where in payload the mismatch is. Its offset leads there unless
// a type read a part of the payload by itself and counted from that part's start;
// then the names of the Go fields have to do, which lack indices and map keys.
func pointer(payload []byte, mismatch *json.UnmarshalTypeError) string {
	var keys []string
	end, at := int(mismatch.Offset), scan.Space(payload, 0)
	for inside := true; inside && (payload[at] == '{' || payload[at] == '['); {
		inside = false
		w := scan.Walk(payload, at, 1<<20)
		for n := 0; !inside && w.Next(); n++ {
			start := w.End() - len(w.Value())
			if inside = start < end && end <= w.End(); !inside {
				continue
			}
			at = start
			if key := w.Key(); key != nil {
				name, _ := scan.Unquote(key)
				keys = append(keys, name)
			} else {
				keys = append(keys, strconv.Itoa(n))
			}
		}
	}
	if fields := mismatch.Field; !along(strings.Join(keys, "."), fields) {
		keys = strings.Split(fields, ".")
	}
	path := ""
	for _, key := range keys {
		path += "/" + scan.PointerToken(key)
	}
	return path
}

// along reports whether the dotted path passes all the fields, in their order.
func along(path, fields string) bool {
	path = "." + path + "."
	for field := range strings.SplitSeq(fields, ".") {
		_, rest, found := strings.Cut(path, "."+field+".")
		if field != "" && !found {
			return false
		} else if found {
			path = "." + rest
		}
	}
	return true
}

// jsonType names the JSON type that encoding/json reads t from.
func jsonType(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[json.Number]():
		return "number"
	case t == reflect.TypeFor[[]byte](), reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return "string"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Float32, reflect.Float64:
		return "number"
	}
	return "integer"
}
