package batch_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

func TestPayloadThatIsNoBatchIsRefusedWithItsViolation(t *testing.T) {
	for name, c := range map[string]struct{ payload, path, expected, got string }{
		"array":                      {`[` + echo(1) + `]`, ``, `object`, `array`},
		"text":                       {`"events"`, ``, `object`, `string`},
		"number":                     {`1`, ``, `object`, `number`},
		"boolean":                    {`true`, ``, `object`, `boolean`},
		"nothing in it":              {`{}`, `/events`, `array`, `nothing`},
		"no events":                  {`{"parallel":true}`, `/events`, `array`, `nothing`},
		"null events":                {`{"events":null}`, `/events`, `array`, `null`},
		"one event":                  {`{"events":` + echo(1) + `}`, `/events`, `array`, `object`},
		"events in text":             {`{"events":"[]"}`, `/events`, `array`, `string`},
		"another case":               {`{"Events":[]}`, `/events`, `array`, `nothing`},
		"parallel in text":           {`{"parallel":"true","events":[` + echo(1) + `]}`, `/parallel`, `boolean`, `string`},
		"parallel a number":          {`{"parallel":1,"events":[` + echo(1) + `]}`, `/parallel`, `boolean`, `number`},
		"parallel an object":         {`{"parallel":{},"events":[` + echo(1) + `]}`, `/parallel`, `boolean`, `object`},
		"events twice":               {`{"events":[],"events":[` + echo(1) + `]}`, `/events`, `one member of this name`, `two`},
		"parallel twice":             {`{"parallel":true,"events":[` + echo(1) + `],"parallel":false}`, `/parallel`, `one member of this name`, `two`},
		"events twice, once escaped": {`{"events":[` + echo(1) + `],"\u0065vents":[]}`, `/events`, `one member of this name`, `two`},
		"parallel null, then true":   {`{"parallel":null,"parallel":true,"events":[` + echo(1) + `]}`, `/parallel`, `one member of this name`, `two`},
	} {
		t.Run(name, func(t *testing.T) {
			ran := false
			m := newMux(nil)
			m.Use(func(next events.Handler) events.Handler {
				return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
					ran = ran || request.Name == "test:value:echo"
					return next.Serve(ctx, request)
				})
			})
			response, err := m.Serve(t.Context(), request(c.payload))
			require.NoError(t, err)
			require.Equal(t, "system:batch:run:badRequest", response.Name)
			require.JSONEq(t, `{
				"code": "INVALID_PAYLOAD",
				"message": "the payload of a batch is {\"parallel\": bool, \"events\": [...]}",
				"parameters": {"violations": [{"path": "`+c.path+`", "keyword": "type", "expected": "`+c.expected+`", "got": "`+c.got+`"}]}
			}`, string(response.Payload))
			require.False(t, ran, "an event of a refused batch has run")
		})
	}
}

func TestPayloadIsReadWhateverItsOrderSpaceAndUnknownMembers(t *testing.T) {
	for name, payload := range map[string]string{
		"events first":    `{"events":[` + echo(0) + `,` + echo(1) + `],"parallel":true}`,
		"unknown members": `{"mode":"fast","mode":"slow","parallel":false,"events":[` + echo(0) + `,` + echo(1) + `]}`,
		"space":           " \n{ \"parallel\" : true ,\t\"events\" : [ " + echo(0) + " , " + echo(1) + " ] } ",
		"escaped key":     `{"\u0065vents":[` + echo(0) + `,` + echo(1) + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, numbers(2), outcomes(run(t, newMux(nil), payload)))
		})
	}
}
