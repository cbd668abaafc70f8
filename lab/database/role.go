package database

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// Role makes the plugin's role by the very statements that the README tells an admin to paste, so that everything here
// is answered with those rights only. Only the limit of connections is lifted: several plugins share this role.
func Role(ctx context.Context, conn *pgx.Conn, name, password string) error {
	statements := []string{
		postgres.RoleSQL(name, conn.Config().Database),
		"ALTER ROLE " + pgx.Identifier{name}.Sanitize() + " CONNECTION LIMIT -1 PASSWORD " + literal(password),
	}
	for _, statement := range statements {
		if _, err := conn.PgConn().Exec(ctx, statement).ReadAll(); err != nil {
			return fmt.Errorf("making the role %s: %w", name, err)
		}
	}
	return nil
}

// literal quotes a text for SQL, where no parameter is allowed.
func literal(text string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(text) + "'"
}
