package process

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// scraped is a process: its target's labels as "a=x b=y", its homeserver, and how long ago it was first and last there.
type scraped struct {
	labels, server string
	since, until   time.Duration
}

func (s scraped) metric() model.Metric {
	m := model.Metric{}
	for _, pair := range strings.Fields(s.labels) {
		label, value, _ := strings.Cut(pair, "=")
		m[model.LabelName(label)] = model.LabelValue(value)
	}
	return m
}

// prometheus stores these processes; up has the labels of their targets, but for those that relabelling gave to samples only.
type prometheus struct {
	processes []scraped
	sampled   []string // labels that up lacks
	jumping   []scraped
}

func (p prometheus) Range(_ context.Context, _ string, from, to time.Time, step time.Duration) (matrix model.Matrix, warnings []string, err error) {
	for _, s := range p.processes {
		stream := &model.SampleStream{Metric: s.metric()}
		stream.Metric["__name__"] = "synapse_storage_schedule_time_count"
		if s.server != "" {
			stream.Metric["server_name"] = model.LabelValue(s.server)
		}
		since := s.since
		if since == 0 {
			since = 7 * 24 * time.Hour
		}
		for at := from; !at.After(to); at = at.Add(step) {
			if ago := now.Sub(at); ago <= since && ago >= s.until {
				stream.Values = append(stream.Values, model.SamplePair{Timestamp: model.TimeFromUnix(at.Unix()), Value: 1})
			}
		}
		if len(stream.Values) > 0 {
			matrix = append(matrix, stream)
		}
	}
	return matrix, nil, nil
}

func (p prometheus) Instant(_ context.Context, promql string, _ time.Time) (vector model.Vector, warnings []string, err error) {
	if strings.Contains(promql, "process_start_time_seconds") {
		for _, s := range p.jumping {
			vector = append(vector, &model.Sample{Metric: s.metric(), Value: 20})
		}
		return vector, nil, nil
	}
	for _, s := range p.processes {
		if s.until > 0 {
			continue
		}
		m := s.metric()
		for _, label := range p.sampled {
			delete(m, model.LabelName(label))
		}
		vector = append(vector, &model.Sample{Metric: m, Value: 1})
	}
	return vector, nil, nil
}

type nothing struct{}

func (nothing) Frames(query.View) data.Frames { return data.Frames{data.NewFrame("")} }

// findIn gives what a query finds, and what it is told.
func findIn(t *testing.T, on prometheus, filters query.Filters, configured ...string) (found Identity, notices string) {
	t.Helper()
	typ := query.Type{ID: "x", Formats: []query.Format{{ID: "y", Needs: query.Prometheus}}, Run: func(ctx context.Context, s *query.Session) (result query.Result, err error) {
		found, err = Find(ctx, s)
		return nothing{}, err
	}}
	options := settings.Settings{ProcessLabels: configured, ScrapeInterval: 15 * time.Second, QueryTimeout: time.Minute}
	frames, err := query.NewRunner(options, on, nil).Run(t.Context(), typ, query.Request{Type: "x", Format: typ.Formats[0], Filters: filters},
		query.TimeRange{From: now.Add(-time.Hour), To: now, Step: time.Minute}, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return found, fmt.Sprint(frames[0].Meta.Notices)
}

// alive are processes of one homeserver that were there all the time.
func alive(labels ...string) []scraped {
	var all []scraped
	for _, of := range labels {
		all = append(all, scraped{labels: of, server: "a.example"})
	}
	return all
}

// What the deployments in the field give their targets, and what tells the processes apart there.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		name       string
		processes  []scraped
		configured []string
		by, labels string
		names      []string // of the processes in their order
	}{
		{name: "nothing is there", by: "job, index", labels: "job, index, instance"},
		{name: "static configuration",
			processes: alive("job=synapse index=1 instance=h:9000", "job=worker index=1 instance=h:9001", "job=worker index=2 instance=h:9002"),
			by:        "job, index", labels: "job, index, instance", names: []string{"synapse/1", "worker/1", "worker/2"}},
		{name: "one job without index",
			processes: alive("job=synapse instance=h:9000", "job=synapse instance=h:9001"),
			by:        "job, index, instance", labels: "job, index, instance", names: []string{"synapse/h:9000", "synapse/h:9001"}},
		{name: "one process", processes: alive("job=synapse instance=h:9000"), by: "job, index", labels: "job, index, instance", names: []string{"synapse"}},
		{name: "Synapse's how-to up to 1.145",
			processes: alive("job=master index=1 instance=my.server", "job=generic index=1 instance=my.server", "job=generic index=2 instance=my.server"),
			by:        "job, index", labels: "job, index, instance", names: []string{"master/1", "generic/1", "generic/2"}},
		{name: "ESS Helm: index is the pod's ordinal, one instance",
			processes: alive("job=main index=0 instance=ess.example pod=main-0", "job=sync index=0 instance=ess.example pod=sync-0", "job=sync index=1 instance=ess.example pod=sync-1"),
			by:        "job, index", labels: "job, index, instance, pod", names: []string{"main/0", "sync/0", "sync/1"}},
		{name: "matrix-docker-ansible-deploy without index",
			processes: alive("job=synapse app=main instance=h:443", "job=generic_worker app=generic worker_id=generic-0 instance=h:443", "job=generic_worker app=generic worker_id=generic-1 instance=h:443"),
			by:        "job, index, worker_id", labels: "job, index, instance, worker_id", names: []string{"synapse", "generic_worker/generic-0", "generic_worker/generic-1"}},
		{name: "every process has a worker_id",
			processes: alive("job=s worker_id=main instance=h:443", "job=s worker_id=sync-0 instance=h:443"),
			by:        "job, index, worker_id", labels: "job, index, instance, worker_id", names: []string{"main", "sync-0"}},
		{name: "Kubernetes, several pods of a job",
			processes: alive("job=s pod=sync-a instance=10.0.0.1:9090", "job=s pod=sync-b instance=10.0.0.2:9090"),
			by:        "job, index, pod", labels: "job, index, instance, pod", names: []string{"sync-a", "sync-b"}},
		{name: "Kubernetes, several pods of one job only",
			processes: alive("job=main pod=main-a instance=10.0.0.1:9090", "job=s pod=sync-a instance=10.0.0.2:9090", "job=s pod=sync-b instance=10.0.0.3:9090"),
			by:        "job, index, pod", labels: "job, index, instance, pod", names: []string{"main", "sync-a", "sync-b"}},
		{name: "a rollout: the old pod goes when the new one is there", processes: []scraped{
			{"job=main pod=main-a instance=10.0.0.1:9090", "a.example", 0, 0},
			{"job=sync pod=sync-old instance=10.0.0.2:9090", "a.example", 0, 3 * time.Hour},
			{"job=sync pod=sync-new instance=10.0.0.3:9090", "a.example", 190 * time.Minute, 0},
		}, by: "job, index", labels: "job, index, instance, pod", names: []string{"main", "sync", "sync"}},
		{name: "a rollout that is under way", processes: []scraped{
			{"job=main pod=main-a instance=ess", "a.example", 0, 0},
			{"job=sync pod=sync-old instance=ess", "a.example", 0, 0},
			{"job=sync pod=sync-new instance=ess", "a.example", 5 * time.Minute, 0},
		}, by: "job, index", labels: "job, index, instance, pod", names: []string{"main", "sync", "sync"}},
		{name: "a second replica since hours", processes: []scraped{
			{"job=sync pod=sync-a instance=ess", "a.example", 0, 0},
			{"job=sync pod=sync-b instance=ess", "a.example", 3 * time.Hour, 0},
		}, by: "job, index, pod", labels: "job, index, instance, pod", names: []string{"sync-a", "sync-b"}},
		{name: "one of two is down", processes: []scraped{
			{"job=s instance=h:1", "a.example", 0, 2 * time.Hour}, {"job=s instance=h:2", "a.example", 0, 0},
		}, by: "job, index, instance", labels: "job, index, instance", names: []string{"s/h:1", "s/h:2"}},
		{name: "a homeserver of ten minutes", processes: []scraped{
			{"job=s instance=h:1", "a.example", 10 * time.Minute, 0}, {"job=s instance=h:2", "a.example", 10 * time.Minute, 0},
		}, by: "job, index, instance", labels: "job, index, instance", names: []string{"s/h:1", "s/h:2"}},
		{name: "two homeservers with equal jobs", processes: []scraped{
			{"job=s index=1 instance=p:1", "a.example", 0, 0}, {"job=s index=1 instance=t:1", "test.example", 0, 0},
		}, by: "job, index", labels: "job, index, instance", names: []string{"s/1", "s/1"}},
		{name: "two homeservers that only the namespace tells apart", processes: []scraped{
			{"job=s index=1 instance=my.server namespace=prod", "a.example", 0, 0}, {"job=s index=1 instance=my.server namespace=test", "test.example", 0, 0},
		}, by: "job, index", labels: "job, index, instance, namespace", names: []string{"s/1", "s/1"}},
		{name: "one process of two homeservers", processes: []scraped{
			{"job=s index=1 instance=h:1", "a.example", 0, 0}, {"job=s index=1 instance=h:1", "b.example", 0, 0},
		}, by: "job, index", labels: "job, index, instance", names: []string{"s/1", "s/1"}},
		{name: "a Synapse without names that got one", processes: []scraped{
			{"job=s index=1 instance=h:1", "", 0, time.Hour}, {"job=s index=1 instance=h:1", "a.example", time.Hour, 0},
		}, by: "job, index", labels: "job, index, instance", names: []string{"s/1", "s/1"}},
		{name: "a label of their own", processes: alive("job=s host=a instance=x", "job=s host=b instance=x"),
			by: "job, index, host", labels: "job, index, instance, host", names: []string{"s/a", "s/b"}},
		{name: "two labels only together", processes: alive("job=s a=1 b=1", "job=s a=1 b=2", "job=s a=2 b=1", "job=s a=2 b=2"),
			by: "job, index, a, b", labels: "job, index, instance, a, b", names: []string{"s/1/1", "s/1/2", "s/2/1", "s/2/2"}},
		{name: "a target that got a label", processes: []scraped{
			{"job=s index=1 instance=h:1", "a.example", 0, 5 * time.Hour}, {"job=s index=1 instance=h:1 env=prod", "a.example", 5*time.Hour - time.Minute, 0},
		}, by: "job, index", labels: "job, index, instance", names: []string{"s/1", "s/1"}},
		{name: "configured", processes: alive("job=s rack=1 instance=x", "job=s rack=2 instance=x"), configured: []string{"rack"},
			by: "rack", labels: "job, index, instance, rack", names: []string{"1", "2"}},
		{name: "configured, not enough", processes: alive("job=s rack=1 instance=x worker_id=a", "job=s rack=1 instance=x worker_id=b"), configured: []string{"server_name", "rack"},
			by: "server_name, rack", labels: "job, index, instance, rack, worker_id", names: []string{"1", "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, _ := findIn(t, prometheus{processes: c.processes}, query.Filters{}, c.configured...)
			if i.By() != "server_name, "+c.by || i.Labels() != c.labels || i.ScrapedLabels() != c.labels {
				t.Errorf("named by %s, kept apart by %s, joined with up on %s", i.By(), i.Labels(), i.ScrapedLabels())
			}
			processes := map[string]bool{}
			for at, s := range c.processes {
				if name := i.Name(s.metric()); name != c.names[at] {
					t.Errorf("%s is called %q, not %q", s.labels, name, c.names[at])
				}
				key := fmt.Sprint(i.Process(s.metric()))
				if processes[key] && !slices.Contains([]string{"one process of two homeservers", "a Synapse without names that got one", "a target that got a label"}, c.name) {
					t.Errorf("%s is taken for another process", s.labels)
				}
				processes[key] = true
			}
		})
	}
}

// Labels that relabelling gave to samples only are not on up.
func TestScrapedLabels(t *testing.T) {
	static := alive("job=s index=1 instance=h:1", "job=s index=2 instance=h:2")
	i, _ := findIn(t, prometheus{processes: static, sampled: []string{"index"}}, query.Filters{})
	if i.ScrapedLabels() != "job, instance" || !strings.Contains(i.WithServerOfTarget(query.Filters{}, "up"), "> 1)") {
		t.Errorf("%s: %s", i.ScrapedLabels(), i.WithServerOfTarget(query.Filters{}, "up"))
	}
	i, _ = findIn(t, prometheus{processes: static, sampled: []string{"instance", "job"}}, query.Filters{})
	if i.ScrapedLabels() != i.Labels() {
		t.Errorf("another job's up tells nothing: %s", i.ScrapedLabels())
	}
	ups := model.Vector{{Metric: model.Metric{"job": "s", "index": "1", "instance": "10.0.0.1:9000"}}, {Metric: model.Metric{"job": "s", "index": "2", "instance": "10.0.0.2:9000"}}}
	matrix, _, _ := prometheus{processes: static}.Range(t.Context(), "", now.Add(-lookBack), now, lookEvery)
	if got := targetsOf(matrix, now.Add(-lookBack)).sharedWith(ups, []string{"job", "index", "instance"}); !slices.Equal(got, []string{"job", "index"}) {
		t.Errorf("samples have another instance than up: %q", got)
	}
}

// The names are the same whatever a query selects, and one who may not see a homeserver is not told of it.
func TestMixed(t *testing.T) {
	mixed := scraped{labels: "job=worker instance=my.server", server: "a.example"}
	on := prometheus{processes: append(alive("job=main instance=my.server"), mixed, scraped{labels: "job=main instance=b", server: "b.example"}),
		jumping: []scraped{mixed, {labels: "job=node instance=x"}}}
	for server, told := range map[string]bool{"": true, "a.example": true, "b.example": false} {
		filters := query.Filters{}.OnServer(server)
		i, notices := findIn(t, on, filters)
		if i.Mixed("b.example") != "" || !strings.Contains(i.Mixed("a.example"), "mixed: worker.") {
			t.Errorf("%q, %q", i.Mixed("a.example"), i.Mixed("b.example"))
		}
		if strings.Contains(notices, "several processes of a.example have the same labels") != told {
			t.Errorf("%q: %s", server, notices)
		}
	}
}

func TestProblems(t *testing.T) {
	two := alive("job=s rack=1 instance=x pod=a", "job=s rack=1 instance=x pod=b")
	for _, c := range []struct {
		on         prometheus
		configured []string
		want       []string
	}{
		{prometheus{processes: two}, nil, nil},
		{prometheus{processes: two}, []string{"server_name", "pod"}, nil},
		{prometheus{processes: two}, []string{"pods", "pod"}, []string{`"pods"`}},
		{prometheus{processes: two}, []string{"rack"}, []string{"processes of a.example"}},
		{prometheus{}, []string{"pods"}, nil}, // where there is no process, no label is known to be missing
		{prometheus{processes: two, jumping: two[:1]}, nil, []string{"mixed: a."}},
		{prometheus{processes: []scraped{{labels: "job=s index=1 instance=x version=1.135.2"}}}, nil, []string{HalfLabelledStep}},
		{prometheus{processes: []scraped{{labels: "job=s index=1 instance=x version=1.134.0"}}}, nil, nil},
	} {
		i, _ := findIn(t, c.on, query.Filters{}, c.configured...)
		problems := i.Problems()
		if len(problems) != len(c.want) {
			t.Errorf("%q: %q, want %q", c.configured, problems, c.want)
			continue
		}
		for at, part := range c.want {
			if !strings.Contains(problems[at], part) {
				t.Errorf("%q: %q, want %q", c.configured, problems, c.want)
			}
		}
	}
}
