package near_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/near"
)

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "get", 3},
		{"get", "get", 0},
		{"get", "GET", 0},
		{"get", "gets", 1},
		{"get", "set", 1},
		{"product", "prodcut", 1},
		{"ab", "ba", 1},
		{"cba", "abc", 2},
		{"kitten", "sitting", 3},
		{"tür", "tur", 1},
	} {
		require.Equal(t, test.want, near.Distance(test.a, test.b), "%q, %q", test.a, test.b)
		require.Equal(t, test.want, near.Distance(test.b, test.a), "%q, %q", test.b, test.a)
	}
}
