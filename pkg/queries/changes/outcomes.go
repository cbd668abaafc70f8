package changes

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// What looking up effects may cost: the latest changes of caches, and so many caches of each. Source: ours.
const (
	withOutcome = 3
	shown       = 5
)

// shortest is the time after a change below which its misses tell nothing. Source: ours.
const shortest = time.Hour

// outcome is the predicted and the measured effect of a change of one cache's size.
type outcome struct {
	predicted *cachefactors.Share
	measured  *caches.Effect
	early     bool // too little time has passed
}

// fetchOutcomes looks up the effects of the latest changes; what is unknown is left out.
func fetchOutcomes(ctx context.Context, s *query.Session, groups [][]resize) ([]map[string]outcome, error) {
	outcomes := make([]map[string]outcome, len(groups))
	var questions []query.Question
	for _, i := range latestGroups(groups) {
		questions = append(questions, func(ctx context.Context, s *query.Session) (err error) {
			outcomes[i], err = fetchOutcome(ctx, s, groups[i])
			return err
		})
	}
	return outcomes, s.Ask(ctx, questions...)
}

// latestGroups are the places of the last few groups by time.
func latestGroups(groups [][]resize) []int {
	places := make([]int, len(groups))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return int(groups[b][0].at - groups[a][0].at) })
	return places[:min(withOutcome, len(places))]
}

func fetchOutcome(ctx context.Context, s *query.Session, group []resize) (map[string]outcome, error) {
	server, until := group[0].server, group[0].last.Time()
	group = group[:min(shown, len(group))]
	multiples, names := map[string]float64{}, []string{}
	for _, r := range group {
		names = append(names, r.cache)
		if r.to > r.from && r.from > 0 {
			multiples[r.cache] = r.to / r.from
		}
	}
	slices.Sort(names)
	predicted, err := cachefactors.PredictStep(ctx, s, server, multiples, until)
	if err != nil {
		return nil, err
	}
	end, length := hoursAfter(group, s.Range.To, caches.Settling(s.Settings.Homeserver.CacheEntryTTL))
	var days map[caches.Key][]caches.Day
	if length >= shortest {
		identity, err := process.Find(ctx, s)
		if err != nil {
			return nil, err
		}
		days, err = caches.FetchDays(ctx, s, caches.Queries{
			Filters: s.Filters.OnServer(server), Names: slices.Compact(names), Identity: identity,
			Window: length, EntryTTL: s.Settings.Homeserver.CacheEntryTTL, Scrape: s.Settings.ScrapeInterval,
		}, end)
		if err != nil {
			return nil, err
		}
	}
	outcomes := map[string]outcome{}
	for _, r := range group {
		o := outcome{early: length < shortest}
		if share, found := predicted[r.cache]; found {
			o.predicted = &share
		}
		last, found := caches.LastEffect(days[caches.Key{Server: server, Cache: r.cache}])
		if found && last.From == r.from && last.To == r.to {
			o.measured = &last
		}
		outcomes[r.cache] = o
	}
	return outcomes, nil
}

// hoursAfter are those from when the change has settled, to a day after the last moment before it at most: the same hours of
// the day before are then all before it.
func hoursAfter(group []resize, to time.Time, settling time.Duration) (end time.Time, length time.Duration) {
	first := group[len(group)-1].at.Time().Add(settling)
	before := slices.MinFunc(group, func(a, b resize) int { return cmp.Compare(a.last, b.last) }).last.Time()
	end = before.Add(24 * time.Hour)
	if to.Before(end) {
		end = to
	}
	return end, end.Sub(first).Truncate(time.Minute)
}
