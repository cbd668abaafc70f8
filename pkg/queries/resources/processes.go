package resources

import (
	"cmp"
	"context"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// process is one row.
type process struct {
	name, server, instance string
	roles                  []string
	version                string
	// nil: Prometheus has no such metric of this process.
	cpu, busy, stalls, tick, memory, poolWait, gc, fds, uptime *float64
}

func runProcesses(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	a, err := fetch(ctx, s, identity)
	if err != nil {
		return nil, err
	}
	if len(a.present) == 0 {
		s.Warn("Prometheus has no process of Synapse for this selection right now. Is Synapse scraped, and does the filter match?")
	}
	a.tellMissing(s)
	rows, left := query.LimitPerServer(a.rows(), s.Limit, func(p process) string { return p.server })
	if left > 0 {
		s.Inform("Processes that are not shown, less busy ones: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return table(rows), nil
}

// tellMissing says of which metrics some processes have no value, so that their columns are empty.
func (a answers) tellMissing(s *query.Session) {
	versions, versioned := a.versions(), 0
	for _, sample := range a.present {
		if versions[a.identity.Process(sample.Metric)] != "" {
			versioned++
		}
	}
	for _, column := range []struct {
		metric, title string
		there         int
	}{
		{"process_cpu_seconds_total", "CPU", len(a.cpu)}, {"python_twisted_reactor_tick_time", "Busy", len(a.busy)},
		{"process_resident_memory_bytes", "Memory", len(a.memory)}, {"python_gc_time", "GC", len(a.gc)}, {"process_open_fds", "Open files", len(a.fds)},
		{"process_start_time_seconds", "Uptime", len(a.uptime)}, {"synapse_build_info", "Version", versioned},
	} {
		if missing := len(a.present) - column.there; missing > 0 {
			s.Inform("Prometheus has no %s, or a single value only, of %d of %d processes: %q is empty there.", column.metric, missing, len(a.present), column.title)
		}
	}
}

func (a answers) rows() []process {
	cpu, busy, stalls, tick, memory := a.at(a.cpu), a.at(a.busy), a.at(a.stalls), a.at(a.tick), a.at(a.memory)
	pool, gc, fds, uptime := a.at(a.pool), a.at(a.gc), a.at(a.fds), a.at(a.uptime)
	versions, roles := a.versions(), map[place]map[string]bool{}
	for _, sample := range a.roles {
		at := placeOf(a.identity, sample.Metric)
		if roles[at] == nil {
			roles[at] = map[string]bool{}
		}
		roles[at][string(sample.Metric["role"])] = true
	}
	var rows []process
	for _, sample := range a.present {
		m := sample.Metric
		at := placeOf(a.identity, m)
		rate := func(values map[place]*float64) *float64 { return times(values[at], a.newcomers.OwnTime(m)) }
		row := process{
			name: a.identity.Name(m), server: string(m["server_name"]), instance: string(m["instance"]), version: versions[at.process],
			cpu: rate(cpu), busy: rate(busy), stalls: rate(stalls), tick: tick[at], memory: memory[at],
			poolWait: pool[at], gc: rate(gc), fds: fds[at], uptime: uptime[at],
		}
		for _, role := range synapse.Roles {
			if roles[at][role.Name] {
				row.roles = append(row.roles, role.Name)
			}
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b process) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(value(b.busy), value(a.busy)), cmp.Compare(a.name, b.name))
	})
	return rows
}

func times(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	product := *v * factor
	return &product
}

func value(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// table is the rows as a Result.
type table []process

func (t table) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("processes", columns, t, view)}
}
