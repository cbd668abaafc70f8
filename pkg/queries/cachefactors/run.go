package cachefactors

import (
	"context"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "curve":
		return runCurve(ctx, s)
	case "config":
		return runConfig(ctx, s)
	}
	rows, _, err := judged(ctx, s)
	return table{cut(s, rows), s.Flag("perProcess")}, err
}

// judged gives the rows of the caches that are asked for. The facts are of all, as the factor that most of them have
// counts for each; what the bound leaves open is predicted.
func judged(ctx context.Context, s *query.Session) ([]row, options, error) {
	perProcess := s.Format.ID == "table" && s.Flag("perProcess")
	all, err := fetch(ctx, s, nil, perProcess)
	if err != nil {
		return nil, options{}, err
	}
	if err := fetchUseful(ctx, s, questionsOf(s, nil, perProcess), all); err != nil {
		return nil, options{}, err
	}
	o := optionsOf(s.Options, all)
	o.memoryShort = s.Flag("memoryShort")
	if o.pressed, err = pressed(ctx, s, questionsOf(s, nil, perProcess), all); err != nil {
		return nil, options{}, err
	}
	tellAssumptions(s, all, o)
	rows := rowsOf(all, o)
	if s.Format.ID != "config" {
		rows = named(s, rows)
	}
	if err := followUp(ctx, s, questionsOf(s, nil, perProcess), rows, o); err != nil {
		return nil, options{}, err
	}
	if err := foresee(ctx, s, questionsOf(s, nil, perProcess), rows, o); err != nil {
		return nil, options{}, err
	}
	sortRows(rows)
	return rows, o, nil
}

// named keeps the caches that the query names, or all.
func named(s *query.Session, rows []row) []row {
	names := s.List("cache")
	if len(names) == 0 || len(rows) == 0 {
		return rows
	}
	rows = slices.DeleteFunc(rows, func(r row) bool { return !slices.Contains(names, r.cache) })
	if len(rows) == 0 {
		s.Warn("None of the named caches is in this selection and time range. Names are those of the metrics' label \"name\"; response caches have no factor.")
	}
	return rows
}

// tellAssumptions says what the verdicts rest on besides metrics.
func tellAssumptions(s *query.Session, all map[key]*facts, o options) {
	for server, is := range o.pressed {
		if is && !o.autotuning {
			s.Warn("On %s entries of several caches leave in bursts and sooner than cache_entry_ttl explains: caches.cache_autotuning seems to be on. "+
				"State it in the data source, and cache_entry_ttl as in homeserver.yaml. Nothing is proved or predicted there.", query.SayServer(server))
		}
	}
	for server, factor := range o.common {
		if factor >= playbookFactor && !o.tuned(server) {
			s.Inform("Most caches of %s have factor %s, as playbooks set it together with a memory limit. If caches.cache_autotuning is "+
				"on, say so in the data source: verdicts change.", query.SayServer(server), number(factor))
		}
		if stated := o.GlobalCacheFactor; stated != nil && *stated != factor {
			s.Warn("The data source states globalCacheFactor %s, but most caches of %s have factor %s.", number(*stated), query.SayServer(server), number(factor))
		}
	}
	for _, f := range all {
		if f.uneven {
			s.Inform("Processes of %s have different cache factors; sizes and factors shown are those of the process with most room. "+
				"\"perProcess\" shows each.", query.SayServer(f.server))
		}
	}
}
