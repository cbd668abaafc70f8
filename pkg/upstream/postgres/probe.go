package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// The range of Synapse's schema versions that the tables were looked at in (Synapse 1.62 to 1.163).
const (
	oldestSchema = 72
	newestSchema = 94
)

// slowProbe is a round trip that makes every panel feel slow (ours).
const slowProbe = 2 * time.Second

// Report is what a probe found: the aspects postgres, grants and schema, in this order.
type Report = []upstream.Aspect

// Probe looks whether PostgreSQL answers, whether the role may read what is needed, and whether the database is a
// Synapse's that the plugin knows. Every message is for the user.
func (c *Client) Probe(ctx context.Context) Report {
	start := time.Now()
	var seen inventory
	err := c.read(ctx, 0, func(ctx context.Context, tx guestTx) (err error) {
		seen, err = takeInventory(ctx, tx)
		return err
	})
	if err != nil {
		return unreachable(err)
	}
	return Report{seen.serverAspect(time.Since(start)), seen.grantsAspect(), seen.schemaAspect()}
}

func unreachable(err error) Report {
	server := upstream.Aspect{Aspect: "postgres", Status: upstream.Error, Message: "PostgreSQL could not be asked.", Remedy: report}
	var fault *upstream.Fault
	if errors.As(err, &fault) {
		server.Message, server.Remedy = fault.Message, fault.Remedy
	}
	rest := func(name string) upstream.Aspect {
		return upstream.Aspect{Aspect: name, Status: upstream.NotChecked, Message: "PostgreSQL could not be asked."}
	}
	return Report{server, rest("grants"), rest("schema")}
}

func (i inventory) serverAspect(took time.Duration) upstream.Aspect {
	a := upstream.Aspect{Aspect: "postgres", Status: upstream.OK}
	kind := "primary server"
	if i.Replica {
		kind = "read replica"
	}
	version, _, _ := strings.Cut(i.Version, " ")
	a.Message = fmt.Sprintf("PostgreSQL %s (%s) answered in %d ms.", version, kind, took.Milliseconds())
	if took > slowProbe {
		a.Status = upstream.Warning
		a.Remedy = "The answer took long: look at the database's load and at the network between it and Grafana."
	}
	return a
}

func (i inventory) grantsAspect() upstream.Aspect {
	a := upstream.Aspect{Aspect: "grants"}
	missing := i.grants()
	switch {
	case !i.isSynapse():
		a.Status, a.Message = upstream.NotChecked, "There are no Synapse tables to be granted."
	case len(missing) == 0:
		a.Status, a.Message = upstream.OK, fmt.Sprintf("The role %s may read all that the plugin reads.", quote(i.Role))
	default:
		a.Status = upstream.Warning
		if !i.usable || len(i.denied) == len(needs) {
			a.Status = upstream.Error
		}
		a.Message = fmt.Sprintf("The role %s may not read everything that the plugin needs (missing: %s).", quote(i.Role), i.missingPurposes())
		a.Remedy = i.byOwner(missing...)
	}
	return a
}

func failed(aspect string, fault upstream.Fault) upstream.Aspect {
	return upstream.Aspect{Aspect: aspect, Status: upstream.Error, Message: fault.Message, Remedy: fault.Remedy}
}

func (i inventory) schemaAspect() upstream.Aspect {
	a := upstream.Aspect{Aspect: "schema", Status: upstream.OK, Message: fmt.Sprintf("This is Synapse's database, with %s.", i.schemaText())}
	if !i.isSynapse() {
		return failed(a.Aspect, i.strange())
	}
	if i.usable && !i.inPath {
		return failed(a.Aspect, i.offPath())
	}
	var doubts, remedies []string
	doubt := func(what, remedy string) { doubts, remedies = append(doubts, what), append(remedies, remedy) }
	if len(i.absent) > 0 {
		doubt("It lacks "+strings.Join(i.absent, ", ")+".", "Upgrade Synapse: some answers will be missing.")
	}
	if i.version != 0 && i.version < oldestSchema || i.compat > newestSchema {
		doubt(fmt.Sprintf("The plugin was made for versions %d to %d.", oldestSchema, newestSchema), "Upgrade Synapse or the plugin.")
	}
	if i.version == 0 {
		doubt("", "Let the role read schema_version; if it is empty, Synapse has not set the database up.")
	}
	if i.Collation != "C" {
		doubt(fmt.Sprintf("The database's locale is %s, where Synapse asks for C.", i.Collation),
			"An upgrade of the operating system can damage the indexes of such a database; see Synapse's documentation, Using Postgres, Fixing incorrect COLLATE or CTYPE.")
	}
	if len(doubts) > 0 {
		a.Status = upstream.Warning
		a.Message = strings.TrimSpace(a.Message + " " + strings.Join(doubts, " "))
		a.Remedy = strings.Join(remedies, " ")
	}
	return a
}
