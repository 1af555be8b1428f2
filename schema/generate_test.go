package schema_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

// A generator fills values of any type, within what the tags of their fields allow.
type generator struct {
	*rand.Rand
	filled map[string]int // how often a field of a struct type got something else than its zero value
}

func newGenerator(seed uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, 1)), map[string]int{}}
}

func (g *generator) value(t reflect.Type, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	g.fill(v, depth)
	return v
}

func (g *generator) fill(v reflect.Value, depth int) {
	if g.special(v, depth) {
		return
	}
	t := v.Type()
	if e, ok := v.Interface().(schema.Enum); ok && t.Kind() != reflect.Pointer {
		options := e.Enum()
		v.Set(reflect.ValueOf(options[g.IntN(len(options))]).Convert(t))
		return
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(g.integer() >> (64 - t.Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(uint64(g.integer()) >> (64 - t.Bits()))
	case reflect.Float32, reflect.Float64:
		floats := []float64{0, -0.5, 1e21, 1e-7, math.MaxFloat32, -math.SmallestNonzeroFloat32, g.NormFloat64(), float64(g.IntN(100))}
		v.SetFloat(floats[g.IntN(len(floats))])
	case reflect.String:
		v.SetString(g.text())
	case reflect.Pointer:
		if depth > 0 && g.IntN(4) > 0 {
			p := reflect.New(t.Elem())
			g.fill(p.Elem(), depth-1)
			v.Set(p)
		}
	case reflect.Slice:
		if depth > 0 && g.IntN(5) > 0 {
			n := g.IntN(3)
			v.Set(reflect.MakeSlice(t, n, n))
			for i := range n {
				g.fill(v.Index(i), depth-1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		if depth > 0 && g.IntN(5) > 0 {
			v.Set(reflect.MakeMap(t))
			for range g.IntN(3) {
				v.SetMapIndex(g.value(t.Key(), 1), g.value(t.Elem(), depth-1))
			}
		}
	case reflect.Struct:
		g.structure(v, depth)
	}
}

func (g *generator) structure(v reflect.Value, depth int) {
	t := v.Type()
	for i := range t.NumField() {
		sf, f := t.Field(i), v.Field(i)
		if !f.CanSet() {
			if !sf.Anonymous || f.Kind() != reflect.Struct {
				continue
			}
			// Exported fields of an unexported embedded struct can be set, one by one.
			for j := range f.NumField() {
				if f.Field(j).CanSet() {
					g.fill(f.Field(j), depth-1)
					g.note(f.Type(), f.Type().Field(j), f.Field(j))
				}
			}
			g.note(t, sf, f)
			continue
		}
		if f.Kind() == reflect.Chan {
			continue
		}
		if !g.withinTags(f, sf, depth) {
			g.fill(f, depth-1)
		}
		g.note(t, sf, f)
	}
}

func (g *generator) note(t reflect.Type, sf reflect.StructField, f reflect.Value) {
	if !f.IsZero() {
		g.filled[t.String()+"."+sf.Name]++
	}
}

func (g *generator) integer() int64 {
	all := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, int64(g.Uint64()), int64(g.Uint64())}
	return all[g.IntN(len(all))]
}

func (g *generator) text() string {
	all := []string{"", "a", "true", "12", `"`, "\\", "<&>", "\u2028", "日本", "\x00", "\xff", "a\nb", "null", strings.Repeat("z", 70), strconv.Itoa(g.IntN(1000))}
	return all[g.IntN(len(all))]
}

// withinTags fills the fields whose tags bound them.
func (g *generator) withinTags(f reflect.Value, sf reflect.StructField, depth int) bool {
	if sf.Tag.Get("enum") != "" {
		options := strings.Split(sf.Tag.Get("enum"), ",")
		one := func(v reflect.Value) {
			option := options[g.IntN(len(options))]
			if v.Kind() == reflect.String {
				v.SetString(option)
			} else if err := json.Unmarshal([]byte(option), v.Addr().Interface()); err != nil {
				panic(err)
			}
		}
		switch f.Kind() {
		case reflect.Pointer:
			if g.IntN(2) == 0 {
				f.Set(reflect.New(f.Type().Elem()))
				one(f.Elem())
			}
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 2, 2))
			one(f.Index(0))
			one(f.Index(1))
		default:
			one(f)
		}
		return true
	}
	b, ok := f.Addr().Interface(), true
	switch sf.Name + " " + sf.Type.String() {
	case "Min int":
		*b.(*int) = g.IntN(9) - 3
	case "Open float64":
		*b.(*float64) = 0.001 + g.Float64()*0.99
	case "Even uint8":
		*b.(*uint8) = uint8(2 * g.IntN(128))
	case "Name string":
		*b.(*string) = "abcd"[:2+g.IntN(3)]
	case "Mail *string":
		*b.(**string) = new("someone@example.org")
	case "Some []int":
		*b.(*[]int) = []int{1, 2, 3}[:1+g.IntN(3)]
	case "Map map[string]int":
		*b.(*map[string]int) = map[string]int{g.text(): 1}
	case "Must string":
		*b.(*string) = "must"
	default:
		ok = false
	}
	return ok
}

// special fills types whose values reflection cannot make well.
func (g *generator) special(v reflect.Value, depth int) bool {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(g.Int64N(1<<36), g.Int64N(1e9)).In(time.FixedZone("", 60*(g.IntN(1440)-720)))
	case *json.Number:
		*p = []json.Number{"", "0", "-1.50", "1e10", "123456789012345678901234567890", "1E+40"}[g.IntN(6)]
	case *json.RawMessage:
		*p = []json.RawMessage{nil, []byte("null"), []byte(`{"a":[1]}`), []byte("1")}[g.IntN(4)]
	case *big.Int:
		p.SetInt64(g.integer()).Mul(p, big.NewInt(g.integer()))
	case *big.Rat:
		p.SetFrac64(g.integer(), 7)
	case *big.Float:
		p.SetFloat64(g.NormFloat64())
	case *netip.Addr:
		*p = []netip.Addr{{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("fe80::1%eth0")}[g.IntN(3)]
	case *url.URL:
		*p = url.URL{Scheme: "http", Host: "example.org", Path: g.text()}
	case *events.Event:
		*p = events.Event{Name: g.text(), Version: 1}
	case *any:
		*p = []any{nil, 1, "x", []any{1.5, nil}, map[string]any{"a": true}, byValue{1}}[g.IntN(6)]
	case *fmt.Stringer:
		*p = []fmt.Stringer{nil, time.Second, netip.MustParseAddr("::1")}[g.IntN(3)]
	case *encoding.TextMarshaler:
		*p = []encoding.TextMarshaler{nil, wordByValue(g.IntN(9)), new(wordByPointer), &time.Time{}}[g.IntN(4)]
	case *shape:
		if depth > 0 && g.IntN(2) == 0 {
			p.any = g.value(reflect.TypeFor[group](), depth-1).Interface()
		} else {
			p.any = circle{"circle", g.Float64()}
		}
	case *byValue:
		p.n = g.IntN(9)
	case *described:
		p.n = g.IntN(1000)
	default:
		return false
	}
	return true
}
