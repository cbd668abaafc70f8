package pack

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// allowed are the licences whose terms the package meets by bringing their texts along. MPL-2.0 asks for the sources of its
// own files, which are where go.sum says.
var allowed = []string{"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD-Source-Code", "0BSD", "ISC", "MPL-2.0"}

// CheckLicences fails if a list of components (CycloneDX, JSON) names one without a licence or with another than those
// allowed.
func CheckLicences(list string) error {
	text, err := os.ReadFile(list) //nolint:gosec // the list that was just made
	if err != nil {
		return err
	}
	type licence struct{ License struct{ ID string } }
	var bill struct {
		Components []struct {
			Name, Version string
			Licenses      []licence
			Evidence      struct{ Licenses []licence }
		}
	}
	if err := json.Unmarshal(text, &bill); err != nil {
		return err
	}
	var refused []string
	for _, c := range bill.Components {
		ids := c.Licenses
		if len(ids) == 0 {
			ids = c.Evidence.Licenses
		}
		bad := func(l licence) bool { return !slices.Contains(allowed, l.License.ID) }
		if len(ids) == 0 || slices.ContainsFunc(ids, bad) {
			refused = append(refused, fmt.Sprintf("%s %s: %v", c.Name, c.Version, ids))
		}
	}
	if len(refused) > 0 {
		return fmt.Errorf("components without an allowed licence:\n%s", strings.Join(refused, "\n"))
	}
	return nil
}
