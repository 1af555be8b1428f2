package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// Record returns c with what it must be to accept answer, an event that passed
// [CheckAnswer] and came between began and ended. Placeholders of c stay where they
// fit. What no second answer would repeat becomes a placeholder: an id and a flowId
// that were not sent, any other UUID that was not, and the time of the exchange. The
// error says why no case accepts the answer, as one with a member that is there twice.
func (c Case) Record(answer []byte, began, ended time.Time) (Case, error) {
	var old any
	if !c.open && !c.exact {
		old, _ = read(c.want) // parsed before; nil without an expectation
	}
	r := &recorder{c: c, began: began.Add(-time.Second), ended: ended.Add(time.Second), ids: map[string]string{}}
	c.open, c.recorded = false, true
	if c.exact || len(answer) == 0 {
		c.want = bytes.Clone(answer)
	} else {
		c.want = layout(r.value("", old, answer))
	}
	return c, c.Check(answer)
}

// Rewrite returns the text of a script with what its cases expect, where that was
// recorded.
func Rewrite(text string, cases []Case) (string, error) {
	lines := strings.Split(text, "\n")
	for _, c := range slices.Backward(cases) {
		if c.recorded {
			lines = slices.Replace(lines, c.Line-1, c.next-1, c.rewrite(lines[c.Line-1:c.next-1])...)
		}
	}
	rewritten := strings.Join(lines, "\n")
	again, err := Draft("", rewritten)
	for i, c := range cases {
		if err != nil || i >= len(again) || !bytes.Equal(again[i].want, c.want) {
			return "", fmt.Errorf("%s:%d: the answer cannot be written in a script, where it would read otherwise:\n%s", c.File, c.Line, c.want)
		}
	}
	return rewritten, nil
}

// rewrite replaces the expectation in the lines of the case.
func (c Case) rewrite(lines []string) []string {
	arrow := "<--"
	if c.exact {
		arrow = "<=="
	}
	var answer []string
	for line := range strings.SplitSeq(string(c.want), "\n") {
		answer = append(answer, strings.TrimRight(arrow+" "+line, " "))
	}
	isAnswer := func(line string) bool { return strings.HasPrefix(line, "<--") || strings.HasPrefix(line, "<==") }
	at := slices.IndexFunc(lines, isAnswer)
	if at < 0 {
		at = len(lines)
	}
	rest := slices.DeleteFunc(slices.Clone(lines[at:]), isAnswer)
	return slices.Concat(lines[:at], answer, rest)
}

// A recorder puts placeholders in an answer.
type recorder struct {
	c            Case
	began, ended time.Time
	ids          map[string]string // placeholders by what they stand for
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// value returns raw with placeholders; old is what was expected in its place.
func (r *recorder) value(path string, old any, raw []byte) []byte {
	if placeholder, ok := old.(string); ok && strings.HasPrefix(placeholder, "$") {
		if got, err := read(raw); err == nil && stands(placeholder, got) {
			return scan.AppendQuoted(nil, placeholder)
		}
	}
	switch scan.Kind(raw) {
	case "object":
		return r.object(path, old, raw)
	case "array":
		return r.array(path, old, raw)
	case "string":
		return r.text(path, raw)
	}
	return raw
}

func (r *recorder) object(path string, old any, raw []byte) []byte {
	before, _ := old.(map[string]any)
	var members [][]byte
	for w := scan.Walk(raw, 0, len(raw)); w.Next(); {
		key, _ := scan.Unquote(w.Key())
		value := r.value(path+"/"+scan.PointerToken(key), before[key], w.Value())
		members = append(members, slices.Concat(w.Key(), []byte(":"), value))
	}
	return slices.Concat([]byte("{"), bytes.Join(members, []byte(",")), []byte("}"))
}

func (r *recorder) array(path string, old any, raw []byte) []byte {
	before, _ := old.([]any)
	var elements [][]byte
	for w := scan.Walk(raw, 0, len(raw)); w.Next(); {
		var element any
		if i := len(elements); i < len(before) {
			element = before[i]
		}
		elements = append(elements, r.value(fmt.Sprintf("%s/%d", path, len(elements)), element, w.Value()))
	}
	return slices.Concat([]byte("["), bytes.Join(elements, []byte(",")), []byte("]"))
}

func (r *recorder) text(path string, raw []byte) []byte {
	s, whole := scan.Unquote(raw)
	moment, err := time.Parse(time.RFC3339, s)
	switch {
	case !whole:
		return raw
	case path == "/id" || path == "/flowId" || uuid.MatchString(s):
		if !bytes.Contains(r.c.Sent, raw) {
			return scan.AppendQuoted(nil, r.id(s))
		}
	case err == nil && !moment.Before(r.began) && !moment.After(r.ended):
		return []byte(`"$time"`)
	case strings.HasPrefix(s, "$"):
		return scan.AppendQuoted(nil, "$"+s)
	}
	return raw
}

// id returns the placeholder for a fresh id.
func (r *recorder) id(s string) string {
	for n := 1; r.ids[s] == ""; n++ {
		name := fmt.Sprintf("$id:%d", n)
		taken := bytes.Contains(r.c.want, []byte(`"`+name+`"`))
		for _, other := range r.ids {
			taken = taken || other == name
		}
		if !taken {
			r.ids[s] = name
		}
	}
	return r.ids[s]
}

// layout writes an event in three lines, a long payload in more.
func layout(event []byte) []byte {
	const long = 100
	var b bytes.Buffer
	for w := scan.Walk(event, 0, len(event)); w.Next(); {
		separator := ","
		switch {
		case b.Len() == 0:
			separator = "{"
		case scan.Is(w.Key(), "payload"), scan.Is(w.Key(), "identity"):
			separator = ",\n "
		}
		fmt.Fprintf(&b, "%s%s:", separator, w.Key())
		if len(w.Value()) > long {
			_ = json.Indent(&b, w.Value(), " ", "  ") // JSON, as it was walked through
		} else {
			b.Write(w.Value())
		}
	}
	return append(b.Bytes(), '}')
}
