package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/grafana"
)

// goalInGrafana: the plugin takes no longer than Grafana's own data source for the same. Source: ours.
const goalInGrafana = 1.0

// manySeries is the most that a graph may show here.
const manySeries = 100

const bothSources = `apiVersion: 1
datasources:
  - {name: Ours, uid: ours, type: matrix-synapse-datasource, access: proxy, url: %[1]q, jsonData: {scrapeInterval: %[2]q, prometheusUid: theirs}}
  - {name: Theirs, uid: theirs, type: prometheus, access: proxy, url: %[1]q, jsonData: {timeInterval: %[2]q, httpMethod: POST}}
`

// inGrafana asks one Grafana for the same range query twice: as a graph of the plugin, and as PromQL of Grafana's own Prometheus data
// source.
func inGrafana(ctx context.Context, b *bench, _ options) (_ string, err error) {
	space, err := servers.NewSpace("cost-grafana")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, space.Close()) }()
	server, err := b.startGrafana(ctx, space)
	if err != nil {
		return "", err
	}
	const head = "## The same in Grafana's own data source\n\n"
	if server == nil {
		return head + "Not measured: it needs a Grafana (GRAFANA_HOME, or an installed one).\n\n", nil
	}
	graph, wide, err := b.widest(ctx)
	if err != nil {
		return "", err
	}
	var p pairs
	var ours, theirs panelData
	for round := range 4*b.repeats + 1 {
		// Each time another range, so that nobody answers from what is kept.
		span := ask.Span{From: ends.Add(-b.past), To: ends.Add(-time.Duration(round) * b.scrape)}
		first, tookFirst, err := inPanel(ctx, server, span, b.scrape, ask.Query{"datasource": map[string]string{"uid": "ours"}, "queryType": "graph", "format": "series", "graph": graph, "limit": manySeries})
		if err != nil {
			return "", err
		}
		second, tookSecond, err := inPanel(ctx, server, span, b.scrape, ask.Query{"datasource": map[string]string{"uid": "theirs"}, "expr": wide, "range": true, "format": "time_series"})
		if err != nil {
			return "", err
		}
		if ours, theirs = first, second; round > 0 { // the first one fills Prometheus' caches
			p.first, p.second = append(p.first, tookFirst), append(p.second, tookSecond)
		}
	}
	b.tap.take()
	middle, low, high := p.ratio()
	return head + fmt.Sprintf("The graph %q over %s, step %s, in one Grafana %s, and the PromQL behind it in its Prometheus data source. %d pairs. "+
		"The plugin asks once more before it: which of all series are the largest over the whole range. The PromQL of the other names them already.\n\n"+
		"| | This plugin | Grafana's Prometheus data source |\n| --- | --- | --- |\n| Series | %d | %d |\n| Numbers | %s | %s |\n| Bytes to the browser | %s | %s |\n| Time | %s | %s |\n\n"+
		"Ratio of the times, quartiles: %.2f (%.2f to %.2f). Goal: at most %.1f, %s.\n\n",
		graph, b.past, b.scrape, server.Version, len(p.first), ours.series, theirs.series, count(int64(ours.numbers)), count(int64(theirs.numbers)), size(int64(ours.bytes)), size(int64(theirs.bytes)),
		milliseconds(median(p.first)), milliseconds(median(p.second)), middle, low, high, goalInGrafana, reached(middle <= goalInGrafana)), nil
}

// startGrafana starts one with both data sources; nil where there is none.
func (b *bench) startGrafana(ctx context.Context, space *servers.Space) (*grafana.Server, error) {
	if found, err := grafana.Find(ctx); err != nil || found.Home == "" {
		return nil, nil //nolint:nilerr // the page says that it was not measured
	}
	folder := filepath.Join(space.Dir, "provisioning", "datasources")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "both.yaml"), fmt.Appendf(nil, bothSources, b.tap.url, b.scrape), 0o600); err != nil {
		return nil, err
	}
	server, err := grafana.Start(ctx, grafana.Options{Dir: space.Dir, Dist: root + "/dist", Provisioning: filepath.Dir(folder)})
	if err == nil {
		space.Own(server.Stop)
	}
	return server, err
}

// widest is the graph with most series whose numbers come from one range query, and that query. Which series are shown, a request
// before it may decide.
func (b *bench) widest(ctx context.Context) (graph, promql string, err error) {
	_, closed, err := panelsOf(dashboards + "synapse-graphs.json")
	if err != nil {
		return "", "", err
	}
	most := 0
	for _, panel := range closed {
		for _, q := range panel.queries() {
			if q["queryType"] != "graph" || q["format"] != "series" {
				continue
			}
			q["limit"] = manySeries
			b.tap.take()
			response, err := b.plugin.QueryData(ctx, b.fresh().Request(b.span(), q))
			if err != nil {
				return "", "", err
			}
			ranges := slices.DeleteFunc(b.tap.take(), func(c call) bool { return !c.isRange() })
			series := 0
			for _, frame := range response.Responses["A"].Frames {
				series += len(frame.Fields) - 1
			}
			if len(ranges) == 1 && series > most {
				most, graph, promql = series, fmt.Sprint(q["graph"]), ranges[0].promql()
			}
		}
	}
	return graph, promql, nil
}

// panelData is what a panel gets to draw.
type panelData struct{ series, numbers, bytes int }

// inPanel asks Grafana as a panel does.
func inPanel(ctx context.Context, server *grafana.Server, span ask.Span, step time.Duration, q ask.Query) (d panelData, took time.Duration, err error) {
	q["refId"], q["intervalMs"], q["maxDataPoints"] = "A", step.Milliseconds(), int(span.To.Sub(span.From)/step)+1
	body, err := json.Marshal(map[string]any{
		"queries": []ask.Query{q}, "from": strconv.FormatInt(span.From.UnixMilli(), 10), "to": strconv.FormatInt(span.To.UnixMilli(), 10),
	})
	if err != nil {
		return d, 0, err
	}
	address, err := url.JoinPath(server.URL, "api", "ds", "query")
	if err != nil {
		return d, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return d, 0, err
	}
	request.SetBasicAuth("admin", "admin")
	request.Header.Set("Content-Type", "application/json")
	began := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return d, 0, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	took = time.Since(began)
	if err != nil || response.StatusCode != http.StatusOK {
		return d, 0, fmt.Errorf("Grafana answers %s, %w: %.500s", response.Status, err, text) //nolint:staticcheck // a name
	}
	var answer struct {
		Results map[string]struct {
			Frames []struct {
				Data struct{ Values [][]json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return d, 0, err
	}
	for _, frame := range answer.Results["A"].Frames {
		for _, field := range frame.Data.Values[min(1, len(frame.Data.Values)):] {
			d.series, d.numbers = d.series+1, d.numbers+len(field)
		}
	}
	d.bytes = len(text)
	return d, took, nil
}
