package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// inventoryLimit bounds the look into the catalogue that makes a message exact.
const inventoryLimit = 3 * time.Second

// explain gives an error of a read its words. Where rights or tables are missing it looks which.
func (c *Client) explain(ctx context.Context, limit time.Duration, err error) error {
	if err == nil {
		return nil
	}
	fault := classify(ctx, limit, err)
	if fault == nil {
		return err
	}
	if fault.Kind == upstream.MissingGrant || fault.Kind == upstream.NotSynapse {
		c.lookCloser(ctx, fault)
	}
	if fault.Err == nil && !errors.Is(err, fault) { // who looks for the end of a chain that leads back to itself, looks for ever
		fault.Err = err
	}
	return fault
}

// lookCloser replaces the general words by exact ones. A table that the role may not even see through its schema is
// reported as missing by PostgreSQL: that is a missing grant.
func (c *Client) lookCloser(ctx context.Context, fault *upstream.Fault) {
	ctx, cancel := context.WithTimeout(ctx, inventoryLimit)
	defer cancel()
	var seen inventory
	err := c.attempt(ctx, inventoryLimit, func(ctx context.Context, tx guestTx) (err error) {
		seen, err = takeInventory(ctx, tx)
		return err
	})
	if err != nil {
		if fault.Kind == upstream.MissingGrant {
			fault.Remedy = "Run as the owner of the database:\n" + connectGrant(c.config)
		}
		return
	}
	*fault = seen.fault(*fault)
}

// connectGrant helps a role that may not even connect.
func connectGrant(config settings.Postgres) string {
	return fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s;", quote(config.Database), quote(config.User))
}

// fault words what the inventory shows; it keeps fallback where it shows nothing wrong.
func (i inventory) fault(fallback upstream.Fault) upstream.Fault {
	missing := i.grants()
	switch {
	case !i.isSynapse():
		return i.strange()
	case len(missing) > 0:
		return *downstream(upstream.MissingGrant, http.StatusForbidden,
			fmt.Sprintf("The role %s may not read everything that the plugin needs (missing: %s).", quote(i.Role), i.missingPurposes()),
			i.byOwner(missing...))
	case !i.inPath:
		return i.offPath()
	case len(i.absent) == 0 && fallback.Kind == upstream.MissingGrant:
		return *downstream(upstream.MissingGrant, http.StatusForbidden,
			fmt.Sprintf("The role %s may read all tables that the plugin needs, but PostgreSQL refuses a part of them, as row-level security does.", quote(i.Role)),
			i.byOwner(fmt.Sprintf("ALTER ROLE %s BYPASSRLS;", quote(i.Role))))
	case len(i.absent) > 0:
		return *downstream(upstream.NotSynapse, http.StatusBadGateway,
			fmt.Sprintf("Synapse's database has %s, which lacks %s: it is older or newer than the plugin supports.", i.schemaText(), strings.Join(i.absent, ", ")),
			fmt.Sprintf("The plugin is made for schema versions %d to %d; upgrade Synapse or the plugin.", oldestSchema, newestSchema))
	}
	return fallback
}

func (i inventory) strange() upstream.Fault {
	return *downstream(upstream.NotSynapse, http.StatusBadGateway,
		fmt.Sprintf("The database %s is not Synapse's: it has no table event_forward_extremities.", quote(i.Database)),
		"Put the name of Synapse's database (homeserver.yaml: database.args.dbname) into the data source settings.")
}

func (i inventory) offPath() upstream.Fault {
	return *downstream(upstream.NotSynapse, http.StatusBadGateway,
		fmt.Sprintf("Synapse's tables are in the schema %s, which is not in the search_path of the role %s.", quote(i.schema), quote(i.Role)),
		i.byOwner(fmt.Sprintf("ALTER ROLE %s IN DATABASE %s SET search_path = %s;", quote(i.Role), quote(i.Database), quote(i.schema))))
}

// byOwner has the database's owner run statements. A replica takes none: they reach it from its primary.
func (i inventory) byOwner(statements ...string) string {
	where := "Run as the owner of the database:\n"
	if i.Replica {
		where = "Run on the primary, as the owner of the database:\n"
	}
	return where + strings.Join(statements, "\n")
}

func (i inventory) missingPurposes() string {
	if !i.usable {
		return "the whole schema " + quote(i.schema)
	}
	return purposes(i.denied)
}

func (i inventory) schemaText() string {
	if i.version == 0 {
		return "an unknown schema version"
	}
	return fmt.Sprintf("schema version %d", i.version)
}
