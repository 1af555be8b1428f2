package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/spf13/cobra"
)

func newDocsCommand(e *env) *cobra.Command {
	var c connection
	var output string
	var open bool
	cmd := &cobra.Command{
		Use:   "docs URL",
		Short: "Write the documentation of a service, or open it in the browser",
		Long: `Write the documentation of a service as Markdown, or as its catalogue with --json.

With --open the page is served on this machine, from the catalogue as it is now, and
opened in the browser; Ctrl-C ends it. The service needs no page of its own for that.`,
		Example: `  evoke docs http://localhost:8080/events -o events.md
  evoke docs http://localhost:8080/events --open`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := c.readCatalog(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if known.Endpoint == "" && isURL(args[0]) {
				known.Endpoint = args[0]
			}
			docs := documentation(known)
			if open {
				return openDocs(cmd.Context(), e, docs)
			}
			return writeDocs(cmd.Context(), e, docs, output)
		},
	}
	c.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE`")
	cmd.Flags().BoolVar(&open, "open", false, "open the page in the browser")
	cmd.MarkFlagsMutuallyExclusive("output", "open")
	return cmd
}

func writeDocs(ctx context.Context, e *env, docs http.Handler, output string) error {
	file := "docs.md"
	if e.json {
		file = "catalog.json"
	}
	text, err := render(ctx, docs, file)
	if err != nil {
		return err
	}
	text = safeText(text)
	if output == "" {
		_, err = io.WriteString(e.stdout, text)
		return err
	}
	return os.WriteFile(output, []byte(text), 0o666)
}

// openDocs serves the documentation until ctx is done.
func openDocs(ctx context.Context, e *env, docs http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: docs, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	page := fmt.Sprintf("http://%s/docs/", listener.Addr())
	if err := announce(e, page); err != nil {
		return errors.Join(err, server.Close())
	}
	if err := openBrowser(ctx, page); err != nil && ctx.Err() == nil {
		e.notef("no browser could be started: %v", err)
	}
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-served:
		return err
	}
}

func announce(e *env, page string) error {
	if e.json {
		return e.printJSON(map[string]string{"url": page})
	}
	_, err := fmt.Fprintf(e.stdout, "%s (Ctrl-C ends it)\n", page)
	return err
}

// openBrowser has the system open a page, and returns when that was started.
func openBrowser(ctx context.Context, page string) error {
	name, args := "xdg-open", []string{page}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", page}
	}
	return exec.CommandContext(ctx, name, args...).Run()
}
