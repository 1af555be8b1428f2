package main

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// grouped writes n with a space between each three digits.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}

// callRate writes a rate with at least three significant digits.
func callRate(rate float64) string {
	if rate >= 100 {
		return grouped(int64(math.Round(rate))) + "/s"
	}
	return threeDigits(rate) + "/s"
}

// percent writes part of whole. What is not nothing is not written as 0.
func percent(part, whole float64) string {
	switch {
	case part == 0 || whole == 0:
		return "0 %"
	case part/whole < 0.0005:
		return "<0.1 %"
	}
	return strconv.FormatFloat(100*part/whole, 'f', 1, 64) + " %"
}

// threeDigits writes x, from 0 to 1000, with three significant digits.
func threeDigits(x float64) string {
	switch {
	case x >= 99.95:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 9.995:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// shortTime writes d with three significant digits, as 1.20 ms.
func shortTime(d time.Duration) string {
	if d == 0 {
		return "0 s"
	}
	if d >= time.Minute-500*time.Millisecond {
		return d.Round(time.Second).String()
	}
	return inUnits(float64(d), "ns", "µs", "ms", "s")
}

// roundTime is shortTime for a round d, as 1.2 ms.
func roundTime(d time.Duration) string {
	number, unit, ok := strings.Cut(shortTime(d), " ")
	if !ok {
		return number
	}
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number + " " + unit
}

// shortSize writes a number of bytes with three significant digits.
func shortSize(bytes float64) string { return inUnits(bytes, "B", "KB", "MB", "GB", "TB") }

// inUnits writes x in the first unit that leaves it below 1000, each unit being a
// thousand of the one before. There are no parts of the first one.
func inUnits(x float64, units ...string) string {
	unit := 0
	for x >= 999.5 && unit < len(units)-1 {
		x, unit = x/1000, unit+1
	}
	if unit == 0 {
		return strconv.FormatFloat(x, 'f', 0, 64) + " " + units[0]
	}
	return threeDigits(x) + " " + units[unit]
}

// milliseconds is d for programs.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
