package checks

// Measurement is one PromQL query. Its answer is a vector labelled server_name, and with what tells processes apart where
// it is per process. A check names it by its variable, so a misspelt one does not compile; several checks may share it, and
// it is asked once.
type Measurement struct {
	// Name stands for it in rules and on the check's page; unique within a check.
	Name   string
	PromQL func(Scope) string
	// Named is the PromQL for these subjects only, where the measurement itself is of those that lead at one moment; nil elsewhere.
	Named func(s Scope, subjects []string) string
}

// measure declares a measurement.
func measure(name string, promql func(Scope) string) *Measurement {
	return &Measurement{Name: name, PromQL: promql}
}
