package compare

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/lab/real"
)

// All compares everything over a window.
func All(ctx context.Context, report *Report, pair *real.Pair, window Window) error {
	client, err := Connect(pair.PrometheusURL)
	if err != nil {
		return err
	}
	for _, server := range pair.Servers {
		truth, err := ReadTruth(ctx, client, server, window)
		if err != nil {
			return err
		}
		if err := Prometheus(ctx, report, client, truth); err != nil {
			return err
		}
	}
	return nil
}
