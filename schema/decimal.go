package schema

import (
	"cmp"
	"math"
)

// A decimal is a number in the size in which almost all come: magnitude × 10^exponent.
type decimal struct {
	negative  bool
	long      bool // too many digits for magnitude, which is meaningless then
	magnitude uint64
	exponent  int
}

// readDecimal reads the number at data[i] by the grammar of JSON and the limits of
// decode. End is where it ends, or refused.
func readDecimal(data []byte, i int) (d decimal, end int) {
	from := i
	if data[i] == '-' {
		d.negative = true
		i++
	}
	whole := i
	i = d.digits(data, i)
	if i == whole || data[whole] == '0' && i > whole+1 {
		return d, refused
	}
	if i < len(data) && data[i] == '.' {
		point := i + 1
		if i = d.digits(data, point); i == point {
			return d, refused
		}
		d.exponent = point - i
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		var e int
		if e, i = readExponent(data, i+1); i == refused {
			return d, refused
		}
		d.exponent += e
	}
	if i-from > maxNumber {
		return d, refused
	}
	return d, i
}

// digits appends the digits at data[i] to the magnitude.
func (d *decimal) digits(data []byte, i int) int {
	for ; i < len(data) && '0' <= data[i] && data[i] <= '9'; i++ {
		digit := uint64(data[i] - '0')
		next := 10*d.magnitude + digit
		if d.magnitude > math.MaxUint64/10 || next < digit {
			d.long = true
		}
		d.magnitude = next
	}
	return i
}

// readExponent reads the exponent whose letter is before data[i].
func readExponent(data []byte, i int) (e, end int) {
	negative := false
	if i < len(data) && (data[i] == '+' || data[i] == '-') {
		negative = data[i] == '-'
		i++
	}
	from := i
	for ; i < len(data) && '0' <= data[i] && data[i] <= '9'; i++ {
		if e = e*10 + int(data[i]-'0'); e > maxExponent {
			return 0, refused
		}
	}
	if i == from {
		return 0, refused
	}
	if negative {
		e = -e
	}
	return e, i
}

// integral reports whether d is certainly an integer.
func (d decimal) integral() bool {
	if d.exponent >= 0 || !d.long && d.magnitude == 0 {
		return true
	}
	if d.long {
		return false
	}
	for ; d.exponent < 0 && d.magnitude%10 == 0; d.exponent++ {
		d.magnitude /= 10
	}
	return d.exponent == 0
}

func (d decimal) sign() int {
	switch {
	case d.magnitude == 0:
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// compare compares two numbers that are not long.
func (d decimal) compare(other decimal) int {
	sign := d.sign()
	if c := cmp.Compare(sign, other.sign()); c != 0 || sign == 0 {
		return c
	}
	if !d.lower(other.exponent) {
		return sign // it has more digits than any magnitude
	}
	if !other.lower(d.exponent) {
		return -sign
	}
	return sign * cmp.Compare(d.magnitude, other.magnitude)
}

// lower writes d with an exponent that is not greater than the given one. It
// returns false if the magnitude has no room for it.
func (d *decimal) lower(exponent int) bool {
	for ; d.exponent > exponent; d.exponent-- {
		if d.magnitude > math.MaxUint64/10 {
			return false
		}
		d.magnitude *= 10
	}
	return true
}

// multipleOf reports whether d is certainly a multiple of unit, which is not zero.
// Neither is long.
func (d decimal) multipleOf(unit decimal) bool {
	return d.magnitude == 0 || d.lower(unit.exponent) && unit.lower(d.exponent) && d.magnitude%unit.magnitude == 0
}

// among reports whether d is certainly one of all, none of which is long.
func (d decimal) among(all []decimal) bool {
	for _, other := range all {
		if !d.long && d.compare(other) == 0 {
			return true
		}
	}
	return false
}

// numberLimits are the bounds of a number, each nil without one.
type numberLimits struct {
	min, above, max, below, unit *decimal
}

func (l *numberLimits) allow(d decimal) bool {
	return !d.long &&
		(l.min == nil || d.compare(*l.min) >= 0) &&
		(l.above == nil || d.compare(*l.above) > 0) &&
		(l.max == nil || d.compare(*l.max) <= 0) &&
		(l.below == nil || d.compare(*l.below) < 0) &&
		(l.unit == nil || d.multipleOf(*l.unit))
}
