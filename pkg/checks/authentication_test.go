package checks

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func tokens(failed, all, mean float64) map[string]float64 {
	series := map[string]float64{"scraped": 1, "failed": failed, "checks": all, "mean": mean}
	if failed >= tokensLeast.Value {
		series["share"] = failed / all
	}
	return series
}

func loggedOutOf(n, share, before float64) map[string]float64 {
	return map[string]float64{"scraped": 1, "refused": n, "refusedShare": share, "refusedBefore": before}
}

func TestAuthentication(t *testing.T) {
	noHistory := loggedOutOf(300, 0.9, 0)
	delete(noHistory, "refusedBefore")
	judgeCases(t, authentication, map[string]judged{
		"no such service":         {series: map[string]float64{"scraped": 1}, want: OK},
		"well":                    {series: tokens(0, 300, 0.02), want: OK},
		"single failures":         {series: tokens(4, 5, 0.02), want: OK},
		"some of many":            {series: tokens(30, 300, 0.02), want: OK},
		"it is gone":              {series: tokens(300, 300, 0.02), want: Critical, subject: authenticationService, value: 1},
		"a fifth fails":           {series: tokens(60, 300, 0.02), want: Critical, subject: authenticationService, value: 0.2},
		"overridden":              {series: tokens(60, 300, 0.02), options: settings.Settings{Thresholds: overridden("authentication", 0, 0.5)}, want: OK},
		"it is slow":              {series: tokens(0, 300, 1.4), want: Warning, subject: authenticationService, value: 1.4, unit: "s"},
		"clients are logged out":  {series: loggedOutOf(300, 0.9, 0.01), want: Warning, subject: accessTokens, value: 0.9},
		"one client":              {series: loggedOutOf(20, 0.9, 0.01), want: OK},
		"it was so yesterday too": {series: loggedOutOf(300, 0.9, 0.6), want: OK},
		"without history":         {series: noHistory, want: OK},
		"nothing is measured":     {want: Unknown},
	})
}
