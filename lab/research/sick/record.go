//go:build unix

package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/prometheus/client_golang/api"
	prometheus "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// recording is the longest that is kept of a run.
const recording = 30 * time.Minute

// record writes what Prometheus has of the metrics that are read, in the notation of promtool's unit tests: one sample for
// each scrape, counted from the first. Times among the values are moved to the same beginning.
func record(ctx context.Context, url, path string, end time.Time) error {
	connection, err := api.NewClient(api.Config{Address: url})
	if err != nil {
		return err
	}
	client := prometheus.NewAPI(connection)
	names, _, _, err := client.LabelValues(ctx, model.MetricNameLabel, nil, end.Add(-recording), end)
	if err != nil {
		return err
	}
	scrapes, err := scrapesOf(ctx, client, end)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "load %s\n", scrapeEvery)
	for _, name := range names {
		if _, read := metrics.Find(string(name)); !read {
			continue
		}
		all, err := samples(ctx, client, string(name), end)
		if err != nil {
			return err
		}
		for _, series := range all {
			fmt.Fprintf(&text, "  %s %s\n", series.Metric, notation(scrapes[series.Metric[model.InstanceLabel]], series.Values))
		}
	}
	return writeCompressed(path, text.Bytes())
}

// scrapesOf are the scrapes of each target, of all as many.
func scrapesOf(ctx context.Context, client prometheus.API, end time.Time) (map[model.LabelValue][]model.SamplePair, error) {
	up, err := samples(ctx, client, "up", end)
	if err != nil || len(up) == 0 {
		return nil, fmt.Errorf("no target was scraped: %w", err)
	}
	fewest := slices.MinFunc(up, func(a, b *model.SampleStream) int { return cmp.Compare(len(a.Values), len(b.Values)) })
	scrapes := map[model.LabelValue][]model.SamplePair{}
	for _, target := range up {
		scrapes[target.Metric[model.InstanceLabel]] = target.Values[:len(fewest.Values)]
	}
	return scrapes, nil
}

func samples(ctx context.Context, client prometheus.API, name string, end time.Time) (model.Matrix, error) {
	value, _, _, err := client.Query(ctx, fmt.Sprintf("{__name__=%q}[%s]", name, model.Duration(recording)), end)
	if err != nil {
		return nil, err
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("%s: %T", name, value)
	}
	return matrix, nil
}

// notation is a series with a place for each scrape: its value, stale where it has ended, "_" before it begins.
func notation(scrapes, values []model.SamplePair) string {
	origin := float64(scrapes[0].Timestamp) / 1000
	var places []string
	for i, began := 0, false; len(places) < len(scrapes); {
		switch at := scrapes[len(places)].Timestamp; {
		case i < len(values) && values[i].Timestamp <= at:
			places, began = append(places, fmt.Sprint(moved(float64(values[i].Value), origin))), true
			i++
		case began:
			places, began = append(places, "stale"), false
		default:
			places = append(places, "_")
		}
	}
	return repeated(places)
}

// moved is a value, by the origin earlier if it is a time in seconds or milliseconds within a year of it.
func moved(v, origin float64) string {
	const year = 365 * 24 * 3600
	for _, unit := range []float64{1, 1000} {
		if v > (origin-year)*unit && v < (origin+year)*unit {
			v -= origin * unit
			break
		}
	}
	return strconv.FormatFloat(v, 'g', 9, 64)
}

// repeated writes runs of equal values as one: 3x2 is 3 3 3.
func repeated(places []string) string {
	var b strings.Builder
	for i := 0; i < len(places); {
		n := i
		for n < len(places) && places[n] == places[i] {
			n++
		}
		switch more := n - i - 1; {
		case places[i] == "_":
			fmt.Fprintf(&b, "_x%d ", n-i)
		case more > 0 && places[i] != "stale":
			fmt.Fprintf(&b, "%sx%d ", places[i], more)
		default:
			b.WriteString(strings.Repeat(places[i]+" ", n-i))
		}
		i = n
	}
	return strings.TrimRight(b.String(), " ")
}

func writeCompressed(path string, text []byte) error {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(text); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, packed.Bytes(), 0o644)
}

// readCompressed is a recording.
func readCompressed(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(zip)
	return string(text), err
}
