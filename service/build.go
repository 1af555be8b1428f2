package service

import "runtime/debug"

// build is the revision that this program was built from, "" if that is not known.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return revision(info)
}

// revision tells changes that were not committed by "+dirty", as Go's own version
// strings do.
func revision(info *debug.BuildInfo) string {
	var revision, modified string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value
		}
	}
	if revision != "" && modified == "true" {
		return revision + "+dirty"
	}
	return revision
}
