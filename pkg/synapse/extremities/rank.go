package extremities

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

const (
	// rankingKey names the pass that ranks the rooms.
	rankingKey = "rank rooms"
	// rest is how much longer than a pass its answer serves, so that passes take a twentieth of the time; keptFor is the longest.
	rest    = 20
	keptFor = 15 * time.Minute
	// expensive is a pass that does not run again while Synapse itself counts no room above the threshold.
	expensive = 5 * time.Second
	// orphanLimit bounds the statement that looks for rooms without any extremity: it reads all local memberships.
	orphanLimit = 3 * time.Second
	// maxOrphans is how many are kept; one is bad enough.
	maxOrphans = 21
)

// Reasons why there is no ranking.
var (
	ErrOff      = errors.New("statements that read a whole table are switched off")
	ErrCounting = errors.New("the rooms are being counted")
)

// Rank gives the rooms by their extremities. The count runs in the background, for the table and the checks alike: a small homeserver's is
// done before anybody notices; else the last one answers, and patience is how long the first one is waited for.
func Rank(ctx context.Context, s *query.Session, patience time.Duration) (Ranking, error) {
	if s.Settings.Postgres.WholeTable == settings.WholeTableNone {
		return Ranking{}, ErrOff
	}
	if !s.ReadsOn() {
		return rank(ctx, s.Read)
	}
	last := s.Background(rankingKey)
	known, counted := last.Value.(Ranking)
	if counted && fresh(ctx, s, last) {
		return known, nil
	}
	if timedOut(last.Err) && s.Now.Sub(last.Ended) < keptFor { // it took too long: not again and again
		if counted {
			return known, nil
		}
		return Ranking{}, last.Err
	}
	s.StartBackground(rankingKey, s.Settings.Postgres.FullPassTimeout, func(ctx context.Context, read query.Reading) (any, error) { return rank(ctx, read) })
	if counted && s.Settings.Postgres.WholeTable == settings.WholeTableBackground && last.Took > time.Second {
		return known, nil
	}
	now := s.AwaitBackground(ctx, rankingKey, patience)
	switch known, counted := now.Value.(Ranking); {
	case counted:
		return known, nil
	case now.Running():
		return Ranking{}, ErrCounting
	case now.Err != nil:
		return Ranking{}, now.Err
	}
	return Ranking{}, ErrCounting
}

// fresh tells whether a ranking still answers.
func fresh(ctx context.Context, s *query.Session, last query.Background) bool {
	age := s.Now.Sub(last.At)
	switch {
	case s.Settings.Postgres.WholeTable == settings.WholeTableAll && last.Took < expensive:
		return age < last.Took
	case age < min(rest*last.Took, keptFor):
		return true
	}
	return last.Took > expensive && calm(ctx, s)
}

// calm tells that Synapse, which counts its rooms each hour, has none with more extremities than it would merge by itself.
func calm(ctx context.Context, s *query.Session) bool {
	owner, err := s.Owner(ctx)
	if err != nil || owner == "" {
		return false
	}
	selector := query.Filters{ServerName: []string{owner}}.Selector
	var above model.Vector
	err = s.Ask(ctx, query.At("max("+metrics.ForwardExtremities.GCount().Of(selector())+") - max("+metrics.ForwardExtremities.Bucket().Of(selector(`le=~"10([.]0)?"`))+")", &above))
	return err == nil && len(above) == 1 && above[0].Value == 0
}

// rank is one pass.
func rank(ctx context.Context, read query.Reading) (Ranking, error) {
	r, err := count(ctx, read)
	if err != nil {
		return Ranking{}, err
	}
	err = read(ctx, orphanLimit, func(ctx context.Context, tx query.Tx) (err error) {
		if r.Sizes, err = Size(ctx, tx); err != nil {
			return err
		}
		if r.OrphansUnknown = r.Sizes.Memberships > OrphanMemberships; r.OrphansUnknown {
			return nil
		}
		r.Orphans, err = Orphans(ctx, tx, maxOrphans)
		return err
	})
	if timedOut(err) {
		r.OrphansUnknown = true
	} else if err != nil {
		return Ranking{}, err
	}
	r.At = time.Now()
	return r, nil
}
