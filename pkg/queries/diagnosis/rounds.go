package diagnosis

import (
	"context"
	"maps"
	"sync"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// onServer is a check on a homeserver.
type onServer struct{ check, server string }

// identify finds what tells processes apart.
func (m *measured) identify(ctx context.Context, s *query.Session) (err error) {
	m.scope.Identity, err = process.Find(ctx, s)
	return err
}

// ask judges each check on each homeserver as far as the answers go, asks together for what they still lack, and begins again
// until all are judged. A judgement reads one thing after the other, and where nothing is wrong it ends early: half of all that
// could be measured is never asked for.
func (m *measured) ask(ctx context.Context, s *query.Session, wanted []checks.Check) error {
	for {
		lacking := map[*checks.Measurement]bool{}
		for _, server := range m.servers {
			for _, c := range wanted {
				key := onServer{c.ID, server}
				if _, done := m.found[key]; done {
					continue
				}
				found, missing := m.findings(s, c, server)
				if len(missing) == 0 {
					m.found[key] = found
				}
				for _, one := range missing {
					lacking[one] = true
				}
			}
		}
		if len(lacking) == 0 {
			return nil
		}
		if err := m.fetch(ctx, s, lacking); err != nil {
			return err
		}
	}
}

// fetch asks for measurements.
func (m *measured) fetch(ctx context.Context, s *query.Session, lacking map[*checks.Measurement]bool) error {
	var mu sync.Mutex
	var questions []query.Question
	for one := range lacking {
		questions = append(questions, func(ctx context.Context, s *query.Session) error {
			var vector model.Vector
			why, err := askUnlessRefused(ctx, s, at(one.PromQL(m.scope), &vector))
			mu.Lock()
			defer mu.Unlock()
			m.vectors[one] = vector
			if why != "" {
				m.refused[one] = why
			}
			return err
		})
	}
	return s.Ask(ctx, questions...)
}

// noteRead notes what the judgement of a check reads.
func (m *measured) noteRead(c checks.Check, one *checks.Measurement) {
	if m.reads[c.ID] == nil {
		m.reads[c.ID] = map[*checks.Measurement]bool{}
	}
	m.reads[c.ID][one] = true
}

// usualRead is what the judgements read the last time, by check: they most likely do so again, and then everything is asked at
// once.
type usualRead map[string]map[*checks.Measurement]bool

const usualKey = "what judgements read"

func (m *measured) usual(s *query.Session, wanted []checks.Check) map[*checks.Measurement]bool {
	all := map[*checks.Measurement]bool{}
	kept := query.Recall(s.Memory, usualKey, func(old usualRead) usualRead { return old })
	for _, c := range wanted {
		maps.Copy(all, kept[c.ID])
	}
	return all
}

func (m *measured) keepUsual(s *query.Session) {
	query.Recall(s.Memory, usualKey, func(old usualRead) usualRead {
		now := usualRead{}
		maps.Copy(now, old)
		maps.Copy(now, m.reads)
		return now
	})
}
