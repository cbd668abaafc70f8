package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// library is the version of Prometheus' module, of which 0.308.1 is the server 3.8.1.
var library = regexp.MustCompile(`github.com/prometheus/prometheus v0\.3(\d\d)\.(\d+)`)

// versionOf asks a server for its version; one that was built from its module says none.
func versionOf(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/status/buildinfo", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Data struct{ Version string } }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Data.Version != "" {
		return answer.Data.Version, err
	}
	text, err := os.ReadFile("servers/prometheus/build/go.mod")
	match := library.FindStringSubmatch(string(text))
	if err != nil || match == nil {
		return "3.x", err
	}
	return fmt.Sprintf("3.%s.%s", strings.TrimPrefix(match[1], "0"), match[2]), nil
}

// importInto sends all samples of a Prometheus data folder to VictoriaMetrics, as JSON lines.
func importInto(ctx context.Context, url, folder string) error {
	store, err := tsdb.Open(folder, slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	out, in := io.Pipe()
	go func() { in.CloseWithError(writeSeries(ctx, store, in)) }()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/v1/import", out)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("VictoriaMetrics refuses the past: %s", response.Status)
	}
	flush, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/internal/force_flush", nil) // what is new is searched after seconds only
	if err != nil {
		return err
	}
	if response, err = http.DefaultClient.Do(flush); err != nil {
		return err
	}
	return response.Body.Close()
}

func writeSeries(ctx context.Context, store *tsdb.DB, to io.Writer) error {
	querier, err := store.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return err
	}
	defer func() { _ = querier.Close() }()
	out := bufio.NewWriterSize(to, 1<<20)
	lines := json.NewEncoder(out)
	series := querier.Select(ctx, false, nil, labels.MustNewMatcher(labels.MatchNotEqual, labels.MetricName, ""))
	var samples chunkenc.Iterator
	for series.Next() {
		line := struct {
			Metric     map[string]string `json:"metric"`
			Values     []float64         `json:"values"`
			Timestamps []int64           `json:"timestamps"`
		}{Metric: series.At().Labels().Map()}
		samples = series.At().Iterator(samples)
		for samples.Next() == chunkenc.ValFloat {
			t, v := samples.At()
			if !math.IsNaN(v) && !math.IsInf(v, 0) { // JSON has none
				line.Timestamps, line.Values = append(line.Timestamps, t), append(line.Values, v)
			}
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	if err := series.Err(); err != nil {
		return err
	}
	return out.Flush()
}
