package diagnosis

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

// pluginID is that of plugin.json: a query that is opened elsewhere names whom to ask.
const pluginID = "matrix-synapse-datasource"

// next is the whole query that looks further into a finding, as Explore and panels take it.
type next struct {
	RefID      string     `json:"refId"`
	Datasource datasource `json:"datasource"`
	QueryType  string     `json:"queryType"`
	Format     string     `json:"format"`
	Graph      string     `json:"graph,omitempty"`
	ServerName string     `json:"serverName,omitempty"`
	Job        string     `json:"job,omitempty"`
	Index      string     `json:"index,omitempty"`
	Instance   string     `json:"instance,omitempty"`
	// The subject, where the query type can be narrowed to it.
	Cache       string `json:"cache,omitempty"`
	Transaction string `json:"transaction,omitempty"`
}

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// nextOf is the question of the check's panel, narrowed to the finding's subject. It never holds what is hidden: no query type
// takes a room or another homeserver.
func (r row) nextOf() string {
	asks := r.check.Next()
	n := next{
		RefID: "A", Datasource: datasource{pluginID, r.source}, QueryType: asks.Type, Format: asks.Format, Graph: asks.Graph, ServerName: r.server,
	}
	switch asks.Type {
	case "resources", "garbageCollection": // what a process causes elsewhere is not among its own series
		n.Job, n.Index, n.Instance = string(r.process["job"]), string(r.process["index"]), string(r.process["instance"])
	case "caches", "cacheFactors":
		if !r.check.PerProcess {
			n.Cache = r.Subject.Name
		}
	case "transactions":
		if !r.check.PerProcess {
			n.Transaction = r.Subject.Name
		}
	}
	text, err := json.Marshal(n)
	if err != nil {
		panic(err) // texts only
	}
	return string(text)
}

// processOf are the labels of the process that a finding is about, as the check's measurements have them.
func (m *measured) processOf(c checks.Check, subject string) model.Metric {
	if !c.PerProcess || subject == "" {
		return nil
	}
	for _, one := range c.Measures {
		for _, sample := range m.vectors[one] {
			if sample.Metric["job"] != "" && m.scope.Identity.Name(sample.Metric) == subject {
				return sample.Metric
			}
		}
	}
	return nil
}

// exploreURL opens the query in the column next of the same row in Explore, over the panel's time range. It works in anybody's
// panel. percentencode: Grafana's default leaves &, # and + in an address.
func exploreURL(source string) string {
	uid, _ := json.Marshal(source) //nolint:errchkjson // a text
	before := `{"a":{"datasource":` + string(uid) + `,"queries":[`
	const after = `],"range":{"from":"${__from}","to":"${__to}"}}}`
	return "/explore?schemaVersion=1&panes=" + url.QueryEscape(before) + "${__data.fields.next:percentencode}" + keptMacros.Replace(url.QueryEscape(after))
}

// keptMacros undoes the escaping of what Grafana fills in.
var keptMacros = strings.NewReplacer(url.QueryEscape("${__from}"), "${__from}", url.QueryEscape("${__to}"), "${__to}")
