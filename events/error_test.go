package events_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

var request = events.Event{
	Name: "a:b:c", Version: 3, ID: "i", FlowID: "f",
	Identity: []byte(`{"userId":1}`), Auth: []byte(`{"token":"t"}`), Metadata: []byte(`{"origin":"o"}`),
}

func TestErrorIsItsKind(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", events.Errorf(events.KindNotFound, "X", "y"))
	require.ErrorIs(t, err, events.KindNotFound)
	require.NotErrorIs(t, err, events.KindError)
	require.NotErrorIs(t, err, errors.New("other"))
	unknown := &events.Error{Kind: "teapot"}
	require.ErrorIs(t, unknown, events.KindError)
	require.ErrorIs(t, unknown, events.Kind("teapot"))
}

func TestErrorCopiesWhatItAdds(t *testing.T) {
	cause := errors.New("cause")
	plain := events.Errorf(events.KindGone, "GONE", "no %s", "more")
	full := plain.With("a", 1).With("b", 2).Wrap(cause)
	require.Equal(t, map[string]any{"a": 1, "b": 2}, full.Parameters)
	require.ErrorIs(t, full, cause)
	require.Equal(t, "gone GONE: no more: cause", full.Error())
	require.Nil(t, plain.Parameters)
	require.Equal(t, "gone GONE: no more", plain.Error())
}

func TestNewErrorEventTellsOnlyWhatIsAddressed(t *testing.T) {
	const secret = "password=hunter2"
	own := events.Errorf(events.KindForbidden, "NOT_YOURS", "not <yours>").With("id", "p-1")
	remote := &events.Error{Kind: events.KindNotFound, Code: "THEIRS", Message: secret, Remote: &request}
	const unhandled = `{"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}}`
	const failed = `{"code":"FAILED_DEPENDENCY","message":"a service that this one depends on failed","parameters":{}}`
	for _, test := range []struct {
		name          string
		err           error
		event, wanted string
	}{
		{"its own error", own, "a:b:c:forbidden", `{"code":"NOT_YOURS","message":"not <yours>","parameters":{"id":"p-1"}}`},
		{"with a cause", own.Wrap(errors.New(secret)), "a:b:c:forbidden", `{"code":"NOT_YOURS","message":"not <yours>","parameters":{"id":"p-1"}}`},
		{"wrapped", fmt.Errorf("%s: %w", secret, own), "a:b:c:forbidden", `{"code":"NOT_YOURS","message":"not <yours>","parameters":{"id":"p-1"}}`},
		{"a bare kind", fmt.Errorf("%s: %w", secret, events.KindUserDenied), "a:b:c:userDenied", `{"code":"USER_DENIED","message":"userDenied","parameters":{}}`},
		{"unexpected", errors.New(secret), "a:b:c:error", unhandled},
		{"a panic", &events.PanicError{Value: secret}, "a:b:c:error", unhandled},
		{"a panic with an addressed error", &events.PanicError{Value: own}, "a:b:c:error", unhandled},
		{"another service's error", remote, "a:b:c:failedDependency", failed},
		{"another service's redirect", &events.Redirect{URL: secret, Remote: &request}, "a:b:c:failedDependency", failed},
		{"a failed call", fmt.Errorf("x: %w", failedCall{secret}), "a:b:c:failedDependency", failed},
		{"own error caused by another service", own.Wrap(remote), "a:b:c:forbidden", `{"code":"NOT_YOURS","message":"not <yours>","parameters":{"id":"p-1"}}`},
		{"forwarded", events.Forward(fmt.Errorf("x: %w", remote)), "a:b:c:notFound", `{"code":"THEIRS","message":"` + secret + `","parameters":{}}`},
		{"forwarded redirect", events.Forward(&events.Redirect{URL: "u", Remote: &request}), "a:b:c:redirect", `{"url":"u","queryParameters":{}}`},
		{"forwarded failed call", events.Forward(failedCall{secret}), "a:b:c:failedDependency", failed},
		{"redirect", &events.Redirect{URL: `/"x"`, QueryParameters: map[string]any{"a": 1}}, "a:b:c:redirect", `{"url":"/\"x\"","queryParameters":{"a":1}}`},
		{"a parameter that is no JSON", own.With("f", func() {}), "a:b:c:forbidden", `{"code":"NOT_YOURS","message":"not <yours>","parameters":{"f":null,"id":"p-1"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := events.NewErrorEvent(request, test.err)
			require.Equal(t, test.event, e.Name)
			require.JSONEq(t, test.wanted, string(e.Payload))
			require.Equal(t, []any{3, "i", "f", "{}", "{}", "{}"},
				[]any{e.Version, e.ID, e.FlowID, string(e.Identity), string(e.Auth), string(e.Metadata)})
		})
	}
}

type failedCall struct{ text string }

func (f failedCall) Error() string     { return f.text }
func (f failedCall) RemoteError() bool { return true }

func TestBareKindsHaveVersionOne(t *testing.T) {
	for _, kind := range []events.Kind{events.KindEventNotFound, events.KindBadProtocol} {
		e := events.NewErrorEvent(request, events.Errorf(kind, "C", "m"))
		require.Equal(t, string(kind), e.Name)
		require.Equal(t, 1, e.Version)
		require.Equal(t, "i", e.ID)
		remote := e.Err()
		require.ErrorIs(t, remote, kind)
		require.Equal(t, remote, events.Forward(remote), "it says nothing about the forwarder's own event")
	}
}

func TestErrReadsWhatPeersWrite(t *testing.T) {
	for _, test := range []struct {
		name, payload string
		want          *events.Error
	}{
		{"a:b:notFound", `{"code":"X","message":"m","parameters":{"n":12345678901234567890}}`, &events.Error{Kind: events.KindNotFound, Code: "X", Message: "m"}},
		{"a:b:not_found", `{"code":404,"message":"m"}`, &events.Error{Kind: events.KindNotFound, Code: "404", Message: "m"}},
		{"a:b:failed_dependency", `{}`, &events.Error{Kind: events.KindFailedDependency}},
		{"a:b:user__denied", `{}`, &events.Error{Kind: events.KindUserDenied}},
		{"a:b:tea_pot", `{"code":true}`, &events.Error{Kind: "tea_pot"}},
		{"a:b:teapot", `[]`, &events.Error{Kind: "teapot"}},
		{"error", `{"code":"X","message":"m","parameters":[]}`, &events.Error{Kind: events.KindError, Code: "X", Message: "m"}},
		{"eventNotFound", `"x"`, &events.Error{Kind: events.KindEventNotFound}},
		{"badProtocol", `{}`, &events.Error{Kind: events.KindBadProtocol}},
		{"badProtocol:error", `{}`, &events.Error{Kind: events.KindBadProtocol}},
		{"a:badProtocol:error", `{}`, &events.Error{Kind: events.KindError}},
	} {
		e := events.Event{Name: test.name, Payload: []byte(test.payload)}
		var got *events.Error
		require.ErrorAs(t, e.Err(), &got, test.name)
		require.Equal(t, &e, got.Remote, test.name)
		if n, ok := got.Parameters["n"]; ok {
			require.Equal(t, "12345678901234567890", fmt.Sprint(n), "numbers are kept as they were written")
		}
		require.Equal(t, test.want, &events.Error{Kind: got.Kind, Code: got.Code, Message: got.Message}, test.name)
	}
}

func TestErrReadsSuccessAndRedirect(t *testing.T) {
	require.NoError(t, events.Event{Name: "a:b:c:response"}.Err())
	redirect := events.NewErrorEvent(request, &events.Redirect{URL: "/x", QueryParameters: map[string]any{"a": "b"}})
	var r *events.Redirect
	require.ErrorAs(t, redirect.Err(), &r)
	require.Equal(t, &events.Redirect{URL: "/x", QueryParameters: map[string]any{"a": "b"}, Remote: &redirect}, r)
	require.Equal(t, "redirect to /x", r.Error())
}

func TestForwardLeavesOtherErrorsAlone(t *testing.T) {
	require.NoError(t, events.Forward(nil))
	require.Equal(t, context.Canceled, events.Forward(context.Canceled))
	own := events.Errorf(events.KindGone, "X", "y")
	require.Equal(t, error(own), events.Forward(own))
}

func TestPanicError(t *testing.T) {
	cause := errors.New("cause")
	require.ErrorIs(t, &events.PanicError{Value: cause}, cause)
	require.Equal(t, "panic: 7", (&events.PanicError{Value: 7}).Error())
	require.NoError(t, errors.Unwrap(&events.PanicError{Value: 7}))
}

func TestKinds(t *testing.T) {
	for kind, code := range map[events.Kind]string{
		"error": "ERROR", "badRequest": "BAD_REQUEST", "unprocessable": "UNPROCESSABLE", "unauthorized": "UNAUTHORIZED",
		"forbidden": "FORBIDDEN", "userDenied": "USER_DENIED", "resourceDenied": "RESOURCE_DENIED", "notFound": "NOT_FOUND",
		"gone": "GONE", "expired": "EXPIRED", "failedDependency": "FAILED_DEPENDENCY",
	} {
		require.True(t, kind.Known())
		require.Equal(t, code, kind.Code())
		require.Equal(t, string(kind), kind.Error())
	}
	require.False(t, events.Kind("teapot").Known())
}
