// Package queries lists every query type, in the order in which the guide reads its graphs.
package queries

import (
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/changes"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/eventsendtime"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/federation"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/forwardextremities"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/garbagecollection"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/metriccoverage"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/resources"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// All is the one list; a new query type is a folder and a line here.
var All = list(
	diagnosis.Type(),
	eventsendtime.Type(),
	resources.Type(),
	transactions.Type(),
	federation.Type(),
	caches.Type(),
	cachefactors.Type(),
	forwardextremities.Type(),
	garbagecollection.Type(),
	tables.Type(),
	changes.Type(),
	graph.Type(),
)

// list adds the type that tells of the others which metrics they read.
func list(types ...query.Type) []query.Type { return append(types, metriccoverage.Type(types)) }

// Find gives the type of an id; the error names the valid ones.
func Find(id string) (query.Type, error) {
	ids := make([]string, len(All))
	for i, t := range All {
		if t.ID == id {
			return t, nil
		}
		ids[i] = t.ID
	}
	if id == "" {
		return query.Type{}, query.Badf("The query has no type. Choose one in the query editor: %s.", strings.Join(ids, ", "))
	}
	return query.Type{}, query.Badf("Unknown query type %q. Valid types: %s.", id, strings.Join(ids, ", "))
}
