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

// versions is not joined to the homeserver in PromQL, which refuses a process with two versions: where series come through
// another Prometheus, it has two for minutes after an upgrade.
func versions(f query.Filters) string {
	return "max by (job, index, instance, version) (synapse_build_info" + f.ProcessSelector() + ")"
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

// placeAnywhere is the process of a series, whichever homeserver it serves.
func placeAnywhere(m model.Metric) model.Fingerprint {
	return place(model.Metric{"job": m["job"], "index": m["index"], "instance": m["instance"]})
}

// versionsOf are the versions of each process by its labels alone, mostly one.
func versionsOf(builds model.Vector) map[model.Fingerprint]string {
	lists := map[model.Fingerprint][]string{}
	for _, build := range builds {
		at := place(build.Metric)
		lists[at] = append(lists[at], string(build.Metric["version"]))
	}
	versions := map[model.Fingerprint]string{}
	for at, list := range lists {
		slices.Sort(list)
		versions[at] = strings.Join(list, ", ")
	}
	return versions
}

// place is the identity of a series' process on a homeserver.
func place(m model.Metric) model.Fingerprint {
	return model.Metric{"server_name": m["server_name"], "job": m["job"], "index": m["index"], "instance": m["instance"]}.Fingerprint()
}
