package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// CallResource serves the editors: suggestions, declarations, health in detail.
func (i *Instance) CallResource(ctx context.Context, req *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	ctx, asker := i.asker(ctx, req.PluginContext.User, req.GetHTTPHeaders(), false)
	return i.resources.CallResource(withCaller(ctx, caller{asker.Identity, mayEdit(req.PluginContext.User)}), req, sender)
}

func newResources(i *Instance) backend.CallResourceHandler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /values/{kind}", i.serveValues)
	mux.HandleFunc("GET /query-types", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, query.Declare(queries.All)) })
	mux.HandleFunc("GET /health-aspects", i.serveAspects)
	mux.HandleFunc("GET /graphs", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, graph.Declare()) })
	return httpadapter.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		if pattern == "" || r.Method != http.MethodGet || path.Clean(r.URL.Path) != r.URL.Path {
			refuse(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
}

// refuse says what there is instead; the mux itself would do so in plain text.
func refuse(w http.ResponseWriter, r *http.Request) {
	const valid = "Valid are GET of values/{serverName|job|index|instance|cache|transaction}, graphs, query-types and health-aspects."
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		write(w, http.StatusMethodNotAllowed, map[string]string{"message": "This data source only answers GET here. " + valid})
		return
	}
	write(w, http.StatusNotFound, map[string]string{"message": "This data source has no such resource. " + valid})
}

func (i *Instance) serveAspects(w http.ResponseWriter, r *http.Request) {
	aspects, err := i.aspects(r.Context(), callerOf(r.Context()))
	if err != nil {
		fail(r.Context(), w, err)
		return
	}
	write(w, http.StatusOK, map[string]any{"aspects": aspects})
}

// serveValues answers what a filter or a variable can be set to, within the other filters.
func (i *Instance) serveValues(w http.ResponseWriter, r *http.Request) {
	values, err := i.values(r.Context(), r.PathValue("kind"), r.URL.Query())
	if err != nil {
		fail(r.Context(), w, err)
		return
	}
	write(w, http.StatusOK, values)
}

func fail(ctx context.Context, w http.ResponseWriter, err error) {
	answer := failure(ctx, err)
	write(w, int(answer.Status), map[string]string{"message": answer.Error.Error()})
}

const (
	valuesLimit    = 1000
	valuesLookback = time.Hour
	// valuesAnswers bounds the lists that are kept; the editors and variables of a dashboard ask for some ten.
	valuesAnswers = 64
)

func (i *Instance) values(ctx context.Context, kind string, asked url.Values) ([]string, error) {
	if i.broken != nil {
		return nil, i.broken
	}
	label, metrics, err := process.LabelOf(kind)
	if err != nil {
		return nil, query.Badf("The suggestions can't be listed: %s.", err)
	}
	to, err := milliseconds(asked, "to", time.Now())
	if err != nil {
		return nil, err
	}
	from, err := milliseconds(asked, "from", to.Add(-valuesLookback))
	if err != nil {
		return nil, err
	}
	if to.Before(from) {
		return nil, query.Badf("\"from\" is later than \"to\".")
	}
	limit := valuesLimit
	if text := asked.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 {
			return nil, query.Badf("\"limit\" is %q; it takes a whole number of 1 or more.", text)
		}
	}
	filters := query.Filters{
		ServerName: filled(asked, "serverName"), Job: filled(asked, "job"), Index: filled(asked, "index"), Instance: filled(asked, "instance"),
	}
	ctx, cancel := context.WithTimeout(ctx, i.settings.QueryTimeout)
	defer cancel()
	values, err := i.labelValues(ctx, label, filters.Without(kind).Selector(metrics), query.Align(from, to, 0, i.settings.ScrapeInterval))
	return values[:min(limit, len(values))], err
}

// labelValues asks Prometheus once for all who ask the same, as answers to queries are shared.
func (i *Instance) labelValues(ctx context.Context, label, selector string, tr query.TimeRange) ([]string, error) {
	key := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %s %s", callerOf(ctx).identity, tr.From.UnixMilli(), tr.To.UnixMilli(), label, selector))
	return i.suggestions.Do(ctx, string(key[:]), i.settings.CacheTTL, func(ctx context.Context) ([]string, error) {
		return i.prometheus.LabelValues(ctx, label, []string{selector}, tr.From, tr.To)
	})
}

// filled drops empty values: as in a query, they mean "all".
func filled(asked url.Values, name string) []string {
	return slices.DeleteFunc(asked[name], func(value string) bool { return value == "" })
}

func milliseconds(asked url.Values, name string, fallback time.Time) (time.Time, error) {
	text := asked.Get(name)
	if text == "" {
		return fallback, nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, query.Badf("%q is %q; it takes a time in milliseconds since 1970.", name, text)
	}
	return time.UnixMilli(ms), nil
}

func write(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"message":"The answer can't be written as JSON."}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(raw); err != nil {
		backend.Logger.Debug("A resource answer was not taken", "error", err)
	}
}
