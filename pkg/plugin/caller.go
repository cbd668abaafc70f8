package plugin

import (
	"context"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// caller is who asks for health or suggestions.
type caller struct {
	identity string // of the credentials that are forwarded; answers are shared only within one
	edits    bool   // may edit the data source
}

type callerKey struct{}

func withCaller(ctx context.Context, c caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// callerOf is the caller of a resource, who stands in its context; the zero caller may read least.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// public is what everybody may read of an aspect: how it is, and nothing of hosts, roles, databases and versions.
var public = map[string]map[upstream.Status]string{
	"prometheus": {upstream.OK: "Prometheus answers.", upstream.Error: "Prometheus can't be queried."},
	"metrics": {
		upstream.OK:      "Prometheus has Synapse's metrics.",
		upstream.Warning: "Synapse's metrics are missing, or a setting does not match them.",
		upstream.Error:   "Synapse's metrics can't be queried.",
	},
	"postgres": {
		upstream.OK:      "PostgreSQL answers.",
		upstream.Warning: "PostgreSQL answers, but its connection or settings need attention.",
		upstream.Error:   "PostgreSQL can't be queried.",
	},
	"grants": {
		upstream.OK:      "The permissions in PostgreSQL are sufficient.",
		upstream.Warning: "Some permissions in PostgreSQL are missing.",
		upstream.Error:   "Permissions in PostgreSQL are missing.",
	},
	"schema": {
		upstream.OK:      "The database is a Synapse database.",
		upstream.Warning: "The Synapse database needs attention.",
		upstream.Error:   "The database can't be used as a Synapse database.",
	},
}

// publicAnywhere are the states that say the same of each aspect.
var publicAnywhere = map[upstream.Status]string{
	upstream.NotConfigured: "PostgreSQL is not configured.",
	upstream.NotChecked:    "Not checked.",
}

// shown is what the caller may read. The aspects are shared between callers, so they are copied.
func (c caller) shown(aspects []upstream.Aspect) []upstream.Aspect {
	if c.edits {
		return aspects
	}
	aspects = slices.Clone(aspects)
	for k, a := range aspects {
		message, ok := publicAnywhere[a.Status]
		if !ok {
			message = public[a.Aspect][a.Status]
		}
		aspects[k] = upstream.Aspect{Aspect: a.Aspect, Status: a.Status, Message: message}
	}
	return aspects
}

const forAdmins = "The details and what to do are in the data source settings, for Grafana administrators (Save & test)."

// sentence sums up the aspects for this caller.
func (c caller) sentence(aspects []upstream.Aspect) string {
	text := sentence(aspects)
	if !c.edits && slices.ContainsFunc(aspects, func(a upstream.Aspect) bool { return a.Status == upstream.Error || a.Status == upstream.Warning }) {
		text += " " + forAdmins
	}
	return text
}
