package resources

import (
	"context"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// answers are the vectors that rows are made of, all per process.
type answers struct {
	identity                                                                        synapse.Identity
	present, cpu, busy, stalls, tick, memory, pool, gc, fds, uptime, version, roles model.Vector
	newcomers                                                                       synapse.Newcomers
}

func fetch(ctx context.Context, s *query.Session, identity synapse.Identity) (a answers, err error) {
	a.identity = identity
	f, window, labels := s.Filters, s.Range.Window(), identity.Labels()
	of := func(format string) string { return ofProcess(format)(identity, f, window) }
	now := func(format string) string {
		return identity.PerServer(f, strings.ReplaceAll(format, "%s", f.ProcessSelector()))
	}
	err = s.Ask(ctx,
		query.At("count by (server_name, "+labels+") (synapse_storage_schedule_time_count"+f.Selector()+")", &a.present),
		query.At(of("rate(process_cpu_seconds_total%s)"), &a.cpu),
		query.At(of("rate(python_twisted_reactor_tick_time_sum%s)"), &a.busy),
		query.At(stallsPerHour(identity, f, window), &a.stalls),
		query.At(of("histogram_quantile(0.99, sum by ("+labels+", le) (rate(python_twisted_reactor_tick_time_bucket%s)))"), &a.tick),
		query.At(now("process_resident_memory_bytes%s"), &a.memory),
		query.At(poolWait(identity, f, window), &a.pool),
		query.At(of("sum by ("+labels+") (rate(python_gc_time_sum%s))"), &a.gc),
		query.At(now("process_open_fds%s / process_max_fds%s"), &a.fds),
		query.At(now("time() - process_start_time_seconds%s"), &a.uptime),
		query.At(versions(identity, f), &a.version),
		query.At(identity.RolesQuery(f, window), &a.roles),
		identity.AskNewcomers(&a.newcomers),
	)
	return a, err
}

// stallsPerHour counts ticks of the event loop that took longer than a second.
func stallsPerHour(i synapse.Identity, f query.Filters, window string) string {
	all := "sum by (" + i.Labels() + ") (rate(python_twisted_reactor_tick_time_count" + f.ProcessSelector() + window + "))"
	quick := "sum by (" + i.Labels() + ") (rate(python_twisted_reactor_tick_time_bucket" + f.ProcessSelector(`le=~"1([.]0)?"`) + window + "))"
	return i.PerServer(f, "3600 * ("+all+" - "+quick+")")
}

// versions is not joined to the homeserver in PromQL, which refuses a process with two versions: where series come through
// another Prometheus, it has two for minutes after an upgrade.
func versions(i synapse.Identity, f query.Filters) string {
	return "max by (" + i.Labels() + ", version) (synapse_build_info" + f.ProcessSelector() + ")"
}

func (a answers) at(v model.Vector) map[place]*float64 {
	values := map[place]*float64{}
	for _, sample := range v {
		value := float64(sample.Value)
		values[placeOf(a.identity, sample.Metric)] = &value
	}
	return values
}

// versions are those of each process, mostly one.
func (a answers) versions() map[model.Fingerprint]string {
	lists := map[model.Fingerprint][]string{}
	for _, build := range a.version {
		at := a.identity.Process(build.Metric)
		lists[at] = append(lists[at], string(build.Metric["version"]))
	}
	versions := map[model.Fingerprint]string{}
	for at, list := range lists {
		slices.Sort(list)
		versions[at] = strings.Join(list, ", ")
	}
	return versions
}

// place is a process on a homeserver.
type place struct {
	server  string
	process model.Fingerprint
}

func placeOf(identity synapse.Identity, m model.Metric) place {
	return place{query.ServerOf(m), identity.Process(m)}
}
