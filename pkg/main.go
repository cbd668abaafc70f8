// The backend of the Matrix Synapse data source.
package main

import (
	"os"

	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/matrix-insight/synapse-datasource/pkg/plugin"
)

func main() {
	if err := datasource.Manage("matrix-synapse-datasource", plugin.NewInstance, datasource.ManageOpts{}); err != nil {
		log.DefaultLogger.Error("The plugin stopped", "error", err)
		os.Exit(1)
	}
}
