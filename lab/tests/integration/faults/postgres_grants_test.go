package faults

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// statements are the lines of a text that PostgreSQL understands.
func statements(text string) (found []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "GRANT ") && strings.HasSuffix(line, ";") {
			found = append(found, line)
		}
	}
	return found
}

// A role that may only sign in is told what to grant; exactly that, run by the owner, mends everything.
func TestGrantsOfTheMessageMend(t *testing.T) {
	of := source(t, map[string]any{"postgresUser": `an "odd" role`})
	of.Secure = maps.Clone(of.Secure)
	of.Secure["postgresPassword"] = "odd"
	owner := connect(t, laboratory.Postgres, "synapse")
	execute(t, owner, `CREATE ROLE "an ""odd"" role" LOGIN PASSWORD 'odd'`)
	t.Cleanup(func() {
		// A connection of its own: the test's context is over.
		_, _ = owner.Exec(context.Background(), `DROP OWNED BY "an ""odd"" role"`)
	})
	answers := together(t, of, formats("postgres")...)
	for refID, answer := range answers {
		if strings.HasPrefix(refID, "tables/") { // the catalogue is readable by everybody
			continue
		}
		failed(t, refID, answer, http.StatusForbidden, "may not read", "Run as the owner of the database:\nGRANT ")
	}
	blind(t, of, "may not read")
	_, aspects := health(t, of)
	statuses(t, aspects, map[string]string{"prometheus": "ok", "postgres": "ok", "grants": "error"})
	told := statements(answers["forwardExtremities/rooms"].Error.Error())
	if !slices.Equal(told, statements(aspects["grants"].Remedy)) {
		t.Errorf("the query says %v, the health check %v", told, aspects["grants"].Remedy)
	}
	if !strings.Contains(strings.Join(told, "\n"), ") ON events TO ") {
		t.Errorf("events is not granted by column: %v", told)
	}
	for _, statement := range told {
		execute(t, owner, statement)
	}
	for refID, answer := range together(t, of, formats("postgres")...) { // the same data source: an error is not kept
		if answer.Error != nil {
			t.Errorf("%s after the grants: %v", refID, answer.Error)
		}
	}
	_, aspects = health(t, of)
	statuses(t, aspects, map[string]string{"postgres": "ok", "grants": "ok", "schema": "ok"})

	// One table less: only its statement is asked for.
	execute(t, owner, `REVOKE ALL ON destinations FROM "an ""odd"" role"`)
	answer := asked(t, of.With(nil), ask.Query{"queryType": "federation", "format": "destinations"})
	failed(t, "destinations", answer, http.StatusForbidden, `GRANT SELECT ON destinations TO "an ""odd"" role";`)
	if told := statements(answer.Error.Error()); len(told) != 1 {
		t.Errorf("one grant is missing, told are %v", told)
	}
	answered(t, of.With(nil), ask.Query{"queryType": "forwardExtremities"})
}
