package process

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

type labelSource struct {
	label  string
	series []metrics.Series
}

var labelSources = map[string]labelSource{
	"serverName":  {"server_name", []metrics.Series{marker}},
	"job":         {"job", []metrics.Series{marker}},
	"index":       {"index", []metrics.Series{marker}},
	"instance":    {"instance", []metrics.Series{marker}},
	"cache":       {"name", []metrics.Series{metrics.CacheRequests.Series(), metrics.ResponseCacheRequests.Series()}},
	"transaction": {"desc", []metrics.Series{metrics.TransactionCount.Series()}},
}

// LabelOf tells which label of which metrics lists the values of a kind: serverName, job, index, instance, cache or
// transaction.
func LabelOf(kind string) (label string, series query.Matcher, err error) {
	source, ok := labelSources[kind]
	if !ok {
		kinds := make([]string, 0, len(labelSources))
		for k := range labelSources {
			kinds = append(kinds, k)
		}
		slices.Sort(kinds)
		return "", "", fmt.Errorf("unknown kind of values %q. Valid kinds: %s", kind, strings.Join(kinds, ", "))
	}
	var names []string
	for _, one := range source.series {
		names = append(names, one.Names()...)
	}
	return source.label, query.OneOf("__name__", names), nil
}
