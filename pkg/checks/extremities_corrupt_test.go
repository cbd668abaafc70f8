package checks

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

func TestExtremitiesCorrupt(t *testing.T) {
	first := query.NewRoom(known, "!rooma:a.example").String()
	unsure := surveyed(split(20, 5, 3))
	unsure.OrphansUnknown = true
	judgeCases(t, extremitiesCorrupt, map[string]judged{
		"an outlier":       {rows: surveyed(split(18, 5, 12, outlier), split(16, 4, 5)), want: Critical, subject: first, value: 1},
		"nobody is in it":  {rows: surveyed(split(18, 5, 0, outlier)), want: Warning, subject: first},
		"only rejected":    {rows: surveyed(split(18, 5, 3, rejected)), want: Warning, subject: first, value: 2},
		"the worst of two": {rows: surveyed(split(20, 5, 3), split(18, 5, 0, outlier), rooms.Facts{LocalMembers: 6}), want: Critical, subject: query.NewRoom(known, "!roomc:a.example").String(), count: 2},
		"none is left":     {rows: surveyed(rooms.Facts{LocalMembers: 6}), want: Critical, subject: first},
		"fine":             {rows: surveyed(split(20, 5, 3)), want: OK},
		"not all":          {rows: unsure, want: OK},
		"no PostgreSQL":    {missing: "PostgreSQL is not configured.", want: Unknown},
	})
	for want, change := range map[float64]func(*rooms.Facts){weakSign: rejected, 0: outlier} {
		if f := extremitiesCorrupt.Judge(judged{rows: surveyed(split(18, 5, 3, change))}.input(t, extremitiesCorrupt))[0]; f.Confidence != want {
			t.Errorf("confidence %g, want %g", f.Confidence, want)
		}
	}
}
