package compare

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// Grants makes the role that the plugin signs in with and gives it exactly what the health check says it lacks: that
// remedy has to be enough on a real Synapse database.
func Grants(ctx context.Context, report *Report, plugin *Plugin, server *synapse.Server) error {
	connection, err := pgx.Connect(ctx, server.Database.SuperuserDSN)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	var there bool
	if err := connection.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, reader).Scan(&there); err != nil {
		return err
	}
	if !there {
		create := fmt.Sprintf(`CREATE ROLE %s LOGIN PASSWORD '%s'`, reader, readerPassword)
		if _, err := connection.Exec(ctx, create); err != nil {
			return err
		}
	}
	before, err := plugin.aspects(ctx, server)
	if err != nil {
		return err
	}
	missing := before["grants"]
	report.Check(missing.Status == "error" || missing.Status == "warning",
		"a role without grants in %s: the health check says %+v", server.Database.Name, missing)
	for statement := range strings.Lines(missing.Remedy) {
		if !strings.HasPrefix(statement, "GRANT ") {
			continue
		}
		if _, err := connection.Exec(ctx, statement); err != nil {
			report.Check(false, "the health check's remedy does not run: %s: %v", strings.TrimSpace(statement), err)
		}
	}
	after, err := plugin.aspects(ctx, server)
	if err != nil {
		return err
	}
	for _, name := range []string{"prometheus", "metrics", "postgres", "grants", "schema"} {
		report.Check(after[name].Status == "ok", "health of %s with all grants: %+v", server.Database.Name, after[name])
	}
	return nil
}
