package cachefactors

import (
	"context"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// oneProcess: a process that does this much of the dropping alone is named in the reason. Source: ours.
const oneProcess = 0.9

type answers struct {
	requests, hits, settled, drops, carried, bound, worst, hurried, starts model.Vector
	entries, fullEntries, processes, fullness, resized, bytes              model.Vector
	maxEntries, minEntries                                                 model.Vector
}

// fetch reads the facts of all caches, or of the named ones, per homeserver or per process.
func fetch(ctx context.Context, s *query.Session, names []string, perProcess bool) (map[key]*facts, error) {
	q := questionsOf(s, names, perProcess)
	var a answers
	err := s.Ask(ctx,
		query.At(q.requests(), &a.requests), query.At(q.hits(), &a.hits), query.At(q.settled(), &a.settled),
		query.At(q.starts(), &a.starts), query.At(q.drops(), &a.drops), query.At(q.carried(), &a.carried),
		query.At(q.bound(), &a.bound), query.At(q.worst(), &a.worst), query.At(q.hurried(), &a.hurried),
		query.At(q.entries("max"), &a.entries), query.At(q.fullEntries(), &a.fullEntries), query.At(q.entries("count"), &a.processes),
		query.At(q.maxEntries("max"), &a.maxEntries), query.At(q.maxEntries("min"), &a.minEntries),
		query.At(q.fullness(), &a.fullness), query.At(q.resized(), &a.resized), query.At(q.bytes(), &a.bytes),
	)
	if err != nil {
		return nil, err
	}
	a.tellAbsent(s)
	return a.facts(q), nil
}

func questionsOf(s *query.Session, names []string, perProcess bool) questions {
	q := questions{
		filters: s.Filters, names: names, by: "server_name, name",
		window: s.Range.Length(), memory: memoryOf(s.Options), interval: s.Options.ScrapeInterval,
	}
	if perProcess {
		q.by += ", job, index, instance"
	}
	return q
}

func (a answers) facts(q questions) map[key]*facts {
	all := map[key]*facts{}
	for _, sample := range a.requests {
		f := &facts{key: keyOf(sample.Metric), requests: float64(sample.Value), window: q.window, dropsSeen: len(a.drops) > 0}
		f.made, f.listed = cachecatalogue.Lookup(f.cache)
		all[f.key] = f
	}
	each := func(vector model.Vector, set func(f *facts, v float64, m model.Metric)) {
		for _, sample := range vector {
			if f := all[keyOf(sample.Metric)]; f != nil {
				set(f, float64(sample.Value), sample.Metric)
			}
		}
	}
	each(a.hits, func(f *facts, v float64, _ model.Metric) { f.hits = v })
	each(a.settled, func(f *facts, v float64, _ model.Metric) { f.settled = v })
	each(a.carried, func(f *facts, v float64, _ model.Metric) { f.carried = v })
	each(a.bound, func(f *facts, v float64, _ model.Metric) { f.bound = min(f.misses(), f.repeats()*v) })
	each(a.entries, func(f *facts, v float64, _ model.Metric) { f.entries = known(v) })
	each(a.fullEntries, func(f *facts, v float64, _ model.Metric) { f.fullEntries = v })
	each(a.processes, func(f *facts, v float64, _ model.Metric) { f.processes = int(v) })
	each(a.maxEntries, func(f *facts, v float64, _ model.Metric) { f.maxEntries = known(v) })
	each(a.minEntries, func(f *facts, v float64, _ model.Metric) { f.uneven = v != value(f.maxEntries) })
	each(a.fullness, func(f *facts, v float64, _ model.Metric) { f.fullness = v })
	each(a.hurried, func(f *facts, _ float64, _ model.Metric) { f.hurried = true })
	each(a.resized, func(f *facts, _ float64, _ model.Metric) { f.resized = true })
	each(a.bytes, func(f *facts, v float64, _ model.Metric) { f.bytes = known(v) })
	each(a.drops, func(f *facts, v float64, m model.Metric) {
		switch m["reason"] {
		case cachecatalogue.ReasonSize:
			f.sizeDrops = v
		case cachecatalogue.ReasonInvalidation:
			f.idleDrops = v
		}
	})
	a.nameTheWorst(all)
	return all
}

// nameTheWorst names the process that drops nearly everything alone; rows per process have nothing to name.
func (a answers) nameTheWorst(all map[key]*facts) {
	for _, sample := range a.worst {
		k := keyOf(sample.Metric)
		f := all[key{server: k.server, cache: k.cache}]
		if f != nil && f.processes > 1 && float64(sample.Value) >= oneProcess*f.sizeDrops {
			f.alone = synapse.Identity{"job", "index", "instance"}.Name(sample.Metric)
		}
	}
}

// tellAbsent says which missing metric leaves which part open.
func (a answers) tellAbsent(s *query.Session) {
	if len(a.requests) == 0 {
		synapse.WarnAbsent(s, cachecatalogue.Requests)
		return
	}
	if len(a.drops) == 0 {
		s.Warn("%s is absent: without evictions by reason (Synapse 1.44 and later) no cache can be judged.", cachecatalogue.Evicted)
	}
	if len(a.maxEntries) == 0 {
		s.Warn("%s is absent: sizes and factors are not known.", cachecatalogue.MaxSize)
	}
	if len(a.starts) == 0 {
		s.Warn("process_start_time_seconds is absent: a process that restarted within the last hour can't be told from a settled one.")
	}
}
