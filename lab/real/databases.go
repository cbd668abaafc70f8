package real

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// createDatabases makes the databases of both homeservers in one cluster, as Synapse wants them, and the role that
// owns them.
func createDatabases(ctx context.Context, superuser string, host string, port int) ([2]Database, error) {
	var databases [2]Database
	connection, err := pgx.Connect(ctx, superuser)
	if err != nil {
		return databases, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer connection.Close(ctx)
	const user, password = "synapse", "synapse"
	if _, err := connection.Exec(ctx, `CREATE ROLE synapse LOGIN PASSWORD 'synapse'`); err != nil {
		return databases, fmt.Errorf("create Synapse's role: %w", err)
	}
	for i := range databases {
		name := fmt.Sprintf("syn%d", i+1)
		_, err := connection.Exec(ctx, `CREATE DATABASE `+name+
			` OWNER synapse TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`)
		if err != nil {
			return databases, fmt.Errorf("create database %s: %w", name, err)
		}
		databases[i] = Database{Host: host, Port: port, Name: name, User: user, Password: password}
	}
	return databases, nil
}
