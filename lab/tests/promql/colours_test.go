package promql

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// judging is a table whose rows have verdicts, and the checks about the same things.
type judging struct {
	typ, request, subject string
	over                  time.Duration // as long as the checks look back
	checks                []string
	// alone are verdicts about what no check looks at.
	alone []string
}

var judgingTables = []judging{
	{"resources", `{"format": "processes"}`, "process", time.Hour, []string{"cpu-saturation", "reactor-lag"}, []string{"files"}},
	{"garbageCollection", `{"format": "summary"}`, "process", 6 * time.Hour, []string{"gc-pauses"}, nil},
	{"transactions", `{"format": "table"}`, "transaction", time.Hour, []string{"database-cost", "database-chatty"}, nil},
	{"cacheFactors", `{"format": "table"}`, "cache", time.Hour, []string{"cache-undersized"}, nil},
}

// simulatedColours: what a table shows red, the check about the same process, transaction or cache finds too; and what such a
// check warns of is not green.
func simulatedColours(t *testing.T, engine *Engine) {
	options := settings.Settings{ScrapeInterval: simulatedScrape, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute, DummyEventsThreshold: 10}}
	warned := 0
	for ago := time.Duration(0); ago <= 2*time.Hour; ago += time.Hour {
		end := simulatedEnd.Add(-ago)
		all, _ := diagnoseOver(t, engine, end, 6*time.Hour, options, "")
		for _, table := range judgingTables {
			for _, row := range table.rows(t, engine, end, options) {
				severity := all.worst(row.server, row.subject, table.checks)
				switch {
				case slices.Contains(table.alone, row.verdict):
				case row.colour == "red" && severity != "warning" && severity != "critical":
					t.Errorf("%s ago, %s: %s on %s is %s, which is red; the checks say %s", ago, table.typ, row.subject, row.server, row.verdict, severity)
				case row.colour == "green" && (severity == "warning" || severity == "critical"):
					t.Errorf("%s ago, %s: %s on %s is %s, which is green; the checks say %s", ago, table.typ, row.subject, row.server, row.verdict, severity)
				}
				if row.server == troubledServer && row.colour != "green" && severity != "ok" {
					warned++
				}
			}
		}
	}
	if warned < 10 {
		t.Errorf("only %d rows of the troubled homeserver are about something that a check found", warned)
	}
}

// worst is the most severe finding of some checks about a subject; "ok" where they have none.
func (all findings) worst(server, subject string, checks []string) string {
	ranks := []string{"ok", "info", "warning", "critical"}
	worst := 0
	for _, check := range checks {
		if f, is := all[server+" "+check+" "+subject]; is {
			worst = max(worst, slices.Index(ranks, f.severity))
		}
	}
	return ranks[worst]
}

type judgedRow struct{ server, subject, verdict, colour string }

// rows are those of the table, the worst of each subject: a process has one per generation.
func (j judging) rows(t *testing.T, engine *Engine, end time.Time, options settings.Settings) map[string]judgedRow {
	t.Helper()
	typ, err := queries.Find(j.typ)
	if err != nil {
		t.Fatal(err)
	}
	request, err := typ.Decode([]byte(j.request))
	if err != nil {
		t.Fatal(err)
	}
	within := query.Align(end.Add(-j.over), end, time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, engine, nil).Run(t.Context(), typ, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	worst := map[string]judgedRow{}
	for _, row := range rowsBy(frames[0], "server_name", j.subject, "verdict") {
		one := judgedRow{row["server_name"].(string), row[j.subject].(string), row["verdict"].(string), ""}
		if one.colour = colourOf(frames[0], one.verdict); one.colour == "" {
			t.Errorf("%s: the verdict %q has no colour", j.typ, one.verdict)
		}
		key := one.server + " " + one.subject
		if before, is := worst[key]; !is || before.colour == "green" || one.colour == "red" {
			worst[key] = one
		}
	}
	if len(worst) == 0 {
		t.Errorf("%s has no rows", j.typ)
	}
	return worst
}

func colourOf(frame *data.Frame, verdict string) string {
	field, _ := frame.FieldByName("verdict")
	for _, mapping := range field.Config.Mappings {
		if values, is := mapping.(data.ValueMapper); is && values[verdict].Color != "" {
			return strings.TrimPrefix(values[verdict].Color, "dark-")
		}
	}
	return ""
}
