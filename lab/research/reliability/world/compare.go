package world

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// content is what an answer tells: its values and their names, without what was run and the notices.
func content(answer backend.DataResponse) (values []string) {
	for _, frame := range answer.Frames {
		for _, field := range frame.Fields {
			values = append(values, frame.Name+" "+field.Name+" "+field.Labels.String())
			for row := range field.Len() {
				values = append(values, cell(field, row))
			}
		}
	}
	return values
}

// Difference tells where an answer is not the right one; "": nowhere.
func Difference(truth, got backend.DataResponse) string {
	right, values := content(truth), content(got)
	for i := range min(len(right), len(values)) {
		if !same(right[i], values[i]) {
			return fmt.Sprintf("it has %q where %q is right", values[i], right[i])
		}
	}
	if len(right) != len(values) {
		return fmt.Sprintf("it has %d values where %d are right", len(values), len(right))
	}
	return ""
}

// same compares values. Prometheus adds up in any order, so that the last digits of a number say nothing, an age grows meanwhile, and so
// does a table that is read: PostgreSQL keeps statistics.
func same(right, value string) bool {
	a, notA := strconv.ParseFloat(right, 64)
	b, notB := strconv.ParseFloat(value, 64)
	return right == value || notA == nil && notB == nil && math.Abs(a-b) <= max(0.01*math.Abs(a), pages(a))
}

// pages is by how much a size may differ, which is a whole number of PostgreSQL's pages: as many as it adds to its maps of free space.
func pages(size float64) float64 {
	const page = 8192
	if size == 0 || math.Mod(size, page) != 0 {
		return 0
	}
	return 8 * page
}

// Contradicts names a value that is neither right nor missing; "": there is none. Rows are told apart by what identifies them. Not looked
// at is what the checks say whose matter the fault is: that PostgreSQL is out of reach, they rightly say.
func Contradicts(truth, got backend.DataResponse, but ...string) string {
	right := cells(truth)
	for key, value := range cells(got) {
		if slices.ContainsFunc(but, func(check string) bool { return strings.Contains(key, check) }) {
			continue
		}
		if before, there := right[key]; there && value != "" && !same(before, value) {
			return fmt.Sprintf("%s is %q, and right would be %q", key, value, before)
		}
	}
	return ""
}

// identifying are the columns that name a row.
var identifying = []string{"time", "check", "subject", "server_name", "room_id", "destination", "table", "process", "transaction", "cache", "metric", "generation", "direction", "kind", "type", "id"}

// told are columns whose values are what is judged, where a row has them: words around them may differ with what else is known.
var told = []string{"severity", "score", "measured", "extremities", "total_bytes", "state", "failing_since", "local_members", "verdict"}

func cells(answer backend.DataResponse) map[string]string {
	all := map[string]string{}
	for _, frame := range answer.Frames {
		for row := range frame.Rows() {
			key := frame.Name
			for _, name := range identifying {
				if field, _ := frame.FieldByName(name); field != nil {
					key += "|" + cell(field, row)
				}
			}
			for _, name := range told {
				if field, _ := frame.FieldByName(name); field != nil {
					all[key+field.Labels.String()+" "+name] = cell(field, row)
				}
			}
		}
	}
	return all
}

// moving is what differs from one question to the next in sentences: ages, transactions that were counted, and how many sessions PostgreSQL
// has (ours are among them).
var moving = regexp.MustCompile(`(\d[\d.]* (ms|s|min|h|d) ?)+ago|\d+ are open in PostgreSQL|\d+ transactions? old`)

// cell is a value as text; "" where it is missing or unknown.
func cell(field *data.Field, row int) string {
	value, there := field.ConcreteAt(row)
	if text := fmt.Sprint(value); there && text != "unknown" {
		return moving.ReplaceAllString(text, "…")
	}
	return ""
}

// Notices are what stands above a panel.
func Notices(answer backend.DataResponse) (texts []string) {
	for _, frame := range answer.Frames {
		if frame.Meta != nil {
			for _, n := range frame.Meta.Notices {
				texts = append(texts, n.Text)
			}
		}
	}
	return texts
}

// traces are what only a program would say.
var traces = []string{
	"dial tcp", "context deadline", "context canceled", "EOF", "SQLSTATE", "i/o timeout", "net/http", "invalid character",
	"unmarshal", "broken pipe", "connection reset", "connect: ", "failed to connect", "FATAL", "ERROR:", "rpc error", "goroutine ",
	".go:", "nil pointer", "panic", "json:", "%!", "<html", "parse error", "report it",
}

// Flaw names what is wrong with the words of an error; "": nothing. It is the upstream's, tells what to do, and shows nothing of a program.
func Flaw(answer backend.DataResponse) string {
	text := answer.Error.Error()
	if answer.ErrorSource != backend.ErrorSourceDownstream {
		return fmt.Sprintf("blames %q: %s", answer.ErrorSource, text)
	}
	if !strings.Contains(text, ". ") && !strings.Contains(text, ".\n") && !strings.Contains(text, ":\n") {
		return "does not say what to do: " + text
	}
	for _, trace := range traces {
		if strings.Contains(text, trace) {
			return fmt.Sprintf("shows %q: %s", trace, text)
		}
	}
	return ""
}
