package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/cmd/evoke/internal/gen"
)

// A generator is what evoke gen was asked for.
type generator struct {
	env         *env
	connection  connection
	output      string
	only        []string
	packageName string
}

func newGenCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gen",
		Short: "Generate a typed client of a service",
		Long: `Generate a typed client of a service: one file that depends on nothing but the
standard library of its language, with a method for each version of each event.

URL is where the service takes events; it must have the event service:catalog:get.
The URL of the catalog.json of its documentation, a file, or REVISION:PATH in git does
as well.`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	typeScript := &generator{env: e}
	golang := &generator{env: e}
	goCommand := golang.command("go", "Generate a client in Go 1.24 or later", func(c catalog.Catalog) ([]byte, error) {
		return gen.Go(c, golang.packageName)
	})
	goCommand.Flags().StringVar(&golang.packageName, "package", "client", "the `NAME` of the package")
	cmd.AddCommand(
		typeScript.command("ts", "Generate a client in TypeScript, for browsers and Node.js 20 or later", gen.TypeScript),
		goCommand,
	)
	return cmd
}

func (g *generator) command(language, short string, write func(catalog.Catalog) ([]byte, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use:   language + " URL",
		Short: short,
		Example: fmt.Sprintf(`  evoke gen %[1]s http://localhost:8080/events -o client.%[1]s
  evoke gen %[1]s catalog.json --only catalog:product:get --only orders:order:place@1`, language),
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error { return g.run(cmd.Context(), args[0], write) },
	}
	g.connection.addFlags(cmd)
	cmd.Flags().StringVarP(&g.output, "output", "o", "", "write `FILE` in place of stdout")
	cmd.Flags().StringArrayVar(&g.only, "only", nil, "include `NAME[@VERSION]` only; may be given more than once")
	return cmd
}

func (g *generator) run(ctx context.Context, source string, write func(catalog.Catalog) ([]byte, error)) error {
	known, err := g.connection.readCatalog(ctx, source)
	if err != nil {
		return err
	}
	if len(g.only) > 0 {
		if known, err = pick(known, g.only); err != nil {
			return err
		}
	}
	file, err := write(known)
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("cannot make a client: %w", err)}
	}
	if g.output != "" {
		return os.WriteFile(g.output, file, 0o644)
	}
	_, err = g.env.stdout.Write(file)
	return err
}

// pick returns the part of c that has the events of the list, NAME[@VERSION].
func pick(c catalog.Catalog, wanted []string) (catalog.Catalog, error) {
	picked := map[string]bool{}
	for _, arg := range wanted {
		name, version, err := parseEvent(arg)
		if err != nil {
			return c, err
		}
		found := false
		for _, e := range c.Events {
			if e.Name == name && (version == 0 || e.Version == version) {
				found, picked[eventKey(e)] = true, true
			}
		}
		if !found {
			return c, unknownEvent(c, arg, name)
		}
	}
	return c.Only(func(e catalog.Event) bool { return picked[eventKey(e)] }), nil
}
