package synapse

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
)

// CreateDatabases makes a database for each homeserver in one cluster, and the role that owns them.
func CreateDatabases(ctx context.Context, server *postgres.Server) ([2]Database, error) {
	const role = "synapse"
	var databases [2]Database
	connection, err := pgx.Connect(ctx, server.DSN("postgres"))
	if err != nil {
		return databases, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = connection.Close(ctx) }()
	if _, err := connection.Exec(ctx, `CREATE ROLE `+role+` LOGIN PASSWORD '`+role+`'`); err != nil {
		return databases, fmt.Errorf("create Synapse's role: %w", err)
	}
	for i := range databases {
		name := fmt.Sprintf("syn%d", i+1)
		if err := server.CreateDatabase(ctx, name); err != nil {
			return databases, fmt.Errorf("create database %s: %w", name, err)
		}
		if _, err := connection.Exec(ctx, `ALTER DATABASE `+name+` OWNER TO `+role); err != nil {
			return databases, fmt.Errorf("hand database %s to Synapse: %w", name, err)
		}
		databases[i] = Database{Host: server.Host(), Port: server.Port(), Name: name, User: role, Password: role,
			SuperuserDSN: server.DSN(name)}
	}
	return databases, nil
}
