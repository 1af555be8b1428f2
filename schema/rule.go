package schema

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"

	"github.com/xeipuuv/gojsonschema"
)

// A rule is a compiled schema. The engine checks what a schema says of a value
// itself; which schemas apply to which values within it is decided here. So the
// engine never follows a reference, and stops at the first 100 violations.
type rule struct {
	at         string
	never      bool                 // the schema false
	to         *rule                // what $ref leads to
	back       bool                 // $ref leads to a schema around it
	types      []string             // the keyword type; nil allows all
	engine     *gojsonschema.Schema // the keywords about the value itself
	checked    map[string]any       // those keywords
	quick      []assertion          // the same, without words
	enum       []string             // canonical texts
	enumText   string
	constant   string
	constText  string
	all        []*rule
	any        []*rule
	one        []*rule
	not        *rule
	condition  *rule
	then       *rule
	otherwise  *rule
	items      *rule
	tuple      []*rule
	rest       *rule // additionalItems
	contains   *rule
	unique     bool
	properties map[string]*rule
	patterns   []patternRule
	additional *rule
	names      *rule
	needs      map[string][]string // dependencies on members
	requires   map[string]*rule    // dependencies on schemas
	building   bool
	settled    bool
}

type patternRule struct {
	pattern *regexp.Regexp
	*rule
}

type compiler struct {
	library
	rules map[uintptr]*rule // by the map that is the schema
}

func newCompiler() *compiler { return &compiler{library{}, map[uintptr]*rule{}} }

func (c *compiler) compile(document any, d gojsonschema.Draft) (*rule, error) {
	if err := c.add(here.String(), document, d); err != nil {
		return nil, err
	}
	root, err := c.rule(place{value: document, base: here, draft: d})
	if err != nil {
		return nil, err
	}
	for _, r := range append(slices.Collect(maps.Values(c.rules)), root) {
		if err := r.settle(nil); err != nil {
			return nil, err
		}
	}
	return root, nil
}

func (c *compiler) rule(p place) (*rule, error) {
	if b, ok := p.value.(bool); ok {
		return &rule{at: p.at, never: !b, settled: true}, nil
	}
	object, ok := p.value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("schema: at %q: expected a schema, got %s", p.at, describe(p.value))
	}
	identity := reflect.ValueOf(object).Pointer()
	if r, ok := c.rules[identity]; ok {
		return r, nil
	}
	r := &rule{at: p.at, building: true}
	c.rules[identity] = r
	defer func() { r.building = false }()
	p, _ = p.enter()
	if ref, ok := object["$ref"].(string); ok {
		target, err := c.find(p, ref)
		if err != nil {
			return nil, err
		}
		r.to, err = c.rule(target)
		if err != nil {
			return nil, err
		}
		r.back = r.to.building
		return r, nil
	}
	b := builder{compiler: c, p: p, object: object}
	b.own(r)
	b.combinations(r)
	b.arrays(r)
	b.objects(r)
	return r, b.err
}

// A builder makes the parts of one rule; err is the first failure.
type builder struct {
	*compiler
	p      place
	object map[string]any
	err    error
}

func (b *builder) fail(key, format string, args ...any) {
	b.err = cmp.Or(b.err, fmt.Errorf("schema: at %q: %s", b.p.child(nil, key).at, fmt.Sprintf(format, args...)))
}

// own compiles what the engine checks, and enum and const, whose numbers the
// engine rounds.
func (b *builder) own(r *rule) {
	checked := map[string]any{}
	r.checked = checked
	for _, key := range assertions {
		if value, ok := b.object[key]; ok {
			checked[key] = value
		}
	}
	if list, ok := b.object["enum"].([]any); ok {
		for _, v := range list {
			r.enum = append(r.enum, canonical(v))
		}
		r.enumText = choices(list)
	}
	if v, ok := b.object["const"]; ok && b.p.draft >= gojsonschema.Draft6 {
		r.constant, r.constText = canonical(v), choices([]any{v})
	}
	if len(checked) == 0 {
		return
	}
	if t, ok := checked["type"]; ok {
		r.types = typeSet(checked)
		slices.Sort(r.types)
		if !contains(append(slices.Clone(allTypes), "integer"), r.types) {
			b.fail("type", "no such type: %s", excerpt(text(t)))
			return
		}
	}
	loader := gojsonschema.NewSchemaLoader()
	loader.Draft, loader.AutoDetect = b.p.draft, false
	var err error
	if r.engine, err = loader.Compile(source{checked}); err != nil {
		b.err = cmp.Or(b.err, fmt.Errorf("schema: at %q: %s", b.p.at, excerpt(err.Error())))
		return
	}
	r.quick = quickly(checked)
}

func (b *builder) combinations(r *rule) {
	r.all, r.any, r.one = b.list("allOf"), b.list("anyOf"), b.list("oneOf")
	r.not = b.one("not")
	if b.p.draft >= gojsonschema.Draft7 {
		r.condition, r.then, r.otherwise = b.one("if"), b.one("then"), b.one("else")
	}
}

func (b *builder) arrays(r *rule) {
	r.unique = b.object["uniqueItems"] == true
	if _, isTuple := b.object["items"].([]any); isTuple {
		r.tuple, r.rest = b.list("items"), b.one("additionalItems")
	} else {
		r.items = b.one("items")
	}
	if b.p.draft >= gojsonschema.Draft6 {
		r.contains = b.one("contains")
	}
}

func (b *builder) objects(r *rule) {
	r.properties, r.additional = b.named("properties"), b.one("additionalProperties")
	patterns := b.named("patternProperties")
	for _, text := range slices.Sorted(maps.Keys(patterns)) {
		pattern, err := regexp.Compile(text)
		if err != nil {
			b.fail("patternProperties", "%s is no regular expression: %v", excerpt(text), err)
			return
		}
		r.patterns = append(r.patterns, patternRule{pattern, patterns[text]})
	}
	if b.p.draft >= gojsonschema.Draft6 {
		r.names = b.one("propertyNames")
	}
	dependencies, _ := b.object["dependencies"].(map[string]any)
	schemas := map[string]any{}
	r.needs = map[string][]string{}
	for name, value := range dependencies {
		list, ok := value.([]any)
		if !ok {
			schemas[name] = value
			continue
		}
		for _, member := range list {
			r.needs[name] = append(r.needs[name], fmt.Sprint(member))
		}
	}
	r.requires = b.schemas("dependencies", schemas)
}

func (b *builder) one(key string) *rule {
	value, ok := b.object[key]
	if !ok || b.err != nil {
		return nil
	}
	var r *rule
	r, b.err = b.rule(b.p.child(value, key))
	return r
}

func (b *builder) list(key string) (rules []*rule) {
	value, given := b.object[key]
	list, ok := value.([]any)
	if given && !ok {
		b.fail(key, "expected a list of schemas, got %s", describe(value))
	}
	for i, schema := range list {
		if b.err != nil {
			return nil
		}
		var r *rule
		r, b.err = b.rule(b.p.child(list, key).child(schema, strconv.Itoa(i)))
		rules = append(rules, r)
	}
	return rules
}

func (b *builder) named(key string) map[string]*rule {
	value, given := b.object[key]
	members, ok := value.(map[string]any)
	if given && !ok {
		b.fail(key, "expected an object of schemas, got %s", describe(value))
	}
	return b.schemas(key, members)
}

func (b *builder) schemas(key string, members map[string]any) map[string]*rule {
	rules := map[string]*rule{}
	for name, schema := range members {
		if b.err != nil {
			return nil
		}
		rules[name], b.err = b.rule(b.p.child(members, key).child(schema, name))
	}
	return rules
}

// settle fails if the rule, to be applied to a value, has to be applied to it.
func (r *rule) settle(way []*rule) error {
	if r == nil || r.settled {
		return nil
	}
	if slices.Contains(way, r) {
		return fmt.Errorf("schema: at %q: $ref leads back to itself", r.at)
	}
	way = append(way, r)
	same := append(slices.Concat(r.all, r.any, r.one), r.to, r.not, r.condition, r.then, r.otherwise)
	for _, next := range append(same, slices.Collect(maps.Values(r.requires))...) {
		if err := next.settle(way); err != nil {
			return err
		}
	}
	r.settled = true
	return nil
}
