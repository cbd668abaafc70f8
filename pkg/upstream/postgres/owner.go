package postgres

import (
	"context"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const ownerSQL = `SELECT user_id FROM local_current_membership LIMIT 1`

// Owner is the configured homeserver name, or the server part of any local user's id; "" while the database knows no
// local user. Once known it is kept.
func (c *Client) Owner(ctx context.Context) (string, error) {
	c.mu.Lock()
	owner := c.owner
	c.mu.Unlock()
	if owner != "" {
		return owner, nil
	}
	type member struct {
		User string `db:"user_id"`
	}
	var members []member
	err := c.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		members, err = query.Rows[member](ctx, tx, ownerSQL)
		return err
	})
	if err != nil || len(members) == 0 {
		return "", err
	}
	_, owner, _ = strings.Cut(members[0].User, ":")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owner = owner
	return owner, nil
}
