package queries

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

func TestFind(t *testing.T) {
	for _, want := range All {
		if got, err := Find(want.ID); err != nil || got.ID != want.ID {
			t.Errorf("%s: %s, %v", want.ID, got.ID, err)
		}
	}
	for id, begins := range map[string]string{
		"": "The query has no type. Choose one in the query editor: ", "Transactions": `Unknown query type "Transactions". Valid types: `,
	} {
		_, err := Find(id)
		bad := (*query.BadRequest)(nil)
		if !errors.As(err, &bad) || !strings.HasPrefix(bad.Message, begins) {
			t.Errorf("%q: %v", id, err)
			continue
		}
		for _, known := range All {
			if !strings.Contains(bad.Message, known.ID) {
				t.Errorf("%q: the error does not name %s", id, known.ID)
			}
		}
	}
}

var (
	typeID   = regexp.MustCompile(`^[a-z][a-zA-Z]+$`)
	columnID = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)
	units    = []string{"", "none", "short", "s", "ms", "bytes", "percentunit", "cps", "reqps", "dateTimeAsIso", "prefix:×"}
)

// What a type declares is what editor, help and documentation show, so it must hold together.
func TestDeclarations(t *testing.T) {
	seen := map[string]bool{}
	for _, typ := range All {
		if seen[typ.ID] || !typeID.MatchString(typ.ID) || typ.Title == "" || !strings.HasSuffix(typ.Help, ".") || typ.Run == nil {
			t.Errorf("%s: id, title or help is wrong, or it does not run", typ.ID)
		}
		seen[typ.ID] = true
		if typ.Limit.Default > typ.Limit.Max || typ.Limit.Max < 0 || len(typ.Formats) == 0 {
			t.Errorf("%s: limit %+v, %d formats", typ.ID, typ.Limit, len(typ.Formats))
		}
		formats := map[string]bool{}
		for _, f := range typ.Formats {
			if formats[f.ID] || !typeID.MatchString(f.ID) || f.Title == "" || !strings.HasSuffix(f.Help, ".") || f.Visualization == "" {
				t.Errorf("%s/%s: id, title, help or visualization is wrong", typ.ID, f.ID)
			}
			formats[f.ID] = true
			if f.Needs != query.Prometheus && f.Needs != query.Postgres {
				t.Errorf("%s/%s needs %q", typ.ID, f.ID, f.Needs)
			}
			if f.Needs == query.Postgres && !f.Current {
				t.Errorf("%s/%s: PostgreSQL tells about now only", typ.ID, f.ID)
			}
			checkColumns(t, typ.ID+"/"+f.ID, f)
		}
		for _, p := range typ.Params {
			checkParam(t, typ.ID+" "+p.ID, p, formats)
		}
	}
}

// annotations have the columns that Grafana knows.
const annotations = "changes/annotations"

func checkColumns(t *testing.T, where string, f query.Format) {
	t.Helper()
	names := map[string]bool{}
	for _, c := range f.Columns {
		if names[c.Name] || !columnID.MatchString(c.Name) || c.Title == "" || c.Help == "" || !strings.HasSuffix(c.Help, ".") {
			t.Errorf("%s: column %+v: name, title or help is wrong", where, c)
		}
		names[c.Name] = true
		if !slices.Contains(units, c.Unit) {
			t.Errorf("%s: column %s has unit %q", where, c.Name, c.Unit)
		}
	}
	first := 1
	if where == "diagnosis/summary" { // it is about nothing else
		first = 0
	}
	if len(f.Columns) > 0 && where != annotations && (len(f.Columns) < 2 || f.Columns[first].Name != "server_name") {
		t.Errorf("%s: server_name is not column %d", where, first+1)
	}
	if f.Visualization == query.Table && len(f.Columns) == 0 {
		t.Errorf("%s: a table without documentation of its columns", where)
	}
}

func checkParam(t *testing.T, where string, p query.Param, formats map[string]bool) {
	t.Helper()
	if !typeID.MatchString(p.ID) || p.Title == "" || !strings.HasSuffix(p.Help, ".") {
		t.Errorf("%s: id, title or help is wrong", where)
	}
	for _, f := range p.Formats {
		if !formats[f] {
			t.Errorf("%s acts on a format %q that does not exist", where, f)
		}
	}
	if _, _, err := process.LabelOf(p.Values); p.Values != "" && err != nil {
		t.Errorf("%s suggests values of nothing: %v", where, err)
	}
	if p.Kind != query.List && (p.Kind == query.Choice) != (len(p.Options) > 0) {
		t.Errorf("%s: kind %s with %d options", where, p.Kind, len(p.Options))
	}
}

// Defaults and examples must be what Decode takes.
func TestDefaultsAndExamplesDecode(t *testing.T) {
	for _, typ := range All {
		for _, f := range typ.Formats {
			if _, err := typ.Decode(json.RawMessage(`{"format":"` + f.ID + `"}`)); err != nil && !requires(typ) {
				t.Errorf("%s/%s: %v", typ.ID, f.ID, err)
			}
		}
		for _, e := range typ.Examples {
			raw, err := json.Marshal(e.Query)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := typ.Decode(raw); err != nil || e.Query["queryType"] != typ.ID || e.Title == "" {
				t.Errorf("%s, example %q: %v", typ.ID, e.Title, err)
			}
			for key := range e.Query {
				if !knows(typ, key) {
					t.Errorf("%s, example %q: nobody reads %q", typ.ID, e.Title, key)
				}
			}
		}
	}
}

// requires: a type may have a choice without a default, as which graph to draw.
func requires(typ query.Type) bool {
	return slices.ContainsFunc(typ.Params, func(p query.Param) bool { return p.Kind == query.Choice && p.Default == nil })
}

func knows(typ query.Type, key string) bool {
	return slices.Contains([]string{"queryType", "format", "limit", "serverName", "job", "index", "instance"}, key) ||
		slices.ContainsFunc(typ.Params, func(p query.Param) bool { return p.ID == key })
}

// Each format answers a question that the editor lists in words; of graphs, their titles are found.
func TestEachFormatHasAQuestion(t *testing.T) {
	for _, typ := range All {
		asked := map[any]bool{}
		for _, example := range typ.Examples {
			format := example.Query["format"]
			if format == nil {
				format = typ.Formats[0].ID
			}
			asked[format] = true
		}
		for _, format := range typ.Formats {
			if !asked[format.ID] {
				t.Errorf("no example asks for %s as %s", typ.ID, format.ID)
			}
		}
	}
}
