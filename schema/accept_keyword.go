package schema

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/xeipuuv/gojsonschema"

	"github.com/evoke-rpc/evoke/internal/scan"
)

func (c *acceptorCompiler) types(a *acceptor, r *rule) {
	if r.types == nil {
		return
	}
	a.kinds = 0
	for _, name := range r.types {
		a.kinds |= kindsOf[name]
	}
}

// kindsOf are the kinds of the values that have a type.
var kindsOf = map[string]kinds{
	"null": null, "boolean": yes | no, "integer": integers, "number": integers | fractions,
	"string": texts, "array": arrays, "object": objects,
}

// choices compiles enum and const.
func (c *acceptorCompiler) choices(a *acceptor, r *rule) {
	all := r.enum
	switch {
	case r.constant == "" && r.enum == nil:
		return
	case r.enum == nil:
		all = []string{r.constant}
	case r.constant != "":
		all = slices.DeleteFunc(slices.Clone(all), func(text string) bool { return text != r.constant })
	}
	a.choices = &scalars{}
	var chosen kinds
	for _, text := range all {
		chosen |= c.choice(a.choices, text)
	}
	a.kinds &= chosen
}

// choice adds a value, in its canonical text, and returns its kind.
func (c *acceptorCompiler) choice(all *scalars, text string) kinds {
	value, err := decode([]byte(text))
	if err != nil {
		c.impossible = true
		return 0
	}
	switch v := value.(type) {
	case nil:
		return null
	case bool:
		if v {
			return yes
		}
		return no
	case string:
		all.texts = append(all.texts, scan.AppendQuoted(nil, v))
		return texts
	case json.Number:
		if d := c.decimal(v); d != nil {
			all.numbers = append(all.numbers, *d)
		}
		return integers | fractions
	}
	c.impossible = true
	return 0
}

func (c *acceptorCompiler) texts(a *acceptor, r *rule) {
	l := textLimits{min: c.size(r, "minLength", 0), max: c.size(r, "maxLength", math.MaxInt)}
	if pattern, ok := r.checked["pattern"].(string); ok {
		var err error
		if l.pattern, err = regexp.Compile(pattern); err != nil {
			c.impossible = true
		}
	}
	if name, ok := r.checked["format"].(string); ok && gojsonschema.FormatCheckers.Has(name) {
		l.format = formatCheck(name)
		c.impossible = c.impossible || l.format == nil
	}
	if l.min > 0 || l.max < math.MaxInt || l.pattern != nil || l.format != nil {
		a.text = &l
	}
}

func (c *acceptorCompiler) numbers(a *acceptor, r *rule) {
	l := numberLimits{
		min: c.decimal(r.checked["minimum"]), above: c.decimal(r.checked["exclusiveMinimum"]),
		max: c.decimal(r.checked["maximum"]), below: c.decimal(r.checked["exclusiveMaximum"]),
		unit: c.decimal(r.checked["multipleOf"]),
	}
	if r.checked["exclusiveMinimum"] == true { // draft 4
		l.min, l.above = nil, l.min
	}
	if r.checked["exclusiveMaximum"] == true {
		l.max, l.below = nil, l.max
	}
	if l != (numberLimits{}) {
		a.number = &l
	}
}

// decimal returns a number of the schema, or nil if it is none.
func (c *acceptorCompiler) decimal(v any) *decimal {
	text, ok := v.(json.Number)
	if !ok {
		return nil
	}
	d, end := readDecimal([]byte(text), 0)
	if end != len(text) || d.long {
		c.impossible = true
		return nil
	}
	return &d
}

// size returns a keyword's value that is a number of characters, items or members.
func (c *acceptorCompiler) size(r *rule, key string, otherwise int) int {
	text, ok := r.checked[key].(json.Number)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(text.String())
	if err != nil {
		c.impossible = true
	}
	return n
}
