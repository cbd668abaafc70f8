package diagnosis

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// shownSteps is how many steps of a check a finding shows; its page has the rest.
const shownSteps = 3

// row is one finding of one check on one homeserver.
type row struct {
	checks.Finding
	check  checks.Check
	server string
	since  *time.Time
	// source is the uid of the data source, and process the labels of the process that the finding is about.
	source  string
	process model.Metric
	// causeTitle is what the finding that explains this one is called; empty where none does.
	causeTitle string
	// changed is a sentence about what changed before it began.
	changed string
}

func (r row) title() string {
	switch {
	case r.Severity == checks.OK:
		return r.check.Topic + ": OK"
	case r.Severity == checks.Unknown:
		return r.check.Topic + ": unknown"
	}
	return cmp.Or(r.Title, r.check.Title)
}

// steps are what to do about the finding, the first one first.
func (r row) steps() []string {
	if r.Severity <= checks.OK { // nothing is wrong, so there is nothing to do
		return nil
	}
	if len(r.Steps) > 0 {
		return r.Steps
	}
	steps := make([]string, min(shownSteps, len(r.check.Steps)))
	for i := range steps {
		steps[i] = r.check.Filled(r.check.Steps[i])
	}
	return steps
}

// firstStep is what to do before anything else.
func (r row) firstStep() string {
	if steps := r.steps(); len(steps) > 0 {
		return steps[0]
	}
	return ""
}

// unit is the Grafana unit of value and threshold.
func (r row) unit() string { return cmp.Or(r.Unit, r.check.Thresholds.Unit) }

// measured is the number that decided, as this viewer may know it.
func (r row) measured(view query.View) *float64 { return r.ValueIn(view, r.unit()) }

// known checks the names that a query asks for.
func known(names []string) error {
	for _, name := range names {
		if !slices.Contains(checks.IDs(), name) {
			return query.Badf("Unknown check %q. Valid checks: %s.", name, strings.Join(checks.IDs(), ", "))
		}
	}
	return nil
}

// named keeps what was asked for; causes were measured to explain it, not to be shown.
func named(rows []row, names []string) []row {
	if len(names) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(r row) bool { return !slices.Contains(names, r.check.ID) })
}

// rowsOf are what the checks found on every homeserver.
func (m *measured) rowsOf(s *query.Session, wanted []checks.Check) (rows []row) {
	for _, server := range m.servers {
		for _, c := range wanted {
			for _, f := range m.found[onServer{c.ID, server}] {
				rows = append(rows, row{Finding: f, check: c, server: server, source: s.Settings.DatasourceUID, process: m.processOf(c, f.Subject.Key())})
			}
		}
	}
	return rows
}

// linked says since when each finding holds, as far as its history is known, and links it to what explains it on its homeserver.
func (m *measured) linked(rows []row) (all []row) {
	for _, server := range m.servers {
		var own []row
		for _, r := range rows {
			if r.server == server {
				r.since = m.since(r)
				own = append(own, r)
			}
		}
		all = append(all, explained(doubted(own))...)
	}
	return all
}

// findings are what one check says of one homeserver, or what it has to be told before it can.
func (m *measured) findings(s *query.Session, c checks.Check, server string) (found []checks.Finding, missing []*checks.Measurement) {
	if !m.present[server] && c.Read == nil && !c.WithoutSynapse {
		return checks.UnknownFinding("Prometheus has nothing from any Synapse process of this homeserver in this time range."), nil
	}
	// Rates of several processes that one series has in turn are far off, and so is what is added up with them.
	if why := m.scope.Identity.Mixed(server); why != "" && len(c.Measures) > 0 && !c.WithoutSynapse {
		return checks.UnknownFinding(why), nil
	}
	if why := m.refusedTo(c); why != "" {
		return checks.UnknownFinding("Prometheus refused a query of this check. " + why), nil
	}
	found, missing = c.JudgeAsFar(m.input(s, c, server))
	if len(found) == 0 && len(missing) == 0 {
		found = []checks.Finding{{Severity: checks.OK}}
	}
	return found, missing
}

// doubted takes back the "ok" of checks that measure what finished, where another check found that too little does.
func doubted(rows []row) []row {
	at := slices.IndexFunc(rows, func(r row) bool { return r.Unfinished != "" })
	if at < 0 {
		return rows
	}
	for i, r := range rows {
		if r.check.Completions && r.Severity == checks.OK {
			rows[i].Finding = checks.UnknownFinding(rows[at].Unfinished)[0]
			rows[i].Subject = r.Subject
		}
	}
	return rows
}
