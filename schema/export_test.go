package schema

// The two ways of Validate, for the tests that compare them.
var (
	Accepts = (*Schema).accepts
	Explain = (*Schema).explain
)
