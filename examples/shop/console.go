package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/rs/zerolog"
)

// console returns a writer for a logger whose lines people read: the same columns
// for each call, so that the eye finds a flowId again. A service that machines
// watch gives its os.Stderr to zerolog.New as it is, and has JSON.
func console(w io.Writer) io.Writer {
	columns := []string{"service", "side", "event", "version", "kind", "duration"}
	return zerolog.SyncWriter(zerolog.ConsoleWriter{
		Out:                   w,
		NoColor:               !isTerminal(w),
		TimeFormat:            time.TimeOnly,
		PartsOrder:            slices.Concat([]string{zerolog.TimestampFieldName, zerolog.LevelFieldName}, columns, []string{zerolog.MessageFieldName}),
		FormatPartValueByName: column,
		FormatMessage:         message,
		FieldsOrder:           []string{"flowId", "item"},
		FieldsExclude:         append(columns, "id", "code", "peer"), // the code is in the error, too
	})
}

// column formats a value that stands at the same place in each line.
func column(value any, name string) string {
	if value == nil {
		return ""
	}
	switch name {
	case "service":
		return fmt.Sprintf("%-7v", value)
	case "event":
		return fmt.Sprintf("%-21v", value)
	case "version":
		return fmt.Sprintf("v%v", value)
	case "kind":
		return fmt.Sprintf("%-13v", value)
	case "duration":
		if n, ok := value.(json.Number); ok {
			ms, _ := n.Float64()
			return fmt.Sprintf("%6.2fms", ms)
		}
	}
	return fmt.Sprint(value)
}

// message leaves out what stands in the lines of all calls.
func message(value any) string {
	if value == nil || value == "call" {
		return ""
	}
	return fmt.Sprint(value)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
