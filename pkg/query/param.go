package query

// Kind is how a parameter is written in a query and which control edits it.
type Kind string

// The parameter kinds. A List takes a string or a list of strings, Numbers a number or a list of numbers.
const (
	Text     Kind = "text"
	Number   Kind = "number"
	Boolean  Kind = "boolean"
	Duration Kind = "duration" // a Grafana duration: 30m, 7d
	Choice   Kind = "choice"
	List     Kind = "list"
	Numbers  Kind = "numbers"
)

// Option is one value to choose.
type Option struct {
	Value string `json:"value"`
	Title string `json:"title"`
	// Group, Description and Keywords help to find one of many.
	Group       string   `json:"group,omitempty"`
	Description string   `json:"description,omitempty"`
	Keywords    []string `json:"keywords,omitempty"`
	// Formats are those that go with it; empty means all.
	Formats []string `json:"formats,omitempty"`
}

// OptionsOf makes options that need no other title than their value.
func OptionsOf(values ...string) []Option {
	options := make([]Option, len(values))
	for i, v := range values {
		options[i] = Option{Value: v, Title: v}
	}
	return options
}

// Param declares one parameter of a query type. Min and Max bound Number and each of Numbers.
type Param struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Help    string `json:"help"`
	Kind    Kind   `json:"kind"`
	Default any    `json:"default,omitempty"`
	// Options are all values of a Choice, and what is suggested for a List.
	Options []Option `json:"options,omitempty"`
	Min     *float64 `json:"min,omitempty"`
	Max     *float64 `json:"max,omitempty"`
	// Values names the resource that suggests values: /values/<Values>.
	Values string `json:"values,omitempty"`
	// Formats are those that the parameter acts on; empty means all.
	Formats []string `json:"formats,omitempty"`
}
