package forwardextremities

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// tellRounded: the metrics can tell a few numbers of extremities apart only.
func tellRounded(s *query.Session, more int64) {
	if more != least(s) && more > 0 {
		s.Inform("Synapse's metrics cannot tell rooms with more than %d extremities apart; shown are those with more than %d.", least(s), more)
	}
}

// tellNotSampled says of which homeservers the hourly count of rooms is not there.
func tellNotSampled(s *query.Session, active model.Vector, counted map[string]bool) {
	var missing []string
	for _, sample := range active {
		if server := query.ServerOf(sample.Metric); !counted[server] {
			missing = append(missing, query.SayServer(server))
		}
	}
	of := ""
	switch {
	case len(counted) > 0 && len(missing) == 0:
		return
	case len(counted) > 0:
		slices.Sort(missing)
		of = " for " + strings.Join(missing, ", ")
	}
	s.Warn("Synapse counts the extremities of its rooms once per hour, for the first time one hour after its start, in the process that runs background tasks. "+
		"The metric is not there%s: not counted yet, or the filters leave that process out.", of)
}

// tellNoEvents tells a homeserver on which nothing happens from one that is not measured.
func tellNoEvents(s *query.Session, active model.Vector) {
	if len(active) > 0 {
		s.Inform("No event changed the forward extremities of any room in this time range.")
		return
	}
	s.Warn("No process exports %s. It exists once an event was persisted; the filters may leave the event persisters "+
		"out.", metrics.ExtremitiesPersisted.Count().Name)
}

func tellOldRanking(s *query.Session, age time.Duration) {
	s.Warn("The ranking is %s old: it is counted in the background. The numbers of the rooms shown are current.", words.Duration(age))
}

func tellNotConfirmed(s *query.Session) {
	s.Warn("Rooms that look corrupt could not be checked a second time, so one of them may have been on its way out.")
}

func tellOrphansSkipped(s *query.Session, size extremities.Sizes) {
	s.Inform("Rooms with local members but without any forward extremity were not looked for: there are about %s memberships, too many to read.", words.Number(float64(size.Memberships)))
}

func tellMoreOrphans(s *query.Session, limit int) {
	s.Warn("More rooms than shown have local members but no forward extremity at all: they are corrupt (at most %d are shown).", limit)
}

// tellRest adds the notices that depend on what is shown.
func tellRest(s *query.Session, v survey, all []extremities.Detail) {
	if v.missed > 0 {
		s.Inform("Further rooms with more than %d extremities: %d. Raise the limit to see them.", least(s), v.missed)
	}
	if v.lost > 0 {
		s.Warn("Corrupt rooms, with local members but without any forward extremity, that are not shown: %d. Raise the limit to see them.", v.lost)
	}
	if v.size.StateDAG {
		s.Inform("This homeserver has rooms with a state DAG (MSC4242). The extremities of their state are not counted here.")
	}
	partial, partly, known, local := 0, 0, false, false
	for _, d := range all {
		if d.Partly {
			partly++
		}
		if d.Partial {
			partial++
		}
		known = known || d.JoinedMembers != nil
		local = local || d.LocalMembers > 0
	}
	if partial > 0 {
		s.Inform("Rooms whose join is in progress: %d. Their members and state are not all known yet and are left empty.", partial)
	}
	if partly > 0 {
		s.Inform("Rooms with so many extremities that only some were looked at: %d. Their state groups and missing events are at least as many as shown.", partly)
	}
	if local && !known {
		s.Inform("Synapse has no statistics of these rooms (stats.enabled may be false), so joined members and state events are empty.")
	}
}
