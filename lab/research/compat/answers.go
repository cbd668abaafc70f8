package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// answer is what one question gave.
type answer struct {
	name     string
	failure  string
	findings map[string]string  // of the diagnosis: severities by check and subject
	numbers  map[string]float64 // of every other: the last number of each row or series
}

// questions are those of the query types: their examples, and each format that Prometheus answers.
func questions() (all []ask.Query) {
	seen := map[string]bool{}
	add := func(q ask.Query) {
		text, _ := json.Marshal(q) //nolint:errchkjson // texts
		if key := string(text); !seen[key] {
			seen[key], all = true, append(all, q)
		}
	}
	for _, t := range queries.All {
		for _, example := range t.Examples {
			if f, is := formatOf(t, example.Query["format"]); is && f.Needs == query.Prometheus {
				add(ask.Query(example.Query))
			}
		}
		for _, f := range t.Formats {
			if f.Needs == query.Prometheus && t.ID != "graph" { // a graph has to be named
				add(ask.Query{"queryType": t.ID, "format": f.ID})
			}
		}
	}
	return all
}

func formatOf(t query.Type, id any) (query.Format, bool) {
	at := slices.IndexFunc(t.Formats, func(f query.Format) bool { return f.ID == id })
	if at < 0 {
		return query.Format{}, false
	}
	return t.Formats[at], true
}

func nameOf(q ask.Query) string {
	name := fmt.Sprint(q["queryType"], " ", q["format"])
	for _, more := range []string{"graph", "cache", "checks"} {
		if q[more] != nil {
			name += fmt.Sprint(" ", q[more])
		}
	}
	return name
}

func answersOf(ctx context.Context, plugin *ask.Plugin, source ask.Source) (all []answer, err error) {
	for _, q := range questions() {
		response, err := plugin.QueryData(ctx, source.Request(past, q))
		if err != nil {
			return nil, err
		}
		got := response.Responses["A"]
		a := answer{name: nameOf(q), findings: map[string]string{}, numbers: map[string]float64{}}
		if got.Error != nil {
			a.failure = got.Error.Error()
		}
		for _, frame := range got.Frames {
			a.read(frame)
		}
		all = append(all, a)
	}
	return all, nil
}

// read takes a frame's numbers: of a table those of each row, named by the row's first text; of series the last of each.
func (a *answer) read(frame *data.Frame) {
	if check, _ := frame.FieldByName("check"); check != nil && a.name == "diagnosis findings" {
		for row := range frame.Rows() {
			a.findings[textAt(frame, "check", row)+" "+textAt(frame, "subject", row)] = textAt(frame, "severity", row)
		}
		return
	}
	series := frame.Meta != nil && strings.HasPrefix(string(frame.Meta.Type), "timeseries")
	for _, field := range frame.Fields {
		for row := range field.Len() {
			if series && row < field.Len()-1 {
				continue
			}
			v, err := field.NullableFloatAt(row)
			if err != nil || v == nil || field.Type().Time() {
				continue
			}
			key := fmt.Sprint(field.Name, field.Labels)
			if !series {
				key += " of " + rowName(frame, row)
			}
			a.numbers[key] = *v
		}
	}
}

func textAt(frame *data.Frame, name string, row int) string {
	field, _ := frame.FieldByName(name)
	value, _ := field.ConcreteAt(row)
	text, _ := value.(string)
	return text
}

// rowName is the first text of a row: what it is about.
func rowName(frame *data.Frame, row int) string {
	for _, field := range frame.Fields {
		if value, _ := field.ConcreteAt(row); value != nil {
			if text, is := value.(string); is && text != "" {
				return text
			}
		}
	}
	return fmt.Sprint(row)
}

// deviations are how far numbers that both have are apart, relative to the larger one, sorted; alone counts those that one has only.
func deviations(a, b map[string]float64) (apart []float64, alone int) {
	for key, x := range a {
		y, both := b[key]
		if !both {
			alone++
			continue
		}
		largest := max(math.Abs(x), math.Abs(y))
		if largest < 1e-9 {
			largest = 1
		}
		apart = append(apart, math.Abs(x-y)/largest)
	}
	for key := range b {
		if _, both := a[key]; !both {
			alone++
		}
	}
	slices.Sort(apart)
	return apart, alone
}
