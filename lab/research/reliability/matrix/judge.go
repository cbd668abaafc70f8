package matrix

import (
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/research/reliability/world"
)

// judge says how one format met the fault.
func (r *Row) judge(f world.Format, truth, got backend.DataResponse) {
	touchable := r.Fault.Of == f.Needs || r.Fault.Of == "postgres" && readsBoth(f) || r.Fault.Shift != 0 && f.Needs == "prometheus"
	switch {
	case got.Error != nil:
		r.Fails = append(r.Fails, f.Name())
		r.Said[said(got.Error.Error())]++
		if !touchable || r.Fault.Harmless {
			r.problem("%s fails and need not: %v", f.Name(), got.Error)
			return
		}
		r.judgeError(f, got)
	case world.Difference(truth, got) == "":
		r.Stays++
		if touchable && !r.Fault.Harmless && !r.Fault.Few && r.Fault.Shift == 0 && !readsBoth(f) {
			r.problem("%s is answered although nothing can be known", f.Name())
		}
	default:
		r.Partial = append(r.Partial, f.Name())
		if !touchable || r.Fault.Harmless && !r.Fault.Few {
			r.problem("%s changed and need not: %s", f.Name(), world.Difference(truth, got))
		}
		if wrong := world.Contradicts(truth, got, r.Fault.judges()...); wrong != "" && r.Fault.Shift == 0 {
			r.problem("%s: %s", f.Name(), wrong)
		}
		if len(world.Notices(got)) == 0 && !readsBoth(f) && r.Fault.Shift == 0 { // of what is empty Grafana says so itself
			r.problem("%s is partial and does not say so", f.Name())
		}
	}
}

// judges are the checks whose own matter the fault is. Without PostgreSQL, extremities does with Synapse's own histogram; an older schema
// does not tell partial-state since when.
func (f Fault) judges() []string {
	if f.Of == "postgres" {
		return []string{"availability", "postgres-hygiene", "extremities", "partial-state"}
	}
	return nil
}

// readsBoth: a diagnosis asks Prometheus and does without PostgreSQL where it must.
func readsBoth(f world.Format) bool { return f.Type == "diagnosis" }

func (r *Row) judgeError(f world.Format, got backend.DataResponse) {
	text := got.Error.Error()
	if flaw := world.Flaw(got); flaw != "" {
		r.problem("%s %s", f.Name(), flaw)
	}
	if !slices.Contains(r.Fault.Status, int(got.Status)) {
		r.problem("%s has status %d: %s", f.Name(), got.Status, text)
	}
	if !slices.ContainsFunc(r.Fault.Says, func(phrase string) bool { return strings.Contains(text, phrase) }) {
		r.problem("%s does not say what happened: %s", f.Name(), text)
	}
}

// said is an error on one line, without statements to paste.
func said(text string) string {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if more {
		line += " …"
	}
	return line
}
