package synapse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// everyProcess is a metric that every process of every version exposes, with server_name where the version has it.
const everyProcess = "synapse_storage_schedule_time_count"

type labelSource struct {
	label   string
	metrics []string
}

var labelSources = map[string]labelSource{
	"serverName":  {"server_name", []string{everyProcess}},
	"job":         {"job", []string{everyProcess}},
	"index":       {"index", []string{everyProcess}},
	"instance":    {"instance", []string{everyProcess}},
	"cache":       {"name", []string{"synapse_util_caches_cache", "synapse_util_caches_response_cache"}},
	"transaction": {"desc", []string{TransactionCount.Name, TransactionCount.Older}},
}

// LabelOf tells which label of which metrics lists the values of a kind: serverName, job, index, instance, cache or
// transaction.
func LabelOf(kind string) (label string, metrics query.Matcher, err error) {
	source, ok := labelSources[kind]
	if !ok {
		kinds := make([]string, 0, len(labelSources))
		for k := range labelSources {
			kinds = append(kinds, k)
		}
		slices.Sort(kinds)
		return "", "", fmt.Errorf("unknown kind of values %q. Valid kinds: %s", kind, strings.Join(kinds, ", "))
	}
	return source.label, query.OneOf("__name__", source.metrics), nil
}
