package checks

import (
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// Expression writes the check's rule for one severity, with these expressions for its measurements (by name). The thresholds
// are the defaults, since Prometheus knows no settings of a data source.
func (c Check) Expression(severity limits.Severity, scope Scope, measured map[string]string) (string, error) {
	values := map[string]string{"by": scope.PerProcess()}
	for name, expression := range measured {
		values[name] = expression
	}
	for _, l := range c.Limits {
		values[l.Name] = plain(l.Value)
	}
	levels := c.Thresholds.In(nil)
	values["warning"], values["critical"] = plain(levels.Warning), plain(levels.Critical)
	values["threshold"] = values["warning"]
	if severity == Critical {
		values["threshold"] = values["critical"]
	}
	pick := func(warning, critical string) string {
		if severity == Critical {
			return critical
		}
		return warning
	}
	made, err := template.New(c.ID).Option("missingkey=error").Funcs(template.FuncMap{"pick": pick}).Parse(strings.TrimSpace(c.Rule.Expr))
	if err != nil {
		return "", fmt.Errorf("rule of %s: %w", c.ID, err)
	}
	var text strings.Builder
	if err := made.Execute(&text, values); err != nil {
		return "", fmt.Errorf("rule of %s: %w", c.ID, err)
	}
	return strings.TrimSpace(text.String()), nil
}

// plain is a number as it is typed.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
