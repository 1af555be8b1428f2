package scan

import "strings"

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// PointerToken makes a key part of a JSON Pointer (RFC 6901, section 3).
func PointerToken(key string) string { return pointerEscapes.Replace(key) }
