package alerting

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The intervals of the copies that the tests watch. The healthy server's rules have time between their evaluations, so
// that each evaluation's questions can be told from the next one's.
const (
	troubledEvery   = 10 * time.Second
	healthyInterval = "30s"
)

// provision makes a provisioning folder: the repository's own, the same rules again without their delay, and once more
// for the healthy homeserver.
func provision(folder string) error {
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(root, "provisioning"))); err != nil {
		return err
	}
	for _, c := range []struct{ suffix, uid, interval string }{
		{"-now", laboratory.troubled.uid, troubledEvery.String()},
		{"-ok", laboratory.health.uid, healthyInterval},
	} {
		if err := copyRules(folder, c.suffix, c.uid, c.interval); err != nil {
			return err
		}
	}
	if err := copyRulesOf(folder, "-history", laboratory.troubled.uid, troubledEvery.String(), historyFor.String(), []string{"synapse-event-send-time", "synapse-extremities-corrupt"}); err != nil {
		return err
	}
	return provisionSources(folder, nil)
}

type object = map[string]any

func readYAML(path string) (object, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var parsed object
	return parsed, yaml.Unmarshal(raw, &parsed)
}

func writeYAML(path string, value any) error {
	raw, err := yaml.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o644)
}

// copyRules copies all rules, to fire at once.
func copyRules(folder, suffix, uid, interval string) error {
	return copyRulesOf(folder, suffix, uid, interval, "0s", nil)
}

// copyRulesOf copies the rules with these uids, or all, with another pending period.
func copyRulesOf(folder, suffix, uid, interval, pending string, uids []string) error {
	parsed, err := readYAML(filepath.Join(root, "provisioning", "alerting", "matrix-synapse.yaml"))
	if err != nil {
		return err
	}
	group := parsed["groups"].([]any)[0].(object)
	group["name"], group["interval"] = group["name"].(string)+suffix, interval
	group["rules"] = slices.DeleteFunc(group["rules"].([]any), func(r any) bool {
		return len(uids) > 0 && !slices.Contains(uids, r.(object)["uid"].(string))
	})
	for _, r := range group["rules"].([]any) {
		rule := r.(object)
		// Grafana takes uids of 40 characters at most.
		rule["uid"], rule["title"] = strings.TrimPrefix(rule["uid"].(string), "synapse-")+suffix, rule["title"].(string)+suffix
		rule["for"] = pending
		for _, d := range rule["data"].([]any) {
			if data := d.(object); data["datasourceUid"] == "matrix-synapse" {
				data["datasourceUid"] = uid
			}
		}
	}
	return writeYAML(filepath.Join(folder, "alerting", "copy"+suffix+".yaml"), parsed)
}

// provisionSources writes both data sources; options are further settings of the troubled one.
func provisionSources(folder string, options object) error {
	path := filepath.Join(root, "provisioning", "datasources", "matrix-synapse.yaml")
	parsed, err := readYAML(path)
	if err != nil {
		return err
	}
	troubled := parsed["datasources"].([]any)[0].(object)
	maps.Copy(troubled["jsonData"].(object), options)
	again, err := readYAML(path)
	if err != nil {
		return err
	}
	healthy := again["datasources"].([]any)[0].(object)
	env := laboratory.health.environment()
	healthy["name"], healthy["uid"], healthy["url"] = "Healthy", laboratory.health.uid, env["SYNAPSE_PROMETHEUS_URL"]
	healthy["jsonData"].(object)["postgresHost"] = env["SYNAPSE_POSTGRES_HOST"]
	parsed["datasources"] = []any{troubled, healthy}
	if err := writeYAML(filepath.Join(folder, "datasources", "matrix-synapse.yaml"), parsed); err != nil {
		return fmt.Errorf("write the data sources: %w", err)
	}
	return nil
}
