package main

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/tests/promql"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// scenario is one kind of server, with the cause that must come first.
type scenario struct {
	name, class string
	incident    string // its id where it replays what happened
	shape       shape
	expect      []string // accepted checks; none for a healthy server
	sick        string   // the process that must be named; "" is any
	after       []time.Duration
	outage      bool // must be critical each time
	happens     func(*server, *process)
}

// outcome is what the diagnosis said once.
type outcome struct {
	scenario      *scenario
	seed          uint64
	after         time.Duration
	rows          []finding // those of a warning or worse first
	first, among3 bool
	alarms        []finding
	critical      bool
}

type finding struct {
	check, subject, severity, evidence, causedBy string
	confidence                                   float64
}

func (s *scenario) judging(seed uint64) bool {
	if s.incident != "" { // an incident is on one side with all its seeds
		hash := fnv.New32a()
		_, _ = hash.Write([]byte(s.incident))
		return hash.Sum32()%2 == 1
	}
	return seed%2 == 1
}

// play runs a scenario with a seed and asks for the diagnosis at each of its times.
func (s *scenario) play(ctx context.Context, seed uint64) ([]outcome, error) {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(s.name))
	homeserver, err := newServer(seed^hash.Sum64(), s.shape)
	if err != nil {
		return nil, err
	}
	sick := homeserver.processes[0]
	for _, p := range homeserver.processes {
		if p.name == s.sick {
			sick = p
		}
	}
	if s.happens != nil {
		s.happens(homeserver, sick)
	}
	var all []outcome
	for _, after := range s.after {
		if s.outage && after < 4*homeserver.scrape+time.Minute {
			after = max(after, 4*homeserver.scrape+time.Minute) // four scrapes and one evaluation
		}
		at := time.Unix(int64(homeserver.trouble), 0).Add(after)
		rows, err := homeserver.diagnose(ctx, at)
		if err != nil {
			return nil, err
		}
		all = append(all, s.judge(homeserver, sick, seed, after, rows))
	}
	return all, nil
}

func (s *server) diagnose(ctx context.Context, at time.Time) ([]finding, error) {
	typ := diagnosis.Type()
	request, err := typ.Decode([]byte(`{}`))
	if err != nil {
		return nil, err
	}
	wishes := settings.Settings{ScrapeInterval: s.scrape, QueryTimeout: 2 * time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
	within := query.Align(at.Add(-time.Hour), at, s.scrape, s.scrape)
	frames, err := query.NewRunner(wishes, promql.Over(s), nil).Run(ctx, typ, request, within, query.Asker{})
	if err != nil {
		return nil, err
	}
	frame := frames[0]
	text := func(column string, row int) string {
		field, _ := frame.FieldByName(column)
		value, _ := field.ConcreteAt(row)
		written, _ := value.(string)
		return written
	}
	var rows []finding
	for row := range frame.Rows() {
		f := finding{check: text("check", row), subject: text("subject", row), severity: text("severity", row), evidence: text("evidence", row), causedBy: text("caused_by", row), confidence: 1}
		field, _ := frame.FieldByName("confidence")
		if value, _ := field.ConcreteAt(row); value != nil {
			f.confidence, _ = value.(float64)
		}
		rows = append(rows, f)
	}
	return rows, nil
}

func (s *scenario) judge(on *server, sick *process, seed uint64, after time.Duration, rows []finding) outcome {
	o := outcome{scenario: s, seed: seed, after: after, rows: rows}
	for _, f := range rows {
		if f.severity == "warning" || f.severity == "critical" {
			o.alarms = append(o.alarms, f)
		}
	}
	if len(s.expect) == 0 {
		o.first = len(o.alarms) == 0
		o.among3 = o.first
		return o
	}
	for i, f := range o.alarms {
		right := slices.Contains(s.expect, f.check) && (s.sick == "" || f.subject == "" && len(on.processes) == 1 || on.names(f.subject, sick))
		if i < 3 && right {
			o.among3 = true
			o.first = o.first || i == 0
		}
		o.critical = o.critical || f.severity == "critical" && right
	}
	return o
}

// names tells whether a finding's subject is this process and no other: more of its labels are in it than of any other's.
func (s *server) names(subject string, sick *process) bool {
	most, best := 0, 0
	for _, p := range s.processes {
		count := 0
		for _, value := range p.labels {
			if strings.Contains(subject, value) {
				count += len(value)
			}
		}
		if p == sick {
			best = count
		} else {
			most = max(most, count)
		}
	}
	return best > most || len(s.processes) == 1
}
