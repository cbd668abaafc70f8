package changes

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// stream has one value a minute, the last at noon; a negative one is a gap.
func stream(labels model.Metric, values ...float64) *model.SampleStream {
	s := &model.SampleStream{Metric: labels}
	for i, v := range values {
		if v >= 0 {
			at := noon.Add(time.Duration(i-len(values)+1) * time.Minute)
			s.Values = append(s.Values, model.SamplePair{Timestamp: model.TimeFromUnix(at.Unix()), Value: model.SampleValue(v)})
		}
	}
	return s
}

func titles(events []event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.server+": "+e.title)
	}
	return all
}

func TestRestarts(t *testing.T) {
	ago := func(d time.Duration) float64 { return float64(noon.Add(-d).Unix()) }
	on := func(server, index string) model.Metric {
		return model.Metric{"server_name": model.LabelValue(server), "job": "synapse", "index": model.LabelValue(index)}
	}
	long := ago(48 * time.Hour)
	identity := process.NewIdentity("job", "index")
	found := rolloutsOf(startsOf(identity, model.Matrix{
		stream(on("a", "1"), long, long, -1, ago(40*time.Minute), ago(40*time.Minute)),
		stream(on("a", "2"), long, ago(38*time.Minute), ago(38*time.Minute)),
		stream(on("a", "3"), long, ago(20*time.Minute), ago(18*time.Minute), ago(16*time.Minute)),
		stream(on("a", "4"), ago(5*time.Minute), ago(5*time.Minute)),
		stream(on("a", "5"), long, long), // merely appears
		stream(on("b", "1"), long, ago(39*time.Minute)),
		stream(on("b", "2"), ago(70*time.Minute), ago(70*time.Minute)), // before the range
	}, noon.Add(-time.Hour)))
	want := []string{"a: Restart of 2 processes", "a: synapse/3 restarted 3 times", "a: Start of synapse/4", "b: Restart of synapse/1"}
	if got := titles(found); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !strings.HasPrefix(found[0].text, "synapse/1, synapse/2. Their caches") || !found[0].end.Equal(noon.Add(-38*time.Minute)) || found[0].tags() != "synapse,restart,a" {
		t.Errorf("%+v", found[0])
	}
	later := found[0]
	later.title = "Restart of 3 processes"
	if found[0].id() != later.id() || found[0].id() == found[3].id() {
		t.Error("the id of an event must outlive its counting")
	}
}

func TestVersions(t *testing.T) {
	on := func(version string) model.Metric {
		return model.Metric{"server_name": "a", "version": model.LabelValue(version)}
	}
	gaps := func(n int) []float64 {
		gone := make([]float64, n)
		for i := range gone {
			gone[i] = -1
		}
		return gone
	}
	for name, c := range map[string]struct {
		matrix model.Matrix
		want   []string
	}{
		"an upgrade, worker by worker": {model.Matrix{
			stream(on("1.159.0"), append([]float64{3, 3, 2, 1}, gaps(2)...)...), stream(on("1.160.0"), -1, -1, 1, 2, 3, 3)},
			[]string{"a: Synapse 1.160.0"}},
		"and back again": {model.Matrix{
			stream(on("1.159.0"), append(append([]float64{1, 1}, gaps(8)...), 1, 1)...), stream(on("1.160.0"), -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1)},
			[]string{"a: Synapse 1.160.0", "a: Synapse 1.159.0"}},
		"two from the beginning":     {model.Matrix{stream(on("1.159.0"), 1, 1, 1), stream(on("1.160.0"), 2, 2, 2)}, nil},
		"a restart in a mixed fleet": {model.Matrix{stream(on("1.159.0"), 1, -1, -1, 1), stream(on("1.160.0"), 2, 2, 2, 2)}, nil},
		"nobody was scraped":         {model.Matrix{stream(on("1.160.0"), append(append([]float64{1}, gaps(9)...), 1)...)}, nil},
	} {
		if got := titles(upgradesOf(c.matrix)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestResizes(t *testing.T) {
	on := func(name string) model.Metric {
		return model.Metric{"server_name": "a", "name": model.LabelValue(name)}
	}
	groups := resizeGroups(model.Matrix{
		stream(on("get_user_by_id"), 500, 500, 1000, 1000, 1000),
		stream(on("is_guest"), 500, 500, -1, -1, 1000), // used two minutes after the restart
		stream(on("steady"), 500, 500, 500, 500, 500),
	})
	if len(groups) != 1 {
		t.Fatalf("%v", groups)
	}
	found := []event{resizeEvent(groups[0], nil)}
	if got := titles(found); !slices.Equal(got, []string{"a: 2 caches resized"}) {
		t.Fatalf("%v", got)
	}
	if want := "get_user_by_id from 500 to 1,000 entries; is_guest from 500 to 1,000 entries."; found[0].text != want {
		t.Errorf("%s", found[0].text)
	}
}

func TestChooseProcesses(t *testing.T) {
	at := func(index, name string) *model.Sample {
		return &model.Sample{Metric: model.Metric{"server_name": "a", "job": "synapse", "index": model.LabelValue(index), "name": model.LabelValue(name)}}
	}
	identity := process.NewIdentity("job", "index")
	chosen := chooseProcesses(identity, model.Vector{at("1", "x"), at("2", "x"), at("2", "y"), at("3", "z"), at("3", "x")})
	if len(chosen) != 2 || !slices.Equal(chosen[0].caches, []string{"x", "y"}) || !slices.Equal(chosen[1].caches, []string{"z"}) {
		t.Errorf("%+v", chosen)
	}
	want := []query.Matcher{`name="z"`, `index="3"`, `job="synapse"`, `server_name="a"`}
	if got := chosen[1].matchers(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestLatest(t *testing.T) {
	s := query.NewSession(query.Request{Limit: 2}, query.TimeRange{}, noon, settings.Settings{}, nil, nil)
	all := events{{server: "a", title: "1"}, {server: "b", title: "2"}, {server: "a", title: "3"}, {server: "a", title: "4"}}
	if got := titles(latest(s, all)); !slices.Equal(got, []string{"b: 2", "a: 3", "a: 4"}) {
		t.Errorf("%v", got)
	}
}
