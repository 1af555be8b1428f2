// Command evoke calls, inspects and compares services.
//
//	go run github.com/evoke-rpc/evoke/cmd/evoke help
//
// Exit codes: 0 all is well; 1 the answer is no: an error event, a breaking change, a
// finding, a failing check; 2 the command was used wrongly, or an event was not sent
// because it is invalid; 3 there was no answer: nobody listens, a timeout, or what
// answered is no service of events.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, newEnv(os.Stdin, os.Stdout, os.Stderr), os.Args[1:]))
}
