package wiretest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/wiretest"
)

// noon is when the exchanges of the tests take place.
var noon = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

// record runs the only case of a script, answered by this payload, and returns the
// script that it becomes.
func record(t testing.TB, script, payload string) (rewritten string, answer []byte, err error) {
	t.Helper()
	cases, err := wiretest.Draft("f", script)
	require.NoError(t, err)
	require.Len(t, cases, 1)
	answer = events.Event{Name: "a:b:c:response", Version: 1, ID: "i", FlowID: "f", Payload: []byte(payload)}.Append(nil)
	require.Error(t, cases[0].Check(answer), "there is nothing to record")
	cases[0], err = cases[0].Record(answer, noon, noon.Add(time.Second))
	require.NoError(t, err)
	rewritten, err = wiretest.Rewrite(script, cases)
	return rewritten, answer, err
}

func TestADraftMayLackWhatItExpects(t *testing.T) {
	cases, err := wiretest.Draft("f", "--> 1\n\n--> 2\n<-- 2")
	require.NoError(t, err)
	require.ErrorContains(t, cases[0].Check([]byte("1")), "the case expects nothing: it has no <-- and no <==\ngot:  1")
	require.NoError(t, cases[1].Check([]byte("2")))
	_, err = wiretest.Draft("f", "<-- 1")
	require.ErrorContains(t, err, "f:2: the case sends nothing")
}

func TestARecordedAnswerHoldsPlaceholdersForWhatIsNotRepeated(t *testing.T) {
	const sent = `--> {"id":"i","flowId":"f","payload":"11111111-1111-4111-8111-111111111111"}`
	for _, test := range []struct{ want, payload, recorded string }{
		{"", `"text"`, `"text"`},
		{"", `"11111111-1111-4111-8111-111111111111"`, `"11111111-1111-4111-8111-111111111111"`},
		{"", `["22222222-2222-4222-8222-222222222222","33333333-3333-4333-8333-333333333333","22222222-2222-4222-8222-222222222222"]`, `["$id:1","$id:2","$id:1"]`},
		{"", `"2024-02-29T12:00:00.5Z"`, `"$time"`},
		{"", `"2024-02-29T13:00:01+01:00"`, `"$time"`},
		{"", `"2024-02-29T12:00:03Z"`, `"2024-02-29T12:00:03Z"`},
		{"", `"2024-02-29T11:59:58Z"`, `"2024-02-29T11:59:58Z"`},
		{"", `["$5","$any","$$"]`, `["$$5","$$any","$$$"]`},
		{"", `"\ud800"`, `"\ud800"`},
		{"", `{"a":1.50,"b":[],"c":{}}`, `{"a":1.50,"b":[],"c":{}}`},
		{`"$any"`, `5`, `"$any"`},
		{`{"a":"$text","b":"$number"}`, `{"a":"x","b":5,"c":6}`, `{"a":"$text","b":"$number","c":6}`},
		{`{"a":"$text","b":"$number"}`, `{"a":5,"b":"x"}`, `{"a":5,"b":"x"}`},
		{`["$id:1"]`, `["x","22222222-2222-4222-8222-222222222222"]`, `["$id:1","$id:2"]`},
		{`"$$x"`, `"$y"`, `"$$y"`},
	} {
		script := sent
		if test.want != "" {
			script += "\n" + `<-- {"name":"changed","payload":` + test.want + `}`
		}
		rewritten, answer, err := record(t, script, test.payload)
		require.NoError(t, err)
		require.Equal(t, sent+"\n"+`<-- {"name":"a:b:c:response","version":1,"id":"i","flowId":"f",`+"\n"+
			`<--  "payload":`+test.recorded+",\n"+`<--  "identity":{},"auth":{},"metadata":{}}`, rewritten)
		cases, err := wiretest.Parse("f", rewritten)
		require.NoError(t, err)
		require.NoError(t, cases[0].Check(answer))
	}
}

func TestAnAnswerThatWouldReadOtherwiseIsNotWritten(t *testing.T) {
	_, _, err := record(t, "--> 1", `["a $(",")"]`)
	require.ErrorContains(t, err, "f:1: the answer cannot be written in a script, where it would read otherwise:\n")
}

func TestAnAnswerWithAMemberTwiceIsNotRecorded(t *testing.T) {
	cases, err := wiretest.Draft("f", "--> 1")
	require.NoError(t, err)
	_, err = cases[0].Record([]byte(`{"name":"a","payload":{"x":1,"x":2}}`), noon, noon)
	require.ErrorContains(t, err, `the member "x" is there twice`)
}

func TestPlaceholdersStandForValues(t *testing.T) {
	for _, test := range []struct {
		placeholder string
		fits, not   []string
	}{
		{"$any", []string{`1`, `null`, `{}`}, nil},
		{"$text", []string{`"x"`}, []string{`""`, `1`, `null`}},
		{"$id", []string{`"x"`}, []string{`""`, `1`}},
		{"$id:x", []string{`"x"`}, []string{`""`, `[]`}},
		{"$number", []string{`1`, `-1.5e3`}, []string{`"1"`, `null`}},
		{"$time", []string{`"2024-02-29T12:00:00Z"`, `"2024-02-29T12:00:00.123+01:00"`}, []string{`"2024-02-29"`, `"x"`, `1`}},
		{"$$5", []string{`"$5"`}, []string{`"$$5"`, `"5"`, `5`}},
	} {
		cases, err := wiretest.Parse("f", "--> 1\n<-- "+`"`+test.placeholder+`"`)
		require.NoError(t, err)
		for _, value := range test.fits {
			require.NoError(t, cases[0].Check([]byte(value)), test.placeholder)
		}
		for _, value := range test.not {
			require.Error(t, cases[0].Check([]byte(value)), "%s for %s", test.placeholder, value)
		}
	}
}

func FuzzARecordedAnswerIsAccepted(f *testing.F) {
	f.Add(`{"a":1}`, `["$id:1","2024-02-29T12:00:00Z"]`)
	f.Add(`"$any"`, `{"a":"22222222-2222-4222-8222-222222222222","b":"$("}`)
	f.Add(`["$id:1","$text"]`, `["$x",{"a":"`+strings.Repeat("long ", 40)+`"}]`)
	f.Fuzz(func(t *testing.T, want, payload string) {
		script := "--> 1\n<-- " + `{"name":"changed","payload":` + want + "}"
		cases, err := wiretest.Draft("f", script)
		if err != nil || len(cases) != 1 {
			t.Skip("no script of one case")
		}
		answer := events.Event{Name: "a:b:c:response", Version: 1, ID: "i", FlowID: "f", Payload: []byte(payload)}.Append(nil)
		if _, err := (events.Decoder{Response: true}).Decode(answer); err != nil || wiretest.CheckAnswer(answer) != nil {
			t.Skip("no answer")
		}
		if cases[0], err = cases[0].Record(answer, noon, noon); err != nil {
			return
		}
		rewritten, err := wiretest.Rewrite(script, cases)
		if err != nil {
			return
		}
		cases, err = wiretest.Parse("f", rewritten)
		require.NoError(t, err, rewritten)
		require.NoError(t, cases[0].Check(answer), rewritten)
	})
}
