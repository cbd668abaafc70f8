package resources

import (
	"cmp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// row is one process.
type row struct {
	name, server, instance string
	roles                  []string
	version                string
	// nil: Prometheus has no such metric of this process.
	cpu, busy, stalls, tick, memory, poolWait, gc, fds, uptime *float64
	verdict, advice                                            string
}

// place is a process on a homeserver.
type place struct {
	server  string
	process model.Fingerprint
}

func placeOf(identity process.Identity, m model.Metric) place {
	return place{query.ServerOf(m), identity.Process(m)}
}

func (a answers) at(v model.Vector) map[place]*float64 {
	values := map[place]*float64{}
	for _, sample := range v {
		values[placeOf(a.identity, sample.Metric)] = new(float64(sample.Value))
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

// rolesAt are the roles of each process, in the order of process.Roles.
func (a answers) rolesAt() map[place][]string {
	roles := map[place][]string{}
	for _, role := range process.Roles {
		for _, sample := range a.roles {
			if at := placeOf(a.identity, sample.Metric); string(sample.Metric["role"]) == role.Name {
				roles[at] = append(roles[at], role.Name)
			}
		}
	}
	return roles
}

// rows are the processes of each homeserver, the busiest first.
func (a answers) rows(t thresholds) []row {
	cpu, busy, stalls, tick, memory := a.at(a.cpu), a.at(a.busy), a.at(a.stalls), a.at(a.tick), a.at(a.memory)
	pool, gc, fds, uptime := a.at(a.pool), a.at(a.gc), a.at(a.fds), a.at(a.uptime)
	versions, roles := a.versions(), a.rolesAt()
	rows := make([]row, len(a.present))
	for i, sample := range a.present {
		m := sample.Metric
		at := placeOf(a.identity, m)
		ownRate := func(values map[place]*float64) *float64 { return query.Times(values[at], a.young.RateFactor(m)) }
		r := row{
			name: a.identity.Name(m), server: at.server, instance: string(m["instance"]), version: versions[at.process], roles: roles[at],
			cpu: ownRate(cpu), busy: ownRate(busy), stalls: ownRate(stalls), tick: tick[at], memory: memory[at],
			poolWait: pool[at], gc: ownRate(gc), fds: fds[at], uptime: uptime[at],
		}
		r.verdict, r.advice = r.judge(t)
		rows[i] = r
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(query.OrZero(b.busy), query.OrZero(a.busy)), cmp.Compare(a.name, b.name))
	})
	return rows
}

// linesOf are those of the processes of each homeserver whose mean is highest, with their parts.
func linesOf(s *query.Session, identity process.Identity, whole model.Matrix, parts map[string]*model.Matrix) []query.Series {
	several := query.SeveralServers(whole)
	shown := s.KeepHighest(query.LinesOf(whole, identity.Name))
	kept := map[place]bool{}
	for _, line := range shown {
		labels := model.Metric{}
		for name, value := range line.Labels {
			labels[model.LabelName(name)] = model.LabelValue(value)
		}
		kept[placeOf(identity, labels)] = true
	}
	for part, matrix := range parts {
		for _, stream := range *matrix {
			if kept[placeOf(identity, stream.Metric)] {
				shown = append(shown, query.NewSeries(query.Legend(identity.Name(stream.Metric)+part, stream.Metric, several), stream))
			}
		}
	}
	query.SortByLegend(shown)
	return shown
}
