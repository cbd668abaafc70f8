package query

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// everyKind is a type with one parameter of each kind.
var everyKind = Type{
	ID: "things", Title: "Things",
	Formats: []Format{{ID: "table"}, {ID: "graph"}},
	Limit:   Limit{Default: 20, Max: 500},
	Params: []Param{
		{ID: "text", Kind: Text},
		{ID: "number", Kind: Number, Default: 0.95, Min: new(0.01), Max: new(0.999)},
		{ID: "atLeast", Kind: Number, Default: 10, Min: new(1.0)},
		{ID: "atMost", Kind: Number, Max: new(5.0)},
		{ID: "flag", Kind: Boolean},
		{ID: "ago", Kind: Duration, Default: "7d"},
		{ID: "choice", Kind: Choice, Default: "hot", Options: []Option{{Value: "hot"}, {Value: "cold"}}},
		{ID: "list", Kind: List},
		{ID: "numbers", Kind: Numbers, Default: []float64{1.5, 2}, Min: new(1.0), Max: new(20.0)},
	},
}

func TestDecodeDefaults(t *testing.T) {
	for _, raw := range []string{
		`{}`,
		`{"refId":"A","queryType":"things","datasource":{"uid":"x"},"intervalMs":15000,"hide":false,"expr":"up"}`,
		`{"format":"","limit":null,"serverName":"","job":[],"index":null,"instance":[""],"text":"","number":null,"ago":"","list":"","numbers":null}`,
		`{"limit":""}`,
	} {
		r, err := everyKind.Decode([]byte(raw))
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if r.Format.ID != "table" || r.Limit != 20 || r.Type != "things" {
			t.Errorf("%s: format %q, limit %d, type %q", raw, r.Format.ID, r.Limit, r.Type)
		}
		if got := r.Filters.Selector(); got != "{}" {
			t.Errorf("%s: filters %s, want none", raw, got)
		}
		if r.Text("text") != "" || r.Number("number") != 0.95 || r.Number("atLeast") != 10 || r.Flag("flag") ||
			r.Duration("ago") != 7*24*time.Hour || r.Text("choice") != "hot" || len(r.List("list")) != 0 {
			t.Errorf("%s: parameters %+v", raw, r.params)
		}
		if diff := cmp.Diff([]float64{1.5, 2}, r.Numbers("numbers")); diff != "" {
			t.Errorf("%s: numbers %s", raw, diff)
		}
	}
}

func TestDecodeValues(t *testing.T) {
	r, err := everyKind.Decode([]byte(`{"format":"graph","limit":500,"serverName":"a.org","job":["x","","y"],"text":"some",
		"number":0.5,"atLeast":1000,"atMost":-3,"flag":true,"ago":"36h","choice":"cold","list":"one","numbers":3}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Request{
		Type: "things", Format: Format{ID: "graph"}, Limit: 500,
		Filters: Filters{ServerName: []string{"a.org"}, Job: []string{"x", "y"}},
		params: map[string]any{
			"text": "some", "number": 0.5, "atLeast": 1000.0, "atMost": -3.0, "flag": true, "ago": 36 * time.Hour,
			"choice": "cold", "list": []string{"one"}, "numbers": []float64{3},
		},
	}
	if diff := cmp.Diff(want, r, cmp.AllowUnexported(Request{})); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeErrors(t *testing.T) {
	for raw, want := range map[string]string{
		``:                             `The query is not a JSON object.`,
		`[1]`:                          `The query is not a JSON object.`,
		`{"limit"`:                     `The query is not a JSON object.`,
		`{"format":"pie"}`:             `Unknown format "pie" of query type "things". Valid formats: table, graph.`,
		`{"format":7}`:                 `"format" is 7; it takes one of: table, graph.`,
		`{"limit":0}`:                  `"limit" is 0; query type "things" takes 1 to 500.`,
		`{"limit":501}`:                `"limit" is 501; query type "things" takes 1 to 500.`,
		`{"limit":2.5}`:                `"limit" is 2.5; it takes a whole number from 1 to 500.`,
		`{"limit":"many"}`:             `"limit" is "many"; it takes a whole number from 1 to 500.`,
		`{"job":{"a":1}}`:              `"job" is {"a":1}; it takes a string or a list of strings.`,
		`{"serverName":[1]}`:           `"serverName" is [1]; it takes a string or a list of strings.`,
		`{"text":1}`:                   `"text" must be a string, not 1.`,
		`{"number":"x"}`:               `"number" must be a number, not "x".`,
		`{"number":1}`:                 `"number" is 1; it takes 0.01 to 0.999.`,
		`{"number":0}`:                 `"number" is 0; it takes 0.01 to 0.999.`,
		`{"atLeast":0}`:                `"atLeast" is 0; it takes 1 or more.`,
		`{"atMost":6}`:                 `"atMost" is 6; it takes 5 or less.`,
		`{"flag":"yes"}`:               `"flag" must be true or false, not "yes".`,
		`{"ago":"a week"}`:             `"ago" must be a duration such as 30m or 7d, not "a week".`,
		`{"ago":"-5m"}`:                `"ago" must be a duration such as 30m or 7d, not "-5m".`,
		`{"ago":5}`:                    `"ago" must be a duration such as 30m or 7d, not 5.`,
		`{"choice":"lukewarm"}`:        `"choice" is "lukewarm". Valid values: hot, cold.`,
		`{"list":[1]}`:                 `"list" must be a string or a list of strings, not [1].`,
		`{"numbers":["x"]}`:            `"numbers" must be a number or a list of numbers, not ["x"].`,
		`{"numbers":[2,21]}`:           `"numbers" is 21; it takes 1 to 20.`,
		`{"numbers":0.5}`:              `"numbers" is 0.5; it takes 1 to 20.`,
		`{"job":"x","choice":["hot"]}`: `"choice" must be a string, not ["hot"].`,
	} {
		_, err := everyKind.Decode([]byte(raw))
		if bad := (*BadRequest)(nil); !errors.As(err, &bad) {
			t.Errorf("%s: error %v, want a BadRequest", raw, err)
		} else if err.Error() != want {
			t.Errorf("%s: %q, want %q", raw, err, want)
		}
	}
}

// What the asker sent is repeated as far as one reads, and names take no more room than all processes of a homeserver.
func TestLongValues(t *testing.T) {
	long := strings.Repeat("é", 1<<17)
	for raw, want := range map[string]string{
		`{"choice":"` + long + `"}`:    "Valid values: hot, cold.",
		`{"number":"` + long + `"}`:    "must be a number",
		`{"job":{"x":"` + long + `"}}`: "list of strings",
		`{"job":["a","` + long + `"]}`: `"job" names 2 values of 262145 bytes in all; it takes 65536.`,
		`{"list":"` + long + `"}`:      `"list" names 1 values`,
		`{"list":[5,"` + long + `"]}`:  "list of strings",
		`{"limit":"` + long + `"}`:     "whole number",
		`{"format":"` + long + `"}`:    "Valid formats",
	} {
		_, err := everyKind.Decode([]byte(raw))
		if bad := (*BadRequest)(nil); !errors.As(err, &bad) || !strings.Contains(bad.Message, want) || len(bad.Message) > 2500 || !utf8.ValidString(bad.Message) {
			t.Errorf("%.40s: %.300v", raw, err)
		}
	}
}

func TestUndeclaredParameterIsOurMistake(t *testing.T) {
	r, err := everyKind.Decode([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	err = CatchPanic(func() error { r.Text("typo"); return nil })
	if panicked := (*Panic)(nil); !errors.As(err, &panicked) || !strings.Contains(panicked.Value.(string), `undeclared parameter "typo"`) {
		t.Errorf("reading an undeclared parameter: %v", err)
	}
}

func TestDeclareLeavesOutNothing(t *testing.T) {
	columns := []ColumnInfo{{Name: "rank"}}
	d := Declare([]Type{{
		ID: "both", Formats: []Format{{ID: "a", Needs: Postgres, Columns: columns}, {ID: "b", Needs: Prometheus}, {ID: "c", Needs: Postgres}},
	}}).QueryTypes[0]
	if diff := cmp.Diff([]Upstream{Postgres, Prometheus}, d.Needs); diff != "" {
		t.Error(diff)
	}
	if len(d.Formats) != 3 || len(d.Columns) != 1 || d.Columns["a"][0].Name != "rank" {
		t.Errorf("formats %v, columns %v", d.Formats, d.Columns)
	}
	if d.Params == nil || d.Examples == nil {
		t.Error("an empty list is null in JSON")
	}
}
