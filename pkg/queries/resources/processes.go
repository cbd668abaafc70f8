package resources

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

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

// answers are the vectors that rows are made of, all per process.
type answers struct {
	present, cpu, busy, stalls, tick, memory, pool, gc, fds, uptime, version, roles model.Vector
	newcomers                                                                       synapse.Newcomers
}

func fetch(ctx context.Context, s *query.Session, identity synapse.Identity) (a answers, err error) {
	f, window := s.Filters, s.Range.Window()
	of := func(format string) string { return ofProcess(format)(identity, f, window) }
	now := func(format string) string {
		return synapse.PerServer(f, strings.ReplaceAll(format, "%s", f.ProcessSelector()))
	}
	err = s.Ask(ctx,
		query.At("count by ("+identity.Labels()+") (synapse_storage_schedule_time_count"+f.Selector()+")", &a.present),
		query.At(of("rate(process_cpu_seconds_total%s)"), &a.cpu),
		query.At(of("rate(python_twisted_reactor_tick_time_sum%s)"), &a.busy),
		query.At(stallsPerHour(f, window), &a.stalls),
		query.At(of("histogram_quantile(0.99, sum by (job, index, instance, le) (rate(python_twisted_reactor_tick_time_bucket%s)))"), &a.tick),
		query.At(now("process_resident_memory_bytes%s"), &a.memory),
		query.At(poolWait(identity, f, window), &a.pool),
		query.At(of("sum by (job, index, instance) (rate(python_gc_time_sum%s))"), &a.gc),
		query.At(now("process_open_fds%s / process_max_fds%s"), &a.fds),
		query.At(now("time() - process_start_time_seconds%s"), &a.uptime),
		query.At(versions(f), &a.version),
		query.At(synapse.RolesQuery(f, window), &a.roles),
		synapse.AskNewcomers(&a.newcomers),
	)
	return a, err
}

// stallsPerHour counts ticks of the event loop that took longer than a second.
func stallsPerHour(f query.Filters, window string) string {
	all := "sum by (job, index, instance) (rate(python_twisted_reactor_tick_time_count" + f.ProcessSelector() + window + "))"
	quick := "sum by (job, index, instance) (rate(python_twisted_reactor_tick_time_bucket" + f.ProcessSelector(`le=~"1([.]0)?"`) + window + "))"
	return synapse.PerServer(f, "3600 * ("+all+" - "+quick+")")
}

// versions carries the label version over to a series of the process.
func versions(f query.Filters) string {
	return "count by (server_name, job, index, instance) (synapse_storage_schedule_time_count" + f.Selector() +
		") * on (job, index, instance) group_left (version) synapse_build_info" + f.ProcessSelector()
}

func at(v model.Vector) map[model.Fingerprint]*float64 {
	values := map[model.Fingerprint]*float64{}
	for _, sample := range v {
		if value := float64(sample.Value); value == value {
			values[place(sample.Metric)] = &value
		}
	}
	return values
}

// place is the identity of a series' process on a homeserver.
func place(m model.Metric) model.Fingerprint {
	return model.Metric{"server_name": m["server_name"], "job": m["job"], "index": m["index"], "instance": m["instance"]}.Fingerprint()
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
	all := a.rows(identity)
	shown := map[string]int{}
	rows := slices.DeleteFunc(slices.Clone(all), func(p process) bool { shown[p.server]++; return shown[p.server] > s.Limit })
	if left := len(all) - len(rows); left > 0 {
		s.Inform("%d more processes are not shown, less busy ones (limit %d for each homeserver).", left, s.Limit)
	}
	return table(rows), nil
}

func (a answers) rows(identity synapse.Identity) []process {
	cpu, busy, stalls, tick, memory := at(a.cpu), at(a.busy), at(a.stalls), at(a.tick), at(a.memory)
	pool, gc, fds, uptime := at(a.pool), at(a.gc), at(a.fds), at(a.uptime)
	versions, roles := map[model.Fingerprint]string{}, map[model.Fingerprint]map[string]bool{}
	for _, sample := range a.version {
		versions[place(sample.Metric)] = string(sample.Metric["version"])
	}
	for _, sample := range a.roles {
		at := place(sample.Metric)
		if roles[at] == nil {
			roles[at] = map[string]bool{}
		}
		roles[at][string(sample.Metric["role"])] = true
	}
	var rows []process
	for _, sample := range a.present {
		m := sample.Metric
		at := place(m)
		rate := func(values map[model.Fingerprint]*float64) *float64 { return times(values[at], a.newcomers.OwnTime(m)) }
		row := process{
			name: identity.Name(m), server: string(m["server_name"]), instance: string(m["instance"]), version: versions[at],
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
	frame := query.TableFrame("processes", columns, t, view)
	for _, field := range frame.Fields {
		if field.Name == "reactor_tick_p99" { // 5 s is the histogram's highest bucket
			field.Config.Mappings = data.ValueMappings{data.ValueMapper{"5": {Text: ">5 s"}}}
		}
	}
	return data.Frames{frame}
}
