package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type price struct {
	Cents int `json:"cents"`
}

type whoami struct {
	UserID string `json:"userId"`
	Token  string `json:"token"`
	Flow   string `json:"flow"`
	Parent string `json:"parent"`
}

// newShop returns a catalog with more events and with batches of both versions.
func newShop(options ...batch.Option) *mux.Mux {
	m := newCatalog()
	mux.Handle(m, "catalog:price:get", 2, func(context.Context, getProduct) (price, error) { return price{995}, nil })
	mux.Handle(m, "catalog:tags:list", 1, func(context.Context, struct{}) ([]string, error) { return []string{"new"}, nil })
	mux.Handle(m, "catalog:offer:get", 1, func(context.Context, struct{}) (price, error) {
		return price{}, &events.Redirect{URL: "http://offers.test/events"}
	})
	mux.Handle(m, "catalog:user:get", 1, func(ctx context.Context, _ struct{}) (whoami, error) {
		request, _ := events.RequestFrom(ctx)
		var auth struct{ Token string }
		var metadata struct{ ParentID string }
		json.Unmarshal(request.Auth, &auth)
		json.Unmarshal(request.Metadata, &metadata)
		id, _ := request.UserID()
		return whoami{id, auth.Token, request.FlowID, metadata.ParentID}, nil
	})
	for _, version := range []int{1, 2} {
		m.Add("system:batch:run", version, batch.New(m, options...))
	}
	return m
}

func TestBatchOfThreeTypesIsOneRequestAndGivesThreeResults(t *testing.T) {
	for _, version := range []int{1, 2} {
		for _, parallel := range []bool{false, true} {
			t.Run(fmt.Sprintf("version %d, parallel %v", version, parallel), func(t *testing.T) {
				network := &recorder{next: remote(newShop())}
				b := client.NewBatch("system:batch:run", version)
				b.Parallel = parallel
				found := client.Queue[product](b, "catalog:product:get", 1, getProduct{ID: "p-1"})
				cost := client.Queue[price](b, "catalog:price:get", 2, getProduct{ID: "p-1"})
				tags := client.Queue[[]string](b, "catalog:tags:list", 1, nil)
				require.NoError(t, b.Send(t.Context(), over(network)))

				p, err := found.Get()
				require.NoError(t, err)
				require.Equal(t, product{ID: "p-1", Title: "lamp"}, p)
				c, err := cost.Get()
				require.NoError(t, err)
				require.Equal(t, price{995}, c)
				names, err := tags.Get()
				require.NoError(t, err)
				require.Equal(t, []string{"new"}, names)

				var payload struct {
					Parallel *bool
					Events   []events.Event
				}
				require.NoError(t, json.Unmarshal(network.one(t).Payload, &payload))
				require.Equal(t, &parallel, payload.Parallel)
				require.Len(t, payload.Events, 3)
				require.Equal(t, version, network.one(t).Version)
			})
		}
	}
}

func TestResultsOfABatchFailEachForItself(t *testing.T) {
	for name, h := range map[string]events.Handler{
		"in the same process": newShop(),
		"over HTTP":           listen(t, newShop()),
	} {
		t.Run(name, func(t *testing.T) {
			b := client.NewBatch("system:batch:run", 1)
			missing := client.Queue[product](b, "catalog:product:get", 1, getProduct{ID: "p-9"})
			misfit := client.Queue[[]int](b, "catalog:product:get", 1, getProduct{ID: "p-1"})
			unknown := client.Queue[product](b, "catalog:product:get", 8, getProduct{ID: "p-1"})
			elsewhere := client.Queue[price](b, "catalog:offer:get", 1, nil)
			invalid := client.Queue[price](b, "", 1, nil)
			ignored := client.Queue[struct{}](b, "catalog:tags:list", 1, nil)
			fine := client.Queue[product](b, "catalog:product:get", 1, getProduct{ID: "p-1"})
			require.NoError(t, b.Send(t.Context(), h))

			_, err := missing.Get()
			require.ErrorIs(t, err, events.KindNotFound)
			var e *events.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, map[string]any{"id": "p-9"}, e.Parameters)
			require.NotNil(t, e.Remote)
			_, err = misfit.Get()
			require.Equal(t, "catalog:product:get", requireReason(t, client.ErrInvalidResponse, err).Event)
			_, err = unknown.Get()
			require.ErrorIs(t, err, events.KindEventNotFound)
			_, err = elsewhere.Get()
			require.ErrorAs(t, err, new(*events.Redirect))
			_, err = invalid.Get()
			require.ErrorIs(t, err, events.KindBadProtocol)
			_, err = ignored.Get()
			require.NoError(t, err)
			p, err := fine.Get()
			require.NoError(t, err)
			require.Equal(t, "lamp", p.Title)
		})
	}
}

func TestBatchIsSentOnce(t *testing.T) {
	network := &recorder{next: remote(newShop())}
	b := client.NewBatch("system:batch:run", 1)
	result := client.Queue[product](b, "catalog:product:get", 1, getProduct{ID: "p-1"})
	_, err := result.Get()
	require.ErrorContains(t, err, "not sent", "a result before the batch was sent")

	require.NoError(t, b.Send(t.Context(), over(network)))
	require.Error(t, b.Send(t.Context(), over(network)))
	network.one(t)
	p, err := result.Get()
	require.NoError(t, err, "the second Send must not spoil what the first one brought")
	require.Equal(t, "lamp", p.Title)

	late := client.Queue[product](b, "catalog:product:get", 1, getProduct{ID: "p-1"})
	_, err = late.Get()
	require.Error(t, err)
}

func TestEmptyBatchIsNotSent(t *testing.T) {
	network := new(recorder)
	require.NoError(t, client.NewBatch("system:batch:run", 1).Send(t.Context(), over(network)))
	require.Empty(t, network.all())
}

func TestBatchOfOneStaysABatch(t *testing.T) {
	network := &recorder{next: remote(newShop())}
	b := client.NewBatch("system:batch:run", 1)
	result := client.Queue[price](b, "catalog:price:get", 2, getProduct{ID: "p-1"})
	require.NoError(t, b.Send(t.Context(), over(network)))
	require.Equal(t, "system:batch:run", network.one(t).Name)
	p, err := result.Get()
	require.NoError(t, err)
	require.Equal(t, 995, p.Cents)
}

func TestBatchThatCannotBeEncodedIsNotSent(t *testing.T) {
	for name, c := range map[string]struct {
		in    any
		item  []client.CallOption
		batch []client.CallOption
		says  string
	}{
		"payload of a call":   {in: func() {}, says: "the payload of catalog:price:get version 2"},
		"auth of a call":      {item: []client.CallOption{client.WithAuth(func() {})}, says: "preparing catalog:price:get version 2"},
		"auth of the batch":   {batch: []client.CallOption{client.WithAuth(func() {})}, says: "preparing system:batch:run version 1"},
		"JSON that is none":   {in: json.RawMessage("{"), says: "catalog:price:get version 2"},
		"auth that is a text": {batch: []client.CallOption{client.WithAuth("text")}, says: "invalid request"},
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			b := client.NewBatch("system:batch:run", 1)
			fine := client.Queue[product](b, "catalog:product:get", 1, getProduct{ID: "p-1"})
			client.Queue[price](b, "catalog:price:get", 2, c.in, c.item...)
			err := b.Send(t.Context(), over(network), c.batch...)
			require.ErrorContains(t, err, c.says)
			_, got := fine.Get()
			require.Equal(t, err, got)
			require.Empty(t, network.all())
		})
	}
}

func TestCallsOfABatchHaveTheirOwnIdentityOrThatOfTheBatch(t *testing.T) {
	c := listen(t, newShop(), client.WithIdentity(map[string]string{"userId": "of-the-client"}))
	identity := func(id string) client.CallOption { return client.WithIdentity(map[string]string{"userId": id}) }
	b := client.NewBatch("system:batch:run", 1)
	own := client.Queue[whoami](b, "catalog:user:get", 1, nil, identity("own"), client.WithToken(token("own")))
	other := client.Queue[whoami](b, "catalog:user:get", 1, nil, identity("other"), client.WithMetadata("parentId", "chosen"))
	inherited := client.Queue[whoami](b, "catalog:user:get", 1, nil)
	ctx := events.WithCall(t.Context(), events.Call{Request: events.Event{Name: "a", Version: 1, ID: "parent", FlowID: "flow"}})
	require.NoError(t, b.Send(ctx, c, client.WithToken(token("of-the-batch"))))

	for _, want := range []struct {
		result *client.Result[whoami]
		whoami
	}{
		{own, whoami{"own", "own", "flow", "parent"}},
		{other, whoami{"other", "of-the-batch", "flow", "chosen"}},
		{inherited, whoami{"of-the-client", "of-the-batch", "flow", "parent"}},
	} {
		got, err := want.result.Get()
		require.NoError(t, err)
		require.Equal(t, want.whoami, got)
	}
}

func TestCallsOfABatchBelongToOneFlow(t *testing.T) {
	network := &recorder{next: remote(newShop())}
	b := client.NewBatch("system:batch:run", 1)
	first := client.Queue[whoami](b, "catalog:user:get", 1, nil)
	second := client.Queue[whoami](b, "catalog:user:get", 1, nil)
	require.NoError(t, b.Send(t.Context(), over(network)))
	for _, result := range []*client.Result[whoami]{first, second} {
		got, err := result.Get()
		require.NoError(t, err)
		require.Equal(t, network.one(t).FlowID, got.Flow)
	}
}

func TestOptionsOfTheBatchAreThoseOfItsOneRequest(t *testing.T) {
	network := &recorder{next: first(refused, remote(newShop()))}
	b := client.NewBatch("system:batch:run", 1)
	result := client.Queue[price](b, "catalog:price:get", 2, getProduct{ID: "p-1"}, client.WithHeader("X-Of", "call"))
	c := over(network, client.WithRetry(client.Retry{Attempts: 2, First: 1}))
	require.NoError(t, b.Send(t.Context(), c, client.Idempotent(), client.WithHeader("X-Of", "batch"), client.WithMetadata("origin", "job")))
	_, err := result.Get()
	require.NoError(t, err)
	require.Len(t, network.all(), 2)
	for _, s := range network.all() {
		require.Equal(t, "batch", s.header.Get("X-Of"))
		require.Equal(t, "job", s.Origin())
	}
}

func TestCodecOfTheClientHoldsInABatch(t *testing.T) {
	network := &recorder{next: answering(http.StatusOK, `{"name":"system:batch:run:response","payload":[{"name":"a:response","payload":{"ID":"P-1"}}]}`)}
	b := client.NewBatch("system:batch:run", 1)
	result := client.Queue[product](b, "a", 1, getProduct{ID: "p-1"})
	require.NoError(t, b.Send(t.Context(), over(network, client.WithCodec(capitals{}))))
	p, err := result.Get()
	require.NoError(t, err)
	require.Equal(t, "p-1", p.ID)
	require.Contains(t, string(network.one(t).Payload), `"payload":{"ID":"P-1"}`)
	require.Contains(t, string(network.one(t).Payload), `{"parallel":false,"events":[`, "the batch itself is the protocol's")
}
