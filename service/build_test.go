package service

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

// White box: a test binary has no revision to be asked for.
func TestTheBuildIsTheRevisionOfTheSource(t *testing.T) {
	revised := debug.BuildSetting{Key: "vcs.revision", Value: "4f5a"}
	for want, settings := range map[string][]debug.BuildSetting{
		"":           {{Key: "vcs", Value: "git"}, {Key: "vcs.modified", Value: "true"}},
		"4f5a":       {revised, {Key: "vcs.modified", Value: "false"}},
		"4f5a+dirty": {{Key: "vcs.modified", Value: "true"}, revised},
	} {
		require.Equal(t, want, revision(&debug.BuildInfo{Settings: settings}))
	}
}
