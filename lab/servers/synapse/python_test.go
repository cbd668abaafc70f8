package synapse

import (
	"strings"
	"testing"
)

func TestTheVersionIsPinned(t *testing.T) {
	if want := "\nmatrix-synapse==" + SynapseVersion + "\n"; !strings.Contains(string(requirements), want) {
		t.Errorf("requirements.txt does not ask for %s:\n%s", SynapseVersion, requirements)
	}
}
