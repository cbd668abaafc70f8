package compare

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// maxRows is more than any of the tables has here.
const maxRows = 500

// All compares everything over a window that ends in a quiet spell, and soon: PostgreSQL is asked about now.
func All(ctx context.Context, report *Report, plugin *Plugin, window Window) error {
	truths, err := readTruths(ctx, report, plugin.Pair, window)
	if err != nil {
		return err
	}
	report.Done("Prometheus against /metrics")
	if err := Advice(report, plugin.Pair); err != nil {
		return err
	}
	report.Done("options and log lines of the advice against Synapse's code")
	for _, server := range plugin.Pair.Servers {
		if err := Grants(ctx, report, plugin, server); err != nil {
			return err
		}
	}
	report.Done("health check and its grants")
	metrics(ctx, report, plugin, truths, window)
	for _, server := range plugin.Pair.Servers {
		if err := rooms(ctx, report, plugin, server); err != nil {
			return err
		}
	}
	report.Done("forward extremities against SQL")
	err = Everything(ctx, report, plugin, window, truths)
	report.Done("every query type: answers, and never mixes the homeservers")
	return err
}

func readTruths(ctx context.Context, report *Report, pair *synapse.Pair, window Window) (Truths, error) {
	client, err := Connect(pair.PrometheusURL)
	if err != nil {
		return nil, err
	}
	truths := Truths{}
	for _, server := range pair.Servers {
		truth, err := ReadTruth(ctx, client, server, window)
		if err != nil {
			return nil, err
		}
		if err := Prometheus(ctx, report, client, truth); err != nil {
			return nil, err
		}
		truths[server.ServerName] = truth
	}
	return truths, nil
}

// metrics compares the tables that come from Prometheus; they are the same with either database.
func metrics(ctx context.Context, report *Report, plugin *Plugin, truths Truths, window Window) {
	server := plugin.Pair.Servers[0]
	if rows, ok := plugin.Table(ctx, report, server, window, ask.Query{"queryType": "transactions", "limit": maxRows}); ok {
		Transactions(report, rows, truths, maxRows)
	}
	report.Done("transactions against /metrics")
	if rows, ok := plugin.Table(ctx, report, server, window, ask.Query{"queryType": "cacheFactors", "limit": maxRows}); ok {
		CacheFactors(report, rows, truths)
	}
	report.Done("cache factors against /metrics")
}

// rooms compares the extremities in one homeserver's database.
func rooms(ctx context.Context, report *Report, plugin *Plugin, server *synapse.Server) error {
	const least = 0
	now := Window{From: time.Now().Add(-time.Minute), To: time.Now()}
	rows, ok := plugin.Table(ctx, report, server, now, ask.Query{
		"queryType": "forwardExtremities", "format": "rooms", "minExtremities": least, "limit": maxRows,
	})
	if !ok {
		return nil
	}
	counts, err := synapse.Extremities(ctx, server.Database.SuperuserDSN)
	if err != nil {
		return err
	}
	Extremities(report, rows, server.ServerName, counts, least)
	return nil
}
