package plugin

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// Many callers cost one probe; who may edit the data source sees the present state.
func TestHealthIsShared(t *testing.T) {
	i, fake := open(t, `{"cacheTTL":"1h"}`)
	cost := func(ask func()) int {
		before := fake.count()
		ask()
		return fake.count() - before
	}
	once := cost(func() { healthAs(t, i, nil, nil) })
	if once == 0 {
		t.Fatal("Prometheus was not asked")
	}
	viewers := func() {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { healthAs(t, i, &ada, nil) })
			all.Go(func() { callAs(t, i, nil, "GET", "health-aspects", nil) })
		}
		all.Wait()
	}
	if n := cost(viewers); n != 0 {
		t.Errorf("a look right after another cost %d questions", n)
	}
	if n := cost(func() { healthAs(t, i, &ada, map[string]string{"Authorization": "Bearer other"}) }); n != once {
		t.Errorf("other credentials cost %d questions, want %d", n, once)
	}
	for range 2 {
		if n := cost(func() { health(t, i) }); n != once {
			t.Errorf("\"Save & test\" cost %d questions, want %d", n, once)
		}
	}
	fresh, other := open(t, `{"cacheTTL":"0s"}`)
	healthAs(t, fresh, nil, nil)
	if healthAs(t, fresh, nil, nil); other.count() != 2*once {
		t.Errorf("where nothing is kept, two looks cost %d questions, want %d", other.count(), 2*once)
	}
}

// hanging takes connections and does not answer what contains a text.
func hanging(t *testing.T, text string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.FormValue("query"), text) {
			<-r.Context().Done()
			return
		}
		if r.URL.Path == "/api/v1/query_range" {
			_, _ = io.WriteString(w, emptyMatrix)
			return
		}
		_, _ = io.WriteString(w, sampleVector(`{}`))
	}))
	t.Cleanup(server.Close)
	return server
}

// Health answers long before the query timeout, and says what hung.
func TestHealthAnswersInTime(t *testing.T) {
	const late = "Prometheus did not answer within 0.3 s."
	for text, want := range map[string][]string{
		"":                           {"prometheus error " + late, "metrics not-checked Not looked for: Prometheus does not answer."},
		"build_info":                 {"prometheus ok Prometheus answers.", "metrics error " + late},
		"synapse_storage_schedule_t": {"prometheus ok Prometheus answers.", "metrics error " + late},
		"count_over_time":            {"prometheus ok Prometheus answers.", "metrics error " + late},
	} {
		i := instance(t, hanging(t, text).URL, `{"queryTimeout":"1m"}`)
		i.healthTimeout = 300 * time.Millisecond
		begin := time.Now()
		_, aspects := health(t, i)
		if passed := time.Since(begin); passed > 3*time.Second {
			t.Errorf("%q: it took %s", text, passed)
		}
		var got []string
		for _, a := range aspects[:2] {
			got = append(got, strings.Join([]string{a.Aspect, string(a.Status), a.Message}, " "))
			if a.Status == upstream.Error && a.Remedy == "" {
				t.Errorf("%q: %s has no remedy", text, a.Aspect)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if healthTimeout+healthGrace >= 10*time.Second {
		t.Error("health takes ten seconds or more")
	}
}

// A shorter query timeout is the limit, and the words name it.
func TestHealthWithinTheQueryTimeout(t *testing.T) {
	_, aspects := health(t, instance(t, hanging(t, "").URL, `{"queryTimeout":"1s"}`))
	if got := aspects[0].Message; got != "Prometheus did not answer within the data source's query timeout." {
		t.Error(got)
	}
}

// A probe that does not notice that its time is over is not waited for.
func TestHealthDoesNotWaitForADeafProbe(t *testing.T) {
	i, _ := open(t, `{}`)
	i.healthTimeout = 100 * time.Millisecond
	release := make(chan struct{})
	defer close(release)
	aspects := i.inTime(t.Context(), []string{"postgres", "grants", "schema"}, func(context.Context) []upstream.Aspect { <-release; return nil })
	if got := aspects[0]; len(aspects) != 3 || got.Status != upstream.Error || got.Message != "PostgreSQL did not answer within 0.1 s." || got.Remedy == "" || aspects[1].Status != upstream.NotChecked {
		t.Errorf("%+v", aspects)
	}
}
