package settings

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The settings page shows the defaults as placeholders: who types them in changes nothing.
func TestPlaceholdersAreTheDefaults(t *testing.T) {
	shown := placeholders(t)
	for key := range shown {
		if !isSetting(key) {
			t.Errorf("src/settings.ts has a placeholder for %s, which is no setting", key)
		}
	}
	typed, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(load(t, `{}`), load(t, string(typed))); diff != "" {
		t.Errorf("src/settings.ts has other defaults than pkg/settings (-pkg/settings +src/settings.ts):\n%s", diff)
	}
}

var placeholder = regexp.MustCompile(`^\s*(\w+): '?([^']+?)'?,$`)

// placeholders are those of src/settings.ts that can be typed in: not a description such as "found automatically".
func placeholders(t *testing.T) map[string]string {
	t.Helper()
	source, err := os.ReadFile("../../src/settings.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(source), "settingDefaults = {\n")
	table, _, found := strings.Cut(after, "\n}")
	if !found {
		t.Fatal("src/settings.ts has no table settingDefaults any more")
	}
	all := map[string]string{}
	for line := range strings.Lines(table) {
		entry := placeholder.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if entry == nil {
			t.Fatalf("src/settings.ts: this test can't read %q", line)
		}
		if key, value := entry[1], entry[2]; !strings.Contains(value, " ") {
			all[key] = value
		}
	}
	return all
}

func isSetting(key string) bool {
	for i := range reflect.TypeFor[stored]().NumField() {
		if reflect.TypeFor[stored]().Field(i).Tag.Get("json") == key {
			return true
		}
	}
	return false
}
