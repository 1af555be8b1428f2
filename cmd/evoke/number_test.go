package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNumbersAreWrittenForPeople(t *testing.T) {
	for want, got := range map[string]string{
		"0":         grouped(0),
		"999":       grouped(999),
		"1 000":     grouped(1000),
		"-123 456":  grouped(-123456),
		"1 234 567": grouped(1234567),

		"0 s":     shortTime(0),
		"1 ns":    shortTime(1),
		"999 ns":  shortTime(999),
		"1.00 µs": shortTime(time.Microsecond),
		"1.00 ms": shortTime(999_999),
		"9.99 ms": shortTime(9_994 * time.Microsecond),
		"10.0 ms": shortTime(9_995 * time.Microsecond),
		"100 ms":  shortTime(99_950 * time.Microsecond),
		"59.4 s":  shortTime(59_400 * time.Millisecond),
		"1m0s":    shortTime(59_600 * time.Millisecond),
		"2h3m4s":  shortTime(2*time.Hour + 3*time.Minute + 4*time.Second),

		"1.2 ms": roundTime(1200 * time.Microsecond),
		"3 s":    roundTime(3 * time.Second),
		"200 µs": roundTime(200 * time.Microsecond),
		"1m30s":  roundTime(90 * time.Second),

		"12 B":    shortSize(12.4),
		"1.00 KB": shortSize(1000),
		"4.32 MB": shortSize(4_321_000),
		"2000 TB": shortSize(2e15),

		"0.50/s":  callRate(0.5),
		"99.9/s":  callRate(99.9),
		"1 235/s": callRate(1234.6),

		"0 %":     percent(0, 10),
		"0 % ":    percent(1, 0) + " ",
		"<0.1 %":  percent(1, 1e6),
		"12.5 %":  percent(1, 8),
		"100.0 %": percent(8, 8),
	} {
		require.Equal(t, want, got)
	}
}
