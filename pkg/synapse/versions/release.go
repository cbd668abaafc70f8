// Package versions knows which releases of Synapse have which performance issues, and what shows that one of them happens.
package versions

import (
	"math"
	"regexp"
	"slices"
	"strconv"
)

// Release is the numbers of a version: major, minor, patch and candidate. A final release comes after its candidates.
type Release [4]int

// number reads what Synapse and distributions write: "1.152.0", "1.152.0rc2", "1.152.0 (b=main,0a1b2c)", "1.152.0~rc2-1".
var number = regexp.MustCompile(`^v?(\d+)[.](\d+)(?:[.](\d+))?(?:~?rc(\d+))?`)

// Parse reads a version; false where there is no number in it.
func Parse(version string) (Release, bool) {
	found := number.FindStringSubmatch(version)
	if found == nil {
		return Release{}, false
	}
	r := Release{3: math.MaxInt}
	for i, part := range found[1:] {
		if part != "" {
			r[i], _ = strconv.Atoi(part)
		}
	}
	return r, true
}

// Before tells whether a release came before another one.
func (r Release) Before(other Release) bool { return slices.Compare(r[:], other[:]) < 0 }
