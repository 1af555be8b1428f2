package wiretest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	order   = []string{"name", "version", "id", "flowId", "payload", "identity", "auth", "metadata"}
	version = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)
	code    = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// CheckAnswer reports where the bytes of an answer break the rules that hold for
// each one: UTF-8, the eight fields and no others in their order, ids that are
// not empty, nothing in identity and auth, and the payload of an error or a
// redirect. It is written over encoding/json, independent of what it checks.
func CheckAnswer(answer []byte) error {
	if !utf8.Valid(answer) {
		return errors.New("the answer is not UTF-8")
	}
	names, fields, err := members(answer)
	if err != nil {
		return err
	}
	if !slices.Equal(names, order) {
		return fmt.Errorf("the answer has the fields %q, in this order; want %q", names, order)
	}
	for _, field := range []string{"name", "id", "flowId"} {
		if kindOf(fields[field]) != '"' || len(fields[field]) == len(`""`) {
			return fmt.Errorf("%s is %s, want a string that is not empty", field, fields[field])
		}
	}
	for _, field := range []string{"identity", "auth"} {
		if string(fields[field]) != "{}" {
			return fmt.Errorf("%s is %s, want {}", field, fields[field])
		}
	}
	switch {
	case !version.Match(fields["version"]):
		return fmt.Errorf("version is %s, want an integer above 0", fields["version"])
	case kindOf(fields["metadata"]) != '{':
		return fmt.Errorf("metadata is %s, want an object", fields["metadata"])
	case kindOf(fields["payload"]) == 'n':
		return errors.New("payload is null")
	}
	name := strings.Trim(string(fields["name"]), `"`)
	outcome := name[strings.LastIndexByte(name, ':')+1:]
	switch outcome {
	case "response":
		return nil
	case "redirect":
		return checkMembers(fields["payload"], map[string]byte{"url": '"', "queryParameters": '{'})
	}
	if outcome == name && string(fields["version"]) != "1" {
		return fmt.Errorf("the bare name %s has version %s, want 1", name, fields["version"])
	}
	if err := checkMembers(fields["payload"], map[string]byte{"code": '"', "message": '"', "parameters": '{'}); err != nil {
		return err
	}
	_, payload, err := members(fields["payload"])
	if !code.Match(bytes.Trim(payload["code"], `"`)) {
		err = fmt.Errorf("the code is %s, want UPPER_SNAKE", payload["code"])
	}
	return err
}

// members returns the members of an object and their names in order.
func members(object []byte) (names []string, values map[string]json.RawMessage, err error) {
	values = map[string]json.RawMessage{}
	if err := json.Unmarshal(object, &values); err != nil {
		return nil, nil, fmt.Errorf("not an object: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(object))
	_, err = d.Token()
	for err == nil && d.More() {
		key, _ := d.Token() // the text was found to be JSON above
		names = append(names, fmt.Sprint(key))
		err = d.Decode(new(json.RawMessage))
	}
	return names, values, err
}

// checkMembers checks that the members of want are there, each with a value that
// begins with this byte.
func checkMembers(object []byte, want map[string]byte) error {
	_, values, err := members(object)
	if err != nil {
		return fmt.Errorf("the payload is %w", err)
	}
	for key, first := range want {
		if kindOf(values[key]) != first {
			return fmt.Errorf("the payload's %s is %q", key, values[key])
		}
	}
	return nil
}

// kindOf is the first byte of a value, 0 without one.
func kindOf(raw []byte) byte {
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}
