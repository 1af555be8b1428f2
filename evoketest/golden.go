package evoketest

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/evoke-rpc/evoke/internal/wiretest"
)

// updateVariable makes Golden record.
const updateVariable = "EVOKE_UPDATE"

// Golden sends what the scripts whose paths match pattern say to h, a mux or any
// router before one, case by case in the order of the files, and fails t where
// something else comes back:
//
//	// What is not there cannot be reserved.
//	--> {"name":"stock:item:reserve","version":1,"id":"i-1","flowId":"f-1","payload":{"item":"jug","count":1}}
//	<-- {"name":"stock:item:reserve:notFound","version":1,"id":"i-1","flowId":"f-1",
//	<--  "payload":{"code":"NO_SUCH_ITEM","message":"$text","parameters":{"item":"jug"}},
//	<--  "identity":{},"auth":{},"metadata":{}}
//
// Cases are blocks of lines between empty ones. The lines behind <-- are compared
// as JSON, those behind <== byte by byte. A string that begins with $ stands for
// what is not known in advance: "$any" for any value, "$text" for a string that is
// not empty, "$id" for an id, "$id:x" for the same id wherever it stands in the
// case, "$time" for a time by RFC 3339, "$number" for a number; "$$" begins a string
// that begins with $. A line as PUT /events/x, "> Header: value", "< 415" or
// "< Header: value" says what is not as usual of HTTP.
//
// With the environment variable EVOKE_UPDATE=1 the scripts are rewritten instead: a
// case without an answer gets one, and one whose answer differs gets the new one.
// What stands for other values is kept where it still fits, and what no second run
// would repeat becomes such: fresh ids, UUIDs that were not sent, the present time.
// Look at the difference before you commit it.
func Golden(t TB, h http.Handler, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		fail(t, "no script matches %s", pattern)
	}
	client := serve(t, h)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			fail(t, "%v", err)
		}
		s := &script{t: t, client: client, file: file, text: string(text), update: os.Getenv(updateVariable) == "1"}
		s.run()
	}
}

// A script is one file that is run, and rewritten if update is set.
type script struct {
	t          TB
	client     *http.Client
	file, text string
	update     bool
}

func (s *script) run() {
	s.t.Helper()
	cases, err := wiretest.Draft(s.file, s.text)
	if err != nil {
		fail(s.t, "%v", err)
	}
	rewritten := false
	for i, c := range cases {
		began := time.Now()
		answer, err := s.exchange(c)
		if err != nil && answer != nil && s.update {
			var recorded wiretest.Case
			if recorded, err = c.Record(answer, began, time.Now()); err == nil {
				cases[i], rewritten = recorded, true
			}
		}
		if err != nil {
			s.t.Errorf("%s:%d: %s\n%v", c.File, c.Line, cmp.Or(c.Title, "a case without a title"), err)
		}
	}
	if rewritten {
		s.rewrite(cases)
	}
}

func (s *script) rewrite(cases []wiretest.Case) {
	s.t.Helper()
	text, err := wiretest.Rewrite(s.text, cases)
	if err == nil {
		err = os.WriteFile(s.file, []byte(text), 0o666)
	}
	if err != nil {
		fail(s.t, "%v", err)
	}
	s.t.Logf("%s was rewritten", s.file)
}

// exchange sends one case and checks the answer, which it returns, also with an
// error if that can be put right by recording the answer.
func (s *script) exchange(c wiretest.Case) ([]byte, error) {
	if c.Service != "" {
		return nil, fmt.Errorf("the case is for a service %q, but there is only one", c.Service)
	}
	r, err := c.Request(s.t.Context(), "http://service.test")
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := c.CheckHTTP(response)
	if len(answer) > 0 {
		if broken := wiretest.CheckAnswer(answer); broken != nil {
			return nil, fmt.Errorf("the answer breaks a rule of the wire: %w\ngot:  %s", broken, answer)
		}
	}
	if answer != nil && err != nil {
		err = fmt.Errorf("%w\nto record the answer run the test with %s=1", err, updateVariable)
	}
	return answer, err
}
