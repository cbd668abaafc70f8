package victoriametrics

import (
	"os"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	text, err := os.ReadFile("build/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "github.com/VictoriaMetrics/VictoriaMetrics v"+Version) {
		t.Errorf("the module builds another version than %s", Version)
	}
}
