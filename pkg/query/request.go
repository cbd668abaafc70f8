package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Request is one query, decoded and checked against its Type.
type Request struct {
	Type    string
	Format  Format
	Filters Filters
	Limit   int
	params  map[string]any
}

// BadRequest is an error of the person who asked: an unknown value or one out of bounds.
type BadRequest struct{ Message string }

func (e *BadRequest) Error() string { return e.Message }

// Badf makes a BadRequest. What was sent is repeated only as far as it is readable.
func Badf(format string, args ...any) error {
	short := make([]any, len(args))
	for i, arg := range args {
		short[i] = shorten(arg)
	}
	return &BadRequest{fmt.Sprintf(format, short...)}
}

const (
	// readableLength is how much of a text is shown that somebody else wrote.
	readableLength = 1000
	// shownText is how much of a wrong value is, beside a list of the valid ones.
	shownText = 100
)

// validValues are the values of a choice, which are ours: an error names all of them, however many.
type validValues []string

func (n validValues) String() string { return strings.Join(n, ", ") }

func shorten(arg any) any {
	var text string
	switch value := arg.(type) {
	case string:
		text = value
	case json.RawMessage:
		text = string(value)
	case error:
		text = value.Error()
	default:
		return arg
	}
	return truncate(text, readableLength)
}

func truncate(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return strings.ToValidUTF8(text[:length], "") + "…"
}

// listLength bounds the names that one filter or list holds together: they stand in every statement of an answer. All
// processes and caches of the largest homeservers take a tenth of it.
const listLength = 64 << 10

func checkLength(id string, list []string) error {
	length := 0
	for _, name := range list {
		length += len(name)
	}
	if length > listLength {
		return Badf("%q names %d values of %d bytes in all; it takes %d. Name fewer, or none to see all.", id, len(list), length, listLength)
	}
	return nil
}

// envelope holds what every query has. Members that we don't know are Grafana's own and stay unread.
type envelope struct {
	Format                           string
	ServerName, Job, Index, Instance names
	Limit                            *int
}

func (t Type) decodeEnvelope(members map[string]json.RawMessage) (envelope, error) {
	const list = "a string or a list of strings"
	var e envelope
	for _, member := range []struct {
		name  string
		into  any
		takes string
	}{
		{"format", &e.Format, "one of: " + strings.Join(t.formatIDs(), ", ")},
		{"serverName", &e.ServerName, list},
		{"job", &e.Job, list},
		{"index", &e.Index, list},
		{"instance", &e.Instance, list},
		{"limit", &e.Limit, fmt.Sprintf("a whole number from 1 to %d", t.Limit.Max)},
	} {
		value := members[member.name]
		if len(value) == 0 || string(value) == `""` {
			continue
		}
		if err := json.Unmarshal(value, member.into); err != nil {
			return e, Badf("%q is %s; it takes %s.", member.name, value, member.takes)
		}
	}
	return e, nil
}

// names takes a string or a list of strings; empty strings mean "all" and vanish.
type names []string

func (n *names) UnmarshalJSON(raw []byte) error {
	list, err := stringList(raw)
	*n = list
	return err
}

func stringList(raw []byte) ([]string, error) {
	var one string
	var many []string
	if json.Unmarshal(raw, &one) == nil {
		many = []string{one}
	} else if err := json.Unmarshal(raw, &many); err != nil {
		return nil, fmt.Errorf("must be a string or a list of strings, not %s", raw)
	}
	return slices.DeleteFunc(many, func(s string) bool { return s == "" }), nil
}

// Decode checks a query's JSON against its type. Every error is a BadRequest that names the valid values.
func (t Type) Decode(raw json.RawMessage) (Request, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return Request{}, Badf("The query is not a JSON object.")
	}
	e, err := t.decodeEnvelope(members)
	if err != nil {
		return Request{}, err
	}
	for name, list := range map[string][]string{"serverName": e.ServerName, "job": e.Job, "index": e.Index, "instance": e.Instance} {
		if err := checkLength(name, list); err != nil {
			return Request{}, err
		}
	}
	format, ok := t.format(e.Format)
	if !ok {
		return Request{}, Badf("Unknown format %q of query type %q. Valid formats: %s.", e.Format, t.ID, strings.Join(t.formatIDs(), ", "))
	}
	limit := t.Limit.Default
	if e.Limit != nil {
		if limit = *e.Limit; limit < 1 || limit > t.Limit.Max {
			return Request{}, Badf("\"limit\" is %d; query type %q takes 1 to %d.", limit, t.ID, t.Limit.Max)
		}
	}
	params := map[string]any{}
	for _, p := range t.Params {
		value, err := p.decode(members[p.ID])
		if err != nil {
			return Request{}, err
		}
		params[p.ID] = value
	}
	filters := Filters{ServerName: e.ServerName, Job: e.Job, Index: e.Index, Instance: e.Instance}
	return Request{Type: t.ID, Format: format, Filters: filters, Limit: limit, params: params}, nil
}

// Text gives a Text or Choice parameter.
func (r Request) Text(id string) string { return get[string](r, id) }

// Number gives a Number parameter.
func (r Request) Number(id string) float64 { return get[float64](r, id) }

// Flag gives a Boolean parameter.
func (r Request) Flag(id string) bool { return get[bool](r, id) }

// Duration gives a Duration parameter.
func (r Request) Duration(id string) time.Duration { return get[time.Duration](r, id) }

// List gives a List parameter; empty means no restriction.
func (r Request) List(id string) []string { return get[[]string](r, id) }

// Numbers gives a Numbers parameter.
func (r Request) Numbers(id string) []float64 { return get[[]float64](r, id) }

// get panics on a parameter that the type does not declare: a mistake in our own code.
func get[T any](r Request, id string) T {
	value, ok := r.params[id].(T)
	if !ok {
		panic(fmt.Sprintf("query type %s reads undeclared parameter %q", r.Type, id))
	}
	return value
}
