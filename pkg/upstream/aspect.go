package upstream

// Aspect is one line of the health check: what was looked at, how it is, and what to do about it.
type Aspect struct {
	Aspect  string `json:"aspect"`
	Status  Status `json:"status"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

// Status is the state of one aspect.
type Status string

// The states: not-checked says that something before it failed.
const (
	OK            Status = "ok"
	Warning       Status = "warning"
	Error         Status = "error"
	NotConfigured Status = "not-configured"
	NotChecked    Status = "not-checked"
)

// Failed makes an aspect of an error; only a Fault's own words are shown.
func Failed(aspect string, err error) Aspect {
	if fault, ok := err.(*Fault); ok { //nolint:errorlint // clients return the Fault itself
		return Aspect{aspect, Error, fault.Message, fault.Remedy}
	}
	return Aspect{aspect, Error, "The check failed for a reason that the plugin does not know.", "Its log has the details."}
}
