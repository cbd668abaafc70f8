package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/effect"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// What following up may cost: the latest changes of caches, and so many caches of each. Source: ours.
const (
	followed = 3
	shown    = 5
)

// shortest is the time after a change below which its misses tell nothing. Source: ours.
const shortest = time.Hour

// outcome is what a change of one cache's size was to bring, and what it brought.
type outcome struct {
	predicted *cachefactors.Share
	measured  *effect.Measured
	early     bool // too little time has gone by
}

// followUp looks up what the latest changes were to bring and brought; what can't be told is left out.
func followUp(ctx context.Context, s *query.Session, groups [][]resize) ([]map[string]outcome, error) {
	outcomes := make([]map[string]outcome, len(groups))
	var questions []query.Question
	for _, i := range latestGroups(groups) {
		questions = append(questions, func(ctx context.Context, s *query.Session) (err error) {
			outcomes[i], err = follow(ctx, s, groups[i])
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
	return places[:min(followed, len(places))]
}

func follow(ctx context.Context, s *query.Session, group []resize) (map[string]outcome, error) {
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
	predicted, err := cachefactors.Foretell(ctx, s, server, multiples, until)
	if err != nil {
		return nil, err
	}
	hours, long := hoursAfter(group, s.Range.To, cachefactors.Settle(s.Options))
	var days map[effect.Key][]effect.Day
	if long {
		if days, err = effect.Fetch(ctx, s, s.Filters.OnServer(server), slices.Compact(names), "server_name, name", hours); err != nil {
			return nil, err
		}
	}
	outcomes := map[string]outcome{}
	for _, r := range group {
		o := outcome{early: !long}
		if share, found := predicted[r.cache]; found {
			o.predicted = &share
		}
		last, found := effect.Last(days[effect.Key{Server: server, Cache: r.cache}])
		if found && last.From == r.from && last.To == r.to {
			o.measured = &last
		}
		outcomes[r.cache] = o
	}
	return outcomes, nil
}

// hoursAfter are those from when the change has settled, to a day after the last moment before it at most: the same
// hours of the day before are then all before it. long is false where too few have gone by.
func hoursAfter(group []resize, to time.Time, settle time.Duration) (h effect.Hours, long bool) {
	first := group[len(group)-1].at.Time().Add(settle)
	before := slices.MinFunc(group, func(a, b resize) int { return cmp.Compare(a.last, b.last) }).last.Time()
	end := before.Add(24 * time.Hour)
	if to.Before(end) {
		end = to
	}
	length := end.Sub(first).Truncate(time.Minute)
	return effect.Hours{End: end, Length: length, Settle: settle}, length >= shortest
}

// say is what follows the sizes: " (predicted: 18 % fewer misses (10 % to 25 %); measured: 21 % fewer on the same hours)".
func (o outcome) say() string {
	var parts []string
	if p := o.predicted; p != nil {
		parts = append(parts, fmt.Sprintf("predicted: %s fewer misses (%s to %s)", effect.Percent(p.Mean), effect.Percent(p.Low), effect.Percent(p.High)))
	}
	switch m := o.measured; {
	case m != nil && m.Certain() && m.Avoided >= 0:
		parts = append(parts, fmt.Sprintf("measured: %s fewer on the same hours", effect.Percent(m.Avoided)))
	case m != nil && m.Certain():
		parts = append(parts, fmt.Sprintf("measured: %s more on the same hours", effect.Percent(-m.Avoided)))
	case m != nil:
		parts = append(parts, fmt.Sprintf("measured: no more than the %s that is usual from day to day", effect.Percent(m.Usual)))
	case o.predicted != nil && o.early:
		parts = append(parts, "too early to measure")
	case o.predicted != nil:
		parts = append(parts, "not measured: too few comparable days before")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}
