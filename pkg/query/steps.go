package query

import "regexp"

// A step's number after the end of a sentence.
var stepNumber = regexp.MustCompile(`([.:)]) ([1-9]\. \S)`)

// Steps puts the numbered steps of an advice ("1. Look. 2. Act.") on lines of their own, as tables show them.
func Steps(advice string) string { return stepNumber.ReplaceAllString(advice, "$1\n$2") }
