//lint:file-ignore SA5008 what encoding/json makes of odd tags is the point
//lint:file-ignore U1000 fields that it leaves out belong to the test

package schema_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

type plainKinds struct {
	Bool      bool
	Int       int
	Int8      int8
	Int16     int16
	Int32     int32
	Int64     int64
	Uint      uint
	Uint8     uint8
	Uint16    uint16
	Uint32    uint32
	Uint64    uint64
	Uintptr   uintptr
	Float32   float32
	Float64   float64
	String    string
	Text      text
	Small     small
	Ratio     ratio
	Any       any
	Interface fmt.Stringer
	TextIface encoding.TextMarshaler
	Pointer   *int
	Pointers  **string
	Slice     []string
	Slices    [][]int
	Array     [2]bool
	Arrays    [2]struct{ A, B int }
	Octets    [3]byte
	Bytes     []byte
	Named     blob
	Hex       []octet
	Empty     struct{}
	Anonymous struct {
		A int    `json:"a"`
		B *[]int `json:"b,omitempty"`
	}
	unexported int
	Skipped    chan int        `json:"-"`
	Dash       int             `json:"-,"`
	Odd        int             `json:"a.b/c~d"`
	BadName    int             `json:"a'b"`
	OmitEmpty  int             `json:",omitempty"`
	OmitZero   time.Time       `json:"omitZero,omitzero"`
	OmitStruct struct{ A int } `json:"omitStruct,omitzero"`
}

type wellKnown struct {
	Time     time.Time
	PTime    *time.Time
	Duration time.Duration
	Raw      json.RawMessage
	PRaw     *json.RawMessage
	Number   json.Number
	PNumber  *json.Number
	Int      big.Int
	PInt     *big.Int
	Float    big.Float
	PFloat   *big.Float
	Rat      big.Rat
	PRat     *big.Rat
	Addr     netip.Addr
	PAddr    *netip.Addr
	URL      url.URL
	PURL     *url.URL
	UUID     uuid.UUID
	PUUID    *uuid.UUID
	Null     uuid.NullUUID
}

type marshalers struct {
	Value      byValue
	PValue     *byValue
	PPValue    **byValue
	Pointer    byPointer
	PPointer   *byPointer
	Values     []byValue
	Pointers   []byPointer
	Word       wordByValue
	PWord      *wordByValue
	WordP      wordByPointer
	PWordP     *wordByPointer
	Read       onlyRead
	PRead      *onlyRead
	ReadText   onlyReadText
	PReadText  *onlyReadText
	Number     number
	Described  described
	PDescribed *described
	Level      level
	PLevel     *level
	Levels     []level
	Grade      grade
	Shape      shape
	PShape     *shape
	Shapes     []shape
}

type mappings struct {
	Strings map[string]int
	Named   map[text]string
	Ints    map[int]bool
	Small   map[small]int
	Uints   map[uint16]string
	Words   map[wordByValue]int
	WordPs  map[wordByPointer]int
	Addrs   map[netip.Addr]int
	Any     map[string]any
	Nested  map[string]map[int][]string
	Structs map[string]struct{ A int }
}

// stress has every feature.
type stress struct {
	Plain      plainKinds
	Known      wellKnown
	Quoted     quotedFields
	Marshalers marshalers
	Maps       mappings
	Bounded    bounded
	Outer      Outer
	Diamond    Diamond
	WithTime   WithTime
	Named      Named
	Node       node
	Mutual     mutualA
	List       list
	Tree       tree
	Strings    page[string]
	Nodes      page[node]
	Pages      page[page[level]]
	Mine       Event
	Theirs     envelope
	PQuoted    *quotedFields
	PBounded   *bounded
	Twice      described
}

// envelope holds a type named Event as well, from another package.
type envelope struct{ Inner *events.Event }

var stressTypes = []reflect.Type{
	reflect.TypeFor[stress](), reflect.TypeFor[*stress](), reflect.TypeFor[[]stress](), reflect.TypeFor[plainKinds](),
	reflect.TypeFor[wellKnown](), reflect.TypeFor[quotedFields](), reflect.TypeFor[marshalers](), reflect.TypeFor[*marshalers](),
	reflect.TypeFor[mappings](), reflect.TypeFor[bounded](), reflect.TypeFor[*bounded](), reflect.TypeFor[Outer](),
	reflect.TypeFor[Diamond](), reflect.TypeFor[Named](), reflect.TypeFor[node](), reflect.TypeFor[*node](),
	reflect.TypeFor[mutualA](), reflect.TypeFor[list](), reflect.TypeFor[tree](), reflect.TypeFor[page[node]](),
	reflect.TypeFor[shape](), reflect.TypeFor[described](), reflect.TypeFor[level](), reflect.TypeFor[int8](),
	reflect.TypeFor[any](), reflect.TypeFor[struct{}](), reflect.TypeFor[map[int]time.Time](), reflect.TypeFor[[][]byte](),
	reflect.TypeFor[*big.Int](), reflect.TypeFor[time.Time](), reflect.TypeFor[json.RawMessage](), reflect.TypeFor[WithTime](),
	reflect.TypeFor[[3]*node](), reflect.TypeFor[*string](),
}

var (
	_ schema.Enum      = level("")
	_ schema.OneOf     = shape{}
	_ schema.Described = described{}
)
