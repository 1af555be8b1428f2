package schema_test

import (
	"encoding/json"
	"fmt"

	"github.com/evoke-rpc/evoke/schema"
)

type Order struct {
	Article string  `json:"article" description:"the article's number" pattern:"^[0-9]+$"`
	Count   int     `json:"count" minimum:"1"`
	Note    *string `json:"note"`
}

func ExampleFor() {
	raw, err := schema.For[Order]()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(raw))
	// Output:
	// {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"article":{"description":"the article's number","type":"string","pattern":"^[0-9]+$"},"count":{"type":"integer","minimum":1},"note":{"type":["string","null"]}},"required":["article","count"]}
}

func ExampleSchema_Validate() {
	raw, err := schema.For[Order]()
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := schema.Compile(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range s.Validate([]byte(`{"article": "A7", "count": 0}`)) {
		fmt.Printf("%s: %s: expected %s, got %s\n", v.Path, v.Keyword, v.Expected, v.Got)
	}
	// Output:
	// /article: pattern: expected ^[0-9]+$, got "A7"
	// /count: minimum: expected at least 1, got 0
}

func ExampleCompare() {
	old := json.RawMessage(`{"type": "object", "properties": {"a": {"type": "integer"}}}`)
	next := json.RawMessage(`{"type": "object", "properties": {"a": {"type": "number"}, "b": {}}, "required": ["b"]}`)
	changes, err := schema.Compare(old, next, schema.Request)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range changes {
		fmt.Println(c.Path, c.Keyword, "breaking:", c.Breaking)
	}
	// Output:
	// /a type breaking: false
	// /b added breaking: true
}

func ExampleEnvelope() {
	s, err := schema.Compile(schema.Envelope())
	if err != nil {
		fmt.Println(err)
		return
	}
	event := `{"name": "shop:order:create", "version": 0, "id": "1", "flowId": "1", "payload": {}, "identity": {}, "auth": {}, "metadata": {}}`
	fmt.Println(s.Validate([]byte(event)))
	// Output: ["/version": minimum: expected at least 1, got 0]
}
