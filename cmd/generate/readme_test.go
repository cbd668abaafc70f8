package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The role that people paste from the README must be able to read what the plugin reads, and nothing more.
func TestReadmeShowsTheRole(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(postgres.RoleSQL("grafana_synapse", "synapse"))
	if !strings.Contains(string(readme), want) {
		t.Errorf("README.md does not show the role's SQL as the plugin needs it:\n%s", want)
	}
}

// The README names query types as the editor does.
func TestReadmeNamesTheQueryTypes(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, queryType := range queries.All {
		if !strings.Contains(string(readme), "| "+queryType.Title+" |") {
			t.Errorf("README.md has no row for the query type %q", queryType.Title)
		}
	}
}

// The links to documentation name the version that is built.
func TestDocsAreOfThisVersion(t *testing.T) {
	text, err := os.ReadFile("../../package.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Version != words.Version {
		t.Errorf("package.json has the version %s, pkg/words/docs.go %s: write the first into the second and run go tool mage generate", manifest.Version, words.Version)
	}
}
