package checks

import (
	"context"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// databaseOptions is how PostgreSQL is set up for Synapse's sessions, and how much it reads from disk.
type databaseOptions struct {
	values  map[string]string
	size    int64    // of the database in bytes
	missing *float64 // share of pages that were not in shared_buffers, between two reads; nil: not known yet
}

// databaseSettingsSQL reads what a session of this role starts with; our transaction sets some of them for itself.
const databaseSettingsSQL = `SELECT name, reset_val AS value FROM pg_catalog.pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'random_page_cost', 'jit', 'shared_buffers', 'block_size')`

// roleSettingsSQL reads what is set for roles and databases, the strongest last. It stands for all settings of that kind:
// those for Synapse's role hold for Synapse, those for this data source's role don't.
const roleSettingsSQL = `SELECT r.setrole <> 0 AND r.setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) AS ours, r.setconfig AS config
FROM pg_catalog.pg_db_role_setting r
WHERE r.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
  AND r.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user), (SELECT relowner FROM pg_catalog.pg_class WHERE oid = to_regclass('events')))
ORDER BY ours DESC, r.setrole <> 0, r.setdatabase <> 0`

const blocksSQL = `SELECT pg_catalog.pg_database_size(d.oid) AS size, pg_catalog.pg_stat_get_db_blocks_fetched(d.oid) AS fetched, pg_catalog.pg_stat_get_db_blocks_hit(d.oid) AS hit
FROM pg_catalog.pg_database d WHERE d.datname = current_database()`

type blocks struct{ Size, Fetched, Hit int64 }

// blocksRead is the last comparison of two reads, and the later one of them.
type blocksRead struct {
	at      time.Time
	blocks  blocks
	missing *float64
}

func readDatabaseSettings(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	options := databaseOptions{values: map[string]string{}}
	set, err := query.Rows[struct{ Name, Value string }](ctx, tx, databaseSettingsSQL)
	if err != nil {
		return nil, err
	}
	for _, s := range set {
		options.values[s.Name] = s.Value
	}
	roles, err := query.Rows[struct {
		Ours   bool
		Config []string
	}](ctx, tx, roleSettingsSQL)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		for _, one := range r.Config {
			name, value, _ := strings.Cut(one, "=")
			if _, wanted := options.values[name]; wanted && r.Ours {
				delete(options.values, name) // what Synapse has is not known then
			} else if settingsKnown[name] {
				options.values[name] = value
			}
		}
	}
	now, err := query.Rows[blocks](ctx, tx, blocksSQL)
	if err != nil || len(now) == 0 {
		return nil, err
	}
	options.size = now[0].Size
	options.missing = query.Recall(in.Memory, "blocks", func(old blocksRead) blocksRead { return old.next(in.Now, now[0]) }).missing
	return options, nil
}

// settingsKnown are those that may be set for a role and that this check judges.
var settingsKnown = map[string]bool{"random_page_cost": true, "jit": true}

// next compares with the earlier read once it is old enough.
func (old blocksRead) next(at time.Time, now blocks) blocksRead {
	fetched, hit := now.Fetched-old.blocks.Fetched, now.Hit-old.blocks.Hit
	switch {
	case old.at.IsZero(), fetched < 0, hit < 0: // the first read, or PostgreSQL counts anew
		return blocksRead{at: at, blocks: now}
	case at.Sub(old.at) < settingsApart.Duration():
		return old
	case fetched == 0:
		return blocksRead{at: at, blocks: now}
	}
	missing := float64(fetched-hit) / float64(fetched)
	return blocksRead{at: at, blocks: now, missing: &missing}
}
