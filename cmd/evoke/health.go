package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/service"
)

func newHealthCommand(e *env) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "health URL",
		Short: "Tell whether a service is well",
		Long: `Tell whether a service is well, by its own checks. The exit code is 1 if one fails.

The service must have the event service:health:check.`,
		Example: `  evoke health http://localhost:8080/events
  evoke health --timeout 2s http://localhost:8080/events >/dev/null || alert`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			health, err := ask[service.Health](cmd.Context(), e, &c, args[0], service.HealthCheck)
			if err != nil {
				return err
			}
			if err := printHealth(e, health); err != nil {
				return err
			}
			if health.Status != service.OK {
				return &exitError{code: exitNo}
			}
			return nil
		},
	}
	c.addFlags(cmd)
	return cmd
}

func printHealth(e *env, health service.Health) error {
	if e.json {
		return e.printJSON(health)
	}
	fmt.Fprintln(e.stdout, paint(e.colour, styleOfStatus(health.Status), safe(string(health.Status))))
	t := table{right: map[int]bool{2: true}}
	for _, check := range health.Checks {
		t.add("  "+check.Name, string(check.Status), fmt.Sprintf("%.1f ms", check.DurationMs), check.Error)
	}
	for i, line := range t.lines(e.lineWidth()) {
		if health.Checks[i].Status != service.OK {
			line = paint(e.colour, red, line)
		}
		fmt.Fprintln(e.stdout, line)
	}
	return nil
}

func styleOfStatus(s service.Status) style {
	if s == service.OK {
		return green
	}
	return red
}
