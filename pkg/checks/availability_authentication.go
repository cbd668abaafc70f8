package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// authenticationErrors are the token checks that the authentication service failed: each is a 503 for the client.
var authenticationErrors = measure("tokenErrors", func(s Scope) string {
	return s.Sum(s.Counted(metrics.IntrospectionTime.Count(), shortWindow, `code=~"ERR|5.."`))
})

var authenticationSteps = []string{
	"Run on Synapse's host: `time curl -sv http://<authentication service>/health`. It must answer 200 at once.",
	"If it does not, read the log of the authentication service (MAS) and check its own database.",
	"If it does, check its address and secret in homeserver.yaml, and the network between the two.",
}

// blameAuthentication names the authentication service where it failed token checks and the answers are mostly those of that.
func blameAuthentication(in Input, p Sample, f Finding) Finding {
	checks := in.Total(authenticationErrors)
	if checks < 1 || !mostlyUnavailable(in, p) {
		return f
	}
	f.Title, f.Steps = "Authentication service fails", authenticationSteps
	f.Evidence += fmt.Sprintf(" %s of the authentication service failed in that time.", words.Count(checks, "token check", "token checks"))
	return f
}

// mostlyUnavailable tells whether at least half of a process's failed answers are 503: what it answers where the authentication
// service fails.
func mostlyUnavailable(in Input, p Sample) bool {
	all, unavailable := 0.0, 0.0
	for _, s := range in.SamplesFor(errorAnswers, p) {
		all += s.Value
		if metrics.StatusOf(s.Label("code")) == 503 {
			unavailable += s.Value
		}
	}
	return unavailable >= all/2
}
