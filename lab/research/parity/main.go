// Command parity evaluates what Synapse's own dashboard asks beside our graphs, on a simulated and on a recorded real homeserver,
// and says for each panel whether both draw the same numbers. The dashboard comes from Synapse's repository and stays outside
// of this one: it has another licence.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

func main() {
	dashboard := flag.String("dashboard", os.Getenv("CONTRIB_DASHBOARD"), "contrib/grafana/synapse.json of Synapse's repository")
	to := flag.String("page", "../docs/graphs-measured.md", "the page to write into")
	flag.Parse()
	ctx, cancel := servers.Context()
	defer cancel()
	if err := run(ctx, *dashboard, *to); err != nil {
		fmt.Fprintln(os.Stderr, err)
		cancel()
		os.Exit(1)
	}
}

func run(ctx context.Context, dashboard, to string) error {
	if dashboard == "" {
		return errors.New("CONTRIB_DASHBOARD must name a copy of contrib/grafana/synapse.json of https://github.com/element-hq/synapse")
	}
	panels, err := readDashboard(dashboard)
	if err != nil {
		return err
	}
	first, err := simulated(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = first.close() }()
	second, err := recorded()
	if err != nil {
		return err
	}
	defer func() { _ = second.close() }()
	compared, err := compareAll(ctx, panels, []server{first, second})
	if err != nil {
		return err
	}
	fmt.Print(tell(compared))
	if err := page.Write(to, "parity", report(compared)); err != nil {
		return err
	}
	if left := unexplained(compared); len(left) > 0 {
		return fmt.Errorf("%d panels draw other numbers than our graphs, and pkg/queries/graph does not say why", len(left))
	}
	return nil
}
