package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/service"
)

func TestThePrintedCommandsAreAnsweredAsTheShopSays(t *testing.T) {
	shop := start(t)
	cups := `{"id":"p-1","name":"Espresso cup","price":{"cents":950,"currency":"EUR"},"stock":12}`
	wares := `{"products":[` + cups + `,
		{"id":"p-2","name":"Coffee grinder","price":{"cents":8900,"currency":"EUR"},"stock":3},
		{"id":"p-3","name":"Milk jug","price":{"cents":1850,"currency":"EUR"},"stock":5}]}`
	order := `{"id":"o-1","status":"placed","totalCents":3750,"lines":[
		{"productId":"p-1","name":"Espresso cup","quantity":2,"priceCents":950},
		{"productId":"p-3","name":"Milk jug","quantity":1,"priceCents":1850}]}`
	expected := []struct{ name, payload string }{
		{"catalog:product:list:response", wares},
		{"catalog:product:get:response", `{"id":"p-1","name":"Espresso cup","priceCents":950}`},
		{"catalog:product:get:response", cups},
		{"orders:order:place:response", order},
		{"orders:order:cancel:response", strings.Replace(order, "placed", "cancelled", 1)},
		{"orders:order:place:unprocessable", `{"code":"OUT_OF_STOCK","message":"3 of \"p-2\" are in stock, not 99",
			"parameters":{"productId":"p-2","stock":3,"quantity":99}}`},
	}
	commands := shop.commands()
	require.Len(t, commands, len(expected)+1)
	for i, c := range commands[:len(expected)] {
		answer := decode(t, post(t, c.url, c.body))
		require.Equal(t, expected[i].name, answer.Name, c.line)
		require.JSONEq(t, expected[i].payload, string(answer.Payload), c.line)
	}

	var stats service.Stats
	last := decode(t, post(t, commands[len(expected)].url, commands[len(expected)].body))
	require.NoError(t, json.Unmarshal(last.Payload, &stats))
	i := slices.IndexFunc(stats.Events, func(e service.EventStats) bool { return e.Name == "orders:order:place" })
	require.GreaterOrEqual(t, i, 0)
	require.EqualValues(t, 2, stats.Events[i].Calls)
	require.Equal(t, "OUT_OF_STOCK", stats.Events[i].LastError.Code)

	list := decode(t, post(t, commands[0].url, commands[0].body))
	require.JSONEq(t, wares, string(list.Payload), "the cancelled and the failed order have not given all back")
	shop.stop()
}

func TestThePrintedCommandsRunInAShell(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	shop := start(t)
	for _, c := range shop.commands() {
		answer, err := exec.CommandContext(t.Context(), "sh", "-c", c.line).Output()
		require.NoError(t, err, c.line)
		require.True(t, bytes.HasSuffix(answer, []byte("\n")), "the prompt would follow the answer: %s", answer)
		asked := decode(t, c.body)
		require.True(t, strings.HasPrefix(decode(t, string(answer)).Name, asked.Name+":"), "%s\n%s", c.line, answer)
	}
	shop.stop()
}

func TestOneFlowIdCrossesBothServices(t *testing.T) {
	shop := start(t)
	for _, c := range shop.commands() {
		post(t, c.url, c.body)
	}
	shop.stop()

	seen := map[string]int{}
	for line := range strings.Lines(shop.log.String()) {
		if strings.Contains(line, "flowId=my-first-order") {
			seen[strings.Join(strings.Fields(line)[2:5], " ")]++
		}
	}
	require.Equal(t, map[string]int{
		"orders callee orders:order:place":     1,
		"orders caller system:batch:run":       1,
		"catalog callee system:batch:run":      1,
		"catalog callee catalog:product:get":   2,
		"catalog callee catalog:stock:reserve": 2,
	}, seen, shop.log.String())
}

func TestTheFirstPrintedURLIsTheBaseOfOrders(t *testing.T) {
	shop := start(t)
	first := regexp.MustCompile(`https?://\S+`).FindString(shop.printed)
	answer := decode(t, post(t, first+"/events", `{"name":"orders:order:list","version":1,"payload":{}}`))
	require.Equal(t, "orders:order:list:response", answer.Name)
	require.JSONEq(t, `{"orders":[]}`, string(answer.Payload))
	shop.stop()
}

func TestTheLogHasNoColourWhereThereIsNoTerminal(t *testing.T) {
	shop := start(t)
	for _, c := range shop.commands() {
		post(t, c.url, c.body)
	}
	shop.stop()
	require.Contains(t, shop.log.String(), "WRN orders  callee orders:order:place    v1 unprocessable")
	require.NotContains(t, shop.log.String(), "\x1b")
}

func TestRunRefusesArgumentsThatItDoesNotKnow(t *testing.T) {
	for _, test := range []struct {
		args  []string
		error string
	}{
		{[]string{"-port", "1"}, "flag provided but not defined: -port"},
		{[]string{"localhost:1"}, `unexpected argument "localhost:1"`},
		{[]string{"-addr", "localhost"}, "-addr: address localhost: missing port in address"},
		{[]string{"-addr", "127.0.0.1:99999"}, "orders cannot start: listen tcp: address 99999: invalid port; choose another address by -addr"},
	} {
		var stdout, stderr strings.Builder
		require.EqualError(t, run(t.Context(), test.args, &stdout, &stderr), test.error)
		require.Empty(t, stdout.String()+stderr.String(), "main prints the error")
	}
}

func TestRunExplainsItself(t *testing.T) {
	var stdout, stderr strings.Builder
	require.NoError(t, run(t.Context(), []string{"-h"}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "-addr host:port")
	require.Contains(t, stdout.String(), `(default "localhost:8080")`)
	require.Empty(t, stderr.String())
}

func TestWhereThePortOfCatalogIsTakenOrdersGivesUpItsOwn(t *testing.T) {
	orders, catalog := neighbours(t)
	taken, err := net.Listen("tcp", catalog)
	require.NoError(t, err)
	defer taken.Close()
	var stdout, stderr strings.Builder
	err = run(t.Context(), []string{"-addr", orders}, &stdout, &stderr)
	require.ErrorContains(t, err, "catalog cannot start: listen tcp "+catalog)
	require.Empty(t, stdout.String())
	again, err := net.Listen("tcp", orders)
	require.NoError(t, err)
	again.Close()
}

func TestCatalogHasThePortAfterThatOfOrders(t *testing.T) {
	orders, catalog := neighbours(t)
	ctx, cancel := context.WithCancel(t.Context())
	stdout := make(firstWrite, 1)
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-addr", orders}, stdout, new(output)) }()
	require.Contains(t, <-stdout, "orders   http://"+orders+"\ncatalog  http://"+catalog+"\n")
	cancel()
	require.NoError(t, <-ended)
}

func TestRunEndsWhenItCannotPrint(t *testing.T) {
	closed := errors.New("closed")
	require.ErrorIs(t, run(t.Context(), []string{"-addr", "127.0.0.1:0"}, failingWriter{closed}, new(output)), closed)
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// neighbours returns two free addresses, the second with the next port.
func neighbours(t *testing.T) (string, string) {
	t.Helper()
	for range 100 {
		first, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		next := net.JoinHostPort("127.0.0.1", strconv.Itoa(first.Addr().(*net.TCPAddr).Port+1))
		second, err := net.Listen("tcp", next)
		first.Close()
		if err == nil {
			second.Close()
			return first.Addr().String(), next
		}
	}
	require.Fail(t, "no two free ports side by side")
	return "", ""
}

func decode(t *testing.T, text string) events.Event {
	t.Helper()
	var e events.Event
	require.NoError(t, json.Unmarshal([]byte(text), &e), text)
	return e
}
