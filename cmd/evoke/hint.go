package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/evoke-rpc/evoke/events"
)

// hintFrom says in a line what an answer that there is no such event tells of others.
func hintFrom(failed *events.Error) string {
	if failed == nil || !errors.Is(failed, events.KindEventNotFound) {
		return ""
	}
	if versions := list(failed.Parameters["versions"]); len(versions) > 0 {
		return "there is version " + strings.Join(versions, ", ")
	}
	if names := list(failed.Parameters["suggestions"]); len(names) > 0 {
		return "did you mean " + strings.Join(names, ", ") + "?"
	}
	return ""
}

// list returns the items of a decoded array as texts that can be shown.
func list(v any) (items []string) {
	array, _ := v.([]any)
	for _, item := range array {
		items = append(items, safe(fmt.Sprint(item)))
	}
	return items
}
