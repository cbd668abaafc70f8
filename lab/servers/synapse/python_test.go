package synapse

import (
	"strings"
	"testing"
)

func TestVersionsArePinned(t *testing.T) {
	for _, version := range []string{Oldest, "1.160.0", Newest} {
		r, err := releaseOf(version)
		asks := strings.Replace(string(r.requirements), "[redis]", "", 1) // what its workers need besides
		if want := "\nmatrix-synapse==" + r.version + "\n"; err != nil || !strings.Contains(asks, want) {
			t.Errorf("the requirements of %q don't ask for %s: %v\n%s", version, r.version, err, r.requirements)
		}
	}
	if _, err := releaseOf("1.2.3"); err == nil || !strings.Contains(err.Error(), "1.160.0, 1.163.2, 1.96.1 only") {
		t.Error(err)
	}
}
