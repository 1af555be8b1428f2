// Package schema describes JSON and checks it: Go types become JSON Schema
// (draft-07), payloads are validated with every violation at its place, and two
// schemas are compared for what would break a caller.
package schema
