package flowtracker

import (
	"strconv"
	"time"
)

// A tag says how a call ended.
type tag struct{ Text, Class string }

// openTag is that of a call that has not ended.
var openTag = tag{"in progress", "open"}

func tagOf(c *call) tag {
	switch {
	case c.Open:
		return openTag
	case c.failed():
		return tag{c.Kind, "bad"}
	case c.Error != "":
		return tag{c.Kind, "warn"}
	}
	return tag{c.Kind, "good"}
}

// A moment is a time as people and as programs read it.
type moment struct{ Text, Stamp string }

// momentOf writes t by the time zone of now, and its date unless that is today's.
func momentOf(t, now time.Time) moment {
	t = t.In(now.Location())
	format := "15:04:05.000"
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		format = "2006-01-02 " + format
	}
	return moment{t.Format(format), t.Format(time.RFC3339Nano)}
}

// duration writes d with three digits or so.
func duration(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d < time.Microsecond:
		return strconv.FormatInt(int64(d), 10) + " ns"
	case d < time.Millisecond:
		return decimal(d, time.Microsecond) + " µs"
	case d < time.Second:
		return decimal(d, time.Millisecond) + " ms"
	case d < 2*time.Minute:
		return decimal(d, time.Second) + " s"
	}
	return d.Round(time.Second).String()
}

func decimal(d, unit time.Duration) string {
	n := float64(d) / float64(unit)
	digits := 0
	if n < 10 {
		digits = 2
	} else if n < 100 {
		digits = 1
	}
	return strconv.FormatFloat(n, 'f', digits, 64)
}
