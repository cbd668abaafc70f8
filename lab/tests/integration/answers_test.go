package integration

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

// The planted problems come out on top.
func TestPlantedProblems(t *testing.T) {
	of := source(t)
	t.Run("transactions", func(t *testing.T) {
		answer := answered(t, of, ask.Query{"queryType": "transactions"})
		names := column[string](t, answer, "transaction")
		verdicts := column[string](t, answer, "verdict")
		if names[0] != simulate.ExpensiveTransaction.Description {
			t.Errorf("first is %s", names[0])
		}
		doubled := slices.Index(names, simulate.DoubledTransaction.Description)
		if changes := column[float64](t, answer, "cost_change"); doubled < 0 || changes[doubled] < 2 {
			t.Errorf("%s is at %d of %v, times last week %v", simulate.DoubledTransaction.Description, doubled, names, changes)
		}
		chatty := slices.Index(names, simulate.ChattyTransaction.Description)
		if chatty < 0 || verdicts[chatty] != "chatty" {
			t.Errorf("%s is at %d of %v, %v", simulate.ChattyTransaction.Description, chatty, names, verdicts)
		}
	})
	t.Run("cacheFactors", func(t *testing.T) {
		answer := answered(t, of, ask.Query{"queryType": "cacheFactors"})
		names := column[string](t, answer, "cache")
		verdicts := column[string](t, answer, "verdict")
		undersized := slices.Index(names, simulate.UndersizedCache.Name)
		if undersized < 0 || verdicts[undersized] != "raise" {
			t.Errorf("%s is at %d of %v, %v", simulate.UndersizedCache.Name, undersized, names, verdicts)
		}
	})
	t.Run("forwardExtremities", func(t *testing.T) {
		answer := answered(t, of, ask.Query{"queryType": "forwardExtremities"})
		if counts := column[int64](t, answer, "extremities"); counts[0] != 213 {
			t.Errorf("extremities = %v", counts)
		}
	})
}

// A viewer, an alert rule, a public dashboard and a service account never see which room or other homeserver it is,
// wherever it could be said.
func TestRoomsAreHidden(t *testing.T) {
	of := source(t)
	rooms := database.Rooms(database.Options{Seed: 1, Now: laboratory.History.To})
	hosts := column[string](t, answered(t, of.As(ask.Editor), ask.Query{"queryType": "federation", "format": "destinations"}), "destination")
	everyone := of.With(map[string]any{"hideRooms": "everyone"})
	for _, asker := range []ask.Source{of.As(ask.Viewer), of.As(ask.Alerting), of.As(ask.Public), of.As(ask.Machine), of.As(nil), everyone.As(ask.Admin)} {
		destinations := answered(t, asker, ask.Query{"queryType": "federation", "format": "destinations"})
		raw, err := destinations.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range hosts {
			if strings.Contains(string(raw), host) {
				t.Errorf("%+v sees %s", asker.User, host)
			}
		}
		if !strings.Contains(string(raw), "server-") {
			t.Errorf("%+v sees no pseudonym of a homeserver", asker.User)
		}
		answer := answered(t, asker, ask.Query{"queryType": "forwardExtremities"})
		text, err := answer.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, room := range rooms {
			if strings.Contains(string(text), room.ID) {
				t.Errorf("%+v sees %s", asker.User, room.ID)
			}
		}
		if !strings.Contains(string(text), "room-") {
			t.Errorf("%+v sees no pseudonym", asker.User)
		}
	}
}

// From idle to the first answers a plugin of its own stays small.
func TestMemory(t *testing.T) {
	of := source(t)
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a process's memory in /proc")
	}
	fresh, err := ask.Start(t.Context(), binary, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fresh.Stop() })
	var queries []ask.Query
	for _, kind := range []string{"eventSendTime", "transactions", "caches", "cacheFactors", "forwardExtremities"} {
		queries = append(queries, ask.Query{"queryType": kind})
	}
	if _, err := fresh.QueryData(t.Context(), of.Request(lastHour(), queries...)); err != nil {
		t.Fatal(err)
	}
	now, peak, err := fresh.RSS()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MB, at most %d MB", now>>20, peak>>20)
	if peak > 100<<20 {
		t.Errorf("the plugin held %d MB", peak>>20)
	}
}
