package query

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Filters restrict an answer to homeservers and processes. Each list is matched exactly; an empty one means all.
type Filters struct {
	ServerName, Job, Index, Instance []string
}

// Matcher is one label matcher of PromQL, such as code=~"2..".
type Matcher string

// Equal matches one label exactly, whatever characters the value has.
func Equal(label, value string) Matcher { return Matcher(label + "=" + quote(value)) }

// OneOf matches a label against a list of exact values; an empty list matches everything and gives "".
func OneOf(label string, values []string) Matcher {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return Equal(label, values[0])
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = regexp.QuoteMeta(v)
	}
	return Matcher(label + "=~" + quote(strings.Join(quoted, "|")))
}

// quote writes a string of PromQL. Go's quotes are PromQL's but for U+FFFD, which its lexer takes for broken UTF-8; bytes that
// are no UTF-8 are in no label, and the regular expressions of PromQL refuse them.
func quote(text string) string {
	return strings.ReplaceAll(strconv.Quote(strings.ToValidUTF8(text, "\ufffd")), "\ufffd", `\ufffd`)
}

// Selector gives the matchers, in braces, for a metric that carries server_name.
func (f Filters) Selector(more ...Matcher) string {
	return f.processSelector(append([]Matcher{OneOf("server_name", f.ServerName)}, more...))
}

// ProcessSelector gives the matchers for a metric of a whole process (process_*, python_*), which has no server_name.
func (f Filters) ProcessSelector(more ...Matcher) string { return f.processSelector(more) }

func (f Filters) processSelector(more []Matcher) string {
	all := append([]Matcher{OneOf("job", f.Job), OneOf("index", f.Index), OneOf("instance", f.Instance)}, more...)
	all = slices.DeleteFunc(all, func(m Matcher) bool { return m == "" })
	parts := make([]string, len(all))
	for i, m := range all {
		parts[i] = string(m)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// AllowsServer tells whether a homeserver passes the filter.
func (f Filters) AllowsServer(name string) bool {
	return len(f.ServerName) == 0 || slices.Contains(f.ServerName, name)
}

// OnServer restricts to one homeserver; "" is that of a Synapse older than the label, which stays as it is.
func (f Filters) OnServer(name string) Filters {
	if name != "" {
		f.ServerName = []string{name}
	}
	return f
}

// Without drops the filter on one of its own members (serverName, job, index, instance): what else could it be?
func (f Filters) Without(member string) Filters {
	switch member {
	case "serverName":
		f.ServerName = nil
	case "job":
		f.Job = nil
	case "index":
		f.Index = nil
	case "instance":
		f.Instance = nil
	}
	return f
}
