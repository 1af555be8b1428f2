package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

// The exit codes; the package comment tells what they mean.
const (
	exitOK       = 0
	exitNo       = 1
	exitUsage    = 2
	exitNoAnswer = 3
)

// An exitError ends the program with a code. One without an error says nothing more:
// the command has printed what was wrong.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func codeOf(err error) int {
	var exit *exitError
	var call *client.Error
	var answer *events.Error
	var redirect *events.Redirect
	switch {
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, client.ErrInvalidRequest):
		return exitUsage
	case errors.As(err, &call):
		return exitNoAnswer
	case errors.As(err, &answer), errors.As(err, &redirect):
		return exitNo
	}
	return exitUsage
}

// A failure is why there is no answer, for programs.
type failure struct {
	ExitCode int `json:"exitCode"`
	// Reason is usage, invalidPayload, invalidRequest, noConnection, timeout,
	// cancelled, invalidResponse, errorEvent, no or noAnswer.
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// Kind and Code are those of an error event.
	Kind       events.Kind        `json:"kind,omitempty"`
	Code       string             `json:"code,omitempty"`
	Violations []schema.Violation `json:"violations,omitempty"`
}

// fail prints err, unless the command has printed it.
func (e *env) fail(err error) {
	if exit := new(exitError); errors.As(err, &exit) && exit.err == nil {
		return
	}
	if !e.json {
		e.notef("%s", explainSafely(err))
		return
	}
	f := failure{ExitCode: codeOf(err), Reason: reason(err), Message: explain(err)}
	var answer *events.Error
	var invalid *invalidPayload
	switch {
	case errors.As(err, &answer):
		f.Kind, f.Code = answer.Kind, answer.Code
	case errors.As(err, &invalid):
		f.Message, f.Violations = invalid.summary(), invalid.violations
	}
	_ = writeJSON(e.stderr, struct { // there is nowhere left to tell of an error
		Error failure `json:"error"`
	}{f})
}

func reason(err error) string {
	for _, known := range []struct {
		err  error
		name string
	}{
		{client.ErrNoConnection, "noConnection"}, {client.ErrInvalidResponse, "invalidResponse"},
		{client.ErrInvalidRequest, "invalidRequest"},
		{context.DeadlineExceeded, "timeout"}, {context.Canceled, "cancelled"},
	} {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	var answer *events.Error
	var invalid *invalidPayload
	switch {
	case errors.As(err, &answer):
		return "errorEvent"
	case errors.As(err, &invalid):
		return "invalidPayload"
	}
	switch codeOf(err) {
	case exitNo:
		return "no"
	case exitNoAnswer:
		return "noAnswer"
	}
	return "usage"
}

// explainSafely is explain for a terminal. What a service says stays on its line, so
// that it cannot be taken for what this program says.
func explainSafely(err error) string {
	var call *client.Error
	var answer *events.Error
	if errors.As(err, &call) || errors.As(err, &answer) {
		return safe(explain(err))
	}
	return safeText(explain(err))
}

// explain says what the person who typed the command can act on.
func explain(err error) string {
	var call *client.Error
	if !errors.As(err, &call) {
		return err.Error()
	}
	detail := call.Err
	if request := new(url.Error); errors.As(detail, &request) {
		detail = request.Err // without the URL, which is told anyway
	}
	switch {
	case errors.Is(call.Reason, client.ErrNoConnection):
		return fmt.Sprintf("no connection to %s: %v", call.URL, detail)
	case errors.Is(call.Reason, context.DeadlineExceeded):
		return fmt.Sprintf("%s did not answer %s version %d in time", call.URL, call.Event, call.Version)
	case errors.Is(call.Reason, context.Canceled):
		return "interrupted"
	case errors.Is(call.Reason, client.ErrInvalidResponse):
		return fmt.Sprintf("%s answered with something else than an event: %v", call.URL, detail)
	}
	return fmt.Sprintf("%s version %d cannot be sent: %v", call.Event, call.Version, detail)
}
