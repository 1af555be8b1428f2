//lint:file-ignore SA5008 what encoding/json makes of odd tags is the point
//lint:file-ignore U1000 fields that it leaves out belong to the test

package schema_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// The types of this file are what the property test draws values of.

type (
	text        string
	blob        []byte
	small       int8
	ratio       float32
	list        []list
	tree        map[string]tree
	page[T any] struct {
		Items []T `json:"items" minItems:"0"`
		Next  *T  `json:"next,omitempty"`
	}
	node struct {
		Value    int              `json:"value"`
		Left     *node            `json:"left"`
		Children []node           `json:"children,omitempty"`
		ByName   map[string]*node `json:"byName"`
	}
	mutualA struct{ B *mutualB }
	mutualB struct{ As []mutualA }
	// Event has the name of another type, in another package.
	Event struct{ Only string }
)

type level string

func (level) Enum() []any { return []any{"low", "high"} }

type grade int

func (grade) Enum() []any { return []any{1, 2, 5} }

type circle struct {
	Kind   kindCircle `json:"kind"`
	Radius float64    `json:"radius"`
}
type group struct {
	Kind   kindGroup `json:"kind"`
	Shapes []shape   `json:"shapes"`
}
type kindCircle string
type kindGroup string

func (kindCircle) Enum() []any { return []any{"circle"} }
func (kindGroup) Enum() []any  { return []any{"group"} }

// shape is a circle or a group of shapes.
type shape struct{ any }

func (shape) OneOf() []any                   { return []any{circle{}, group{}} }
func (s shape) MarshalJSON() ([]byte, error) { return json.Marshal(s.any) }

// described refers to a definition of its own.
type described struct{ n int }

func (described) JSONSchema() json.RawMessage {
	return json.RawMessage(`{"$ref":"#/definitions/n","definitions":{"n":{"type":"integer","minimum":0}}}`)
}
func (d described) MarshalJSON() ([]byte, error) { return []byte(strconv.Itoa(d.n)), nil }

type byValue struct{ n int }

func (v byValue) MarshalJSON() ([]byte, error) {
	return []byte(`["by value",` + strconv.Itoa(v.n) + `]`), nil
}

type byPointer struct{ N int }

func (v *byPointer) MarshalJSON() ([]byte, error) { return []byte(`"by pointer"`), nil }

type wordByValue int

func (v wordByValue) MarshalText() ([]byte, error) { return []byte("w" + strconv.Itoa(int(v))), nil }

type wordByPointer int

func (v *wordByPointer) MarshalText() ([]byte, error) { return []byte("p"), nil }

type number int

func (v number) MarshalJSON() ([]byte, error) {
	return []byte(`{"n":` + strconv.Itoa(int(v)) + `}`), nil
}

type onlyRead struct{ N int }

func (*onlyRead) UnmarshalJSON([]byte) error { return nil }

type onlyReadText int

func (*onlyReadText) UnmarshalText([]byte) error { return nil }

type octet uint8

func (o octet) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", byte(o)), nil }

type embedded struct {
	Shared   string `json:"shared"`
	Deep     int
	Conflict string `json:"conflict"`
	Hidden   bool   `json:"hidden"`
}
type other struct {
	Conflict string `json:"conflict"`
	Won      string
	Deep     float64 `json:"otherDeep"`
}
type tagged struct {
	Inner string `json:"Won"`
}
type Outer struct {
	embedded
	*other
	tagged
	Hidden string `json:"hidden"`
}
type Left struct{ Twice }
type Right struct{ Twice }
type Twice struct{ Same, Lost int }
type Diamond struct {
	Left
	*Right
	Extra string
}
type WithTime struct {
	time.Time
	Ignored int
}
type Named struct {
	Outer `json:"outer"`
	*node `json:"node,omitempty"`
	text
	Text
}
type Text string

type quotedFields struct {
	Bool     bool          `json:"bool,string"`
	Int      int           `json:"int,string"`
	Uint     uint16        `json:"uint,string"`
	Float    float64       `json:"float,string"`
	Single   float32       `json:"single,string"`
	String   string        `json:"string,string"`
	Choice   string        `json:"choice,string" enum:"a,b"`
	Digit    int           `json:"digit,string" enum:"1,2"`
	Number   json.Number   `json:"number,string"`
	Pointer  *int          `json:"pointer,string"`
	PNumber  *json.Number  `json:"pNumber,string"`
	PString  *string       `json:"pString,string,omitempty"`
	Pointers **int         `json:"pointers,string"`
	Slice    []int         `json:"slice,string"`
	Time     time.Time     `json:"time,string"`
	Duration time.Duration `json:"duration,string"`
	Number2  number        `json:"number2,string"`
	Word     wordByValue   `json:"word,string"`
	PWord    *wordByValue  `json:"pWord,string"`
	WordP    wordByPointer `json:"wordP,string"`
	Read     onlyReadText  `json:"read,string"`
	Level    level         `json:"level,string"`
	Grade    grade         `json:"grade,string"`
	PGrade   *grade        `json:"pGrade,string"`
	Shape    shape         `json:"shape,string"`
	Own      described     `json:"own,string"`
}

type bounded struct {
	Min   int            `json:"min" minimum:"-3" maximum:"5"`
	Open  float64        `json:"open" exclusiveMinimum:"0" exclusiveMaximum:"1"`
	Even  uint8          `json:"even" multipleOf:"2"`
	Name  string         `json:"name" minLength:"2" maxLength:"4" pattern:"^[a-z]+$"`
	Mail  *string        `json:"mail" format:"email"`
	Some  []int          `json:"some" minItems:"1" maxItems:"3" uniqueItems:"true"`
	Map   map[string]int `json:"map" minProperties:"1" maxProperties:"2"`
	Size  string         `json:"size" enum:"S,M,L"`
	Sizes []string       `json:"sizes" enum:"S,M,L"`
	Rank  *int           `json:"rank" enum:"1,2,3"`
	Must  string         `json:"must,omitempty" required:"true" minLength:"1"`
	May   string         `json:"may" required:"false"`
	Level level          `json:"level" description:"how much"`
	Best  *node          `json:"best" description:"the best one"`
}
