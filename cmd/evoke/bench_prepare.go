package main

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/evoke-rpc/evoke/catalog"
)

// prepare connects to the service and finds out what is to be sent.
func (b *bench) prepare(ctx context.Context, args []string) error {
	if err := b.dial(args[0]); err != nil {
		return err
	}
	name, version, err := parseEvent(args[1])
	if err != nil {
		return err
	}
	batchName, batchVersion, err := parseEvent(b.batchArg)
	if err != nil {
		return err
	}
	var payload json.RawMessage
	arg := ""
	if len(args) > 2 {
		arg = args[2]
	}
	if arg != "" {
		if payload, err = readPayload(b.env, arg); err != nil {
			return err
		}
	}
	c := caller{env: b.env, connection: b.connection, noValidate: b.noValidate}
	var known catalog.Catalog
	if version == 0 || !b.noValidate || payload == nil || b.batch > 0 && batchVersion == 0 {
		known = c.catalog(ctx, args[0])
	}
	b.target = benchTarget{
		url: withoutSecrets(args[0]), name: name, version: versionOf(known, name, version), payload: payload,
		batchName: batchName, batchVersion: versionOf(known, batchName, batchVersion),
	}
	return b.fit(ctx, &c, known, arg == "-")
}

// fit completes and validates the payload.
func (b *bench) fit(ctx context.Context, c *caller, known catalog.Catalog, stdinRead bool) (err error) {
	t := &b.target
	described, ok := known.Find(t.name, t.version)
	if t.payload == nil {
		t.payload = json.RawMessage("{}")
		if len(described.Examples) > 0 {
			t.payload = described.Examples[0].Request
		}
	}
	if ok {
		t.payload, err = c.fit(ctx, described, t.payload, stdinRead)
	}
	return err
}

// versionOf is the version that was asked for, or else the one to use.
func versionOf(known catalog.Catalog, name string, asked int) int {
	if asked > 0 {
		return asked
	}
	return max(1, newest(known, name))
}

// withoutSecrets is a URL for people to see.
func withoutSecrets(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
