package process

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// DatabaseOwner gives the homeserver that PostgreSQL belongs to ("" while its database does not tell) and whether the
// query asks for it; where it does not, a notice says why the answer is empty.
func DatabaseOwner(ctx context.Context, s *query.Session) (name string, asked bool, err error) {
	if name, err = s.Owner(ctx); err != nil {
		return "", false, err
	}
	asked = s.Filters.AllowsServer(name)
	switch {
	case name == "":
		s.Inform("The database has no local member of any room yet, so the name of its homeserver is not known. " +
			"It can be filled in in the data source settings.")
		if !asked {
			s.Warn("The query asks for certain homeservers; the database does not tell which one it belongs to.")
		}
	case !asked:
		s.Inform("PostgreSQL belongs to %s only, which the query does not ask for.", name)
	}
	return name, asked, nil
}
