package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

// What is asked through the tap is noted with the bytes of its answer, and can be asked again as it was.
func TestTap(t *testing.T) {
	var seen []string
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.FormValue("query"))
		_, _ = w.Write([]byte(`{"data":{"stats":{"samples":{"totalQueryableSamples":7}}}}`))
	}))
	t.Cleanup(upstream.Close)
	tapped, stop, err := newTap(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	first := call{path: "/api/v1/query_range", form: "query=up%7B%7D&step=30"}
	if _, err := first.send(context.Background(), tapped.url, "", nil); err != nil {
		t.Fatal(err)
	}
	calls := tapped.take()
	if len(calls) != 1 || calls[0].promql() != "up{}" || calls[0].bytes != 58 || !calls[0].isRange() || len(tapped.take()) != 0 {
		t.Fatalf("noted %+v", calls)
	}
	if s, err := total(context.Background(), upstream.URL, calls); err != nil || s != (spent{1, 1, 58, 7}) || seen[1] != "up{}" {
		t.Errorf("%+v, %v, of %q", s, err, seen)
	}
}

func TestFilled(t *testing.T) {
	const written = `rate(x{job=~"$job",index=~"${index}",instance="$instance"}[$bucket_size])`
	if got := filled(written, 30*time.Second); got != `rate(x{job=~".*",index=~".*",instance=".*"}[120s])` {
		t.Error(got)
	}
}

func TestRatio(t *testing.T) {
	p := pairs{[]time.Duration{2, 4, 9}, []time.Duration{2, 2, 3}}
	if middle, low, high := p.ratio(); middle != 2 || low != 1 || high != 3 {
		t.Error(middle, low, high)
	}
}

// Ten processes are ten targets, and have more series than the five of the model.
func TestSize(t *testing.T) {
	s, err := simulate.New(simulate.Options{Size: middle.size})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Processes()); n*middle.size.Copies != middle.processes {
		t.Errorf("%d processes, %d of each", n, middle.size.Copies)
	}
}
