package cachefactors

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// asked is what one query asks about: all caches over its range, one row per homeserver or process.
type asked struct{ caches.Queries }

func askedBy(ctx context.Context, s *query.Session, perProcess bool) (asked, error) {
	identity, err := process.Find(ctx, s)
	return asked{caches.Queries{
		Filters: s.Filters, Identity: identity, PerProcess: perProcess,
		Window: s.Range.Length(), EntryTTL: s.Settings.Homeserver.CacheEntryTTL, Scrape: s.Settings.ScrapeInterval,
	}}, err
}

// about narrows it to some caches.
func (a asked) about(names []string) asked {
	a.Names = names
	return a
}

// fetch reads the measurements of all caches.
func (a asked) fetch(ctx context.Context, s *query.Session) (caches.All, error) {
	questions := append(append([]caches.Question{}, caches.Questions...), caches.Details...)
	answers, asking := a.questions(questions)
	var busiest, starts model.Vector
	asking = append(asking, query.At(a.Busiest(), &busiest),
		query.At("count("+metrics.ProcessStart.Series().Of(s.Filters.ProcessSelector())+")", &starts))
	if err := s.Ask(ctx, asking...); err != nil {
		return nil, err
	}
	all := a.Read(questions, answers)
	a.NameAlone(all, busiest)
	warnAbsent(s, all, len(starts) > 0)
	return all, a.fetchUseful(ctx, s, all)
}

func (a asked) questions(questions []caches.Question) (answers []model.Vector, asking []query.Question) {
	answers = make([]model.Vector, len(questions))
	for i, question := range questions {
		asking = append(asking, query.At(question.PromQL(a.Queries), &answers[i]))
	}
	return answers, asking
}

// fetchUseful asks for the largest useful size of the caches that evict because they are full. Without expiry there is none,
// and with a memory limit none is proved.
func (a asked) fetchUseful(ctx context.Context, s *query.Session, all caches.All) error {
	names := all.Names(func(m *caches.Measurements) bool { return m.Evicted > 0 })
	if a.EntryTTL == 0 || s.Settings.Homeserver.CacheAutotuning || len(names) == 0 {
		return nil
	}
	answers, asking := a.about(names).questions(caches.SizeQuestions)
	if err := s.Ask(ctx, asking...); err != nil {
		return err
	}
	for i, question := range caches.SizeQuestions {
		a.Add(all, question, answers[i])
	}
	return nil
}

// warnAbsent says which missing metric leaves which part open.
func warnAbsent(s *query.Session, all caches.All, starts bool) {
	if len(all) == 0 {
		process.WarnAbsent(s, metrics.CacheRequests.Name)
		return
	}
	if !all.Any(func(m *caches.Measurements) bool { return m.EvictionsSeen }) {
		s.Warn("Prometheus has no %s: without evictions by reason (Synapse 1.44 and later) no cache can be judged.", metrics.CacheEvicted.Name)
	}
	if !all.Any(func(m *caches.Measurements) bool { return m.MaxEntries != nil }) {
		s.Warn("Prometheus has no %s: sizes and factors are unknown.", metrics.CacheMaxSize.Name)
	}
	if !starts {
		s.Warn("Prometheus has no %s: processes that restarted within the last hour are judged like the others.", metrics.ProcessStart.Name)
	}
}

// lastStart asks for the earliest of the starts near the end of the range of the processes that have these caches.
func (a asked) lastStart(within query.TimeRange) string {
	earliest := within.From
	if from := within.To.Add(-longest); earliest.Before(from) {
		earliest = from
	}
	return fmt.Sprintf("min(%s >= %d and on (%s) %s)", metrics.ProcessStart.Series().Of(a.Filters.ProcessSelector()),
		earliest.Add(-lookBack).Unix(), a.Identity.Labels(), metrics.CacheMaxSize.Series().Of(a.Selector()))
}

func firstOf(starts model.Vector) *time.Time {
	if len(starts) == 0 {
		return nil
	}
	at := time.Unix(int64(starts[0].Value), 0)
	return &at
}
