package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	declarations      = "src/generated/queryTypes.json"
	checkDeclarations = "src/generated/checks.json"
	roleStatements    = "src/generated/role.json"
	graphDeclarations = "src/generated/graphs.json"
	docsAddress       = "src/generated/docs.json"
)

// checkDeclaration is what the settings page and the dashboards know of a check.
type checkDeclaration struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Unit     string   `json:"unit"`
	Warning  *float64 `json:"warning"`
	Critical *float64 `json:"critical"`
	Panel    string   `json:"panel"`
}

func declarationFiles() ([]file, error) {
	types, err := asJSON(query.Declare(queries.All))
	if err != nil {
		return nil, err
	}
	declared := make([]checkDeclaration, len(checks.All))
	for i, c := range checks.All {
		declared[i] = checkDeclaration{c.ID, c.Title, c.Thresholds.Unit, c.Thresholds.Warning, c.Thresholds.Critical, c.Panel}
	}
	all, err := asJSON(declared)
	if err != nil {
		return nil, err
	}
	graphs, err := asJSON(graph.Declare())
	if err != nil {
		return nil, err
	}
	role, err := asJSON(map[string]string{"sql": postgres.RoleSQL("grafana_synapse", "synapse")})
	if err != nil {
		return nil, err
	}
	docs, err := asJSON(map[string]string{"docs": words.Docs})
	if err != nil {
		return nil, err
	}
	return []file{{declarations, types}, {checkDeclarations, all}, {graphDeclarations, graphs}, {roleStatements, role}, {docsAddress, docs}}, nil
}

func asJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("write the declarations as JSON: %w", err)
	}
	return text.Bytes(), nil
}
