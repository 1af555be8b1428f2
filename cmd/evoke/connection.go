package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

// tokenVariable is where a token is read from that should not be seen in the list
// of processes.
const tokenVariable = "EVOKE_TOKEN"

// A connection is how a service is reached, as the flags say.
type connection struct {
	headers []string
	token   string
	timeout time.Duration
}

func (c *connection) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&c.headers, "header", "H", nil, "send the header `NAME:VALUE`; may be given more than once")
	flags.StringVar(&c.token, "auth", "", "send `TOKEN` as auth.token, in place of the environment variable "+tokenVariable)
	flags.DurationVar(&c.timeout, "timeout", client.DefaultTimeout, "how long an answer may take; 0 is no limit")
}

// options configure a client. No error tells a value, which may be a secret.
func (c *connection) options() ([]client.Option, error) {
	if c.timeout < 0 {
		return nil, fmt.Errorf("--timeout must not be negative, but is %s", c.timeout)
	}
	options := []client.Option{client.WithTimeout(c.timeout)}
	for i, header := range c.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return nil, fmt.Errorf("header %d is not written as NAME:VALUE", i+1)
		}
		options = append(options, client.WithHeader(strings.TrimSpace(name), strings.TrimSpace(value)))
	}
	token := c.token
	if token == "" {
		token = os.Getenv(tokenVariable)
	}
	if token != "" {
		options = append(options, client.WithAuth(map[string]string{"token": token}))
	}
	return options, nil
}

// open returns a client for a service, with more options than those of the flags. The
// caller closes its idle connections.
func (c *connection) open(e *env, rawURL string, more ...client.Option) (*client.Client, error) {
	if u, err := url.Parse(rawURL); err != nil || !isURL(rawURL) || u.Host == "" {
		return nil, &exitError{exitUsage, errors.New("the URL of a service is written as http://localhost:8080/events")}
	}
	options, err := c.options()
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	options = append(options, client.WithIDs(e.newID))
	return client.New(rawURL, append(options, more...)...), nil
}

// readCatalog reads the catalogue at source as the flags say, if it is a service's.
func (c *connection) readCatalog(ctx context.Context, source string) (catalog.Catalog, error) {
	options, err := c.options()
	if err != nil {
		return catalog.Catalog{}, err
	}
	return readCatalog(ctx, source, options...)
}

// ask calls an event that package service adds to a service.
func ask[Out any](ctx context.Context, e *env, c *connection, rawURL, name string) (Out, error) {
	service, err := c.open(e, rawURL)
	if err != nil {
		var none Out
		return none, err
	}
	defer service.CloseIdleConnections()
	out, err := client.Call[Out](ctx, service, name, 1, nil)
	if errors.Is(err, events.KindEventNotFound) {
		return out, &exitError{exitNo, fmt.Errorf("%s has no event %s, which package service adds", rawURL, name)}
	}
	return out, err
}
