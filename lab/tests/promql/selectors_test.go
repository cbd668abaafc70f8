package promql

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// hostileValues are what a person types, a label holds, or a broken client sends.
func hostileValues() []string {
	values := []string{
		"\ufffd", "a\ufffdb", "\xff", "a\xc3", "\xed\xa0\x80", "\x00", "\n", "\r\n\t", "\x7f", "\u2028", "\ufeff", "\U0010ffff", `"`, `\`, `\"`, `\ufffd`, "`", "'",
		`"} or vector(1) #`, `"}) or up{a="`, "a|b", ".*", "(", "[", "^$", "{{.}}", "%s", "$1", "#", "/*", " ", "Köln", "日本", "👩‍👩‍👧",
	}
	for r := range rune(0x250) { // each control character, each letter of Latin
		values = append(values, string(r))
	}
	random := rand.New(rand.NewSource(1)) //nolint:gosec // the same each time
	for range 5000 {
		value := make([]rune, 1+random.Intn(8))
		for i := range value {
			value[i] = rune(random.Intn(utf8.MaxRune + 1)) // surrogates become U+FFFD
		}
		values = append(values, string(value))
		broken := make([]byte, 1+random.Intn(8))
		random.Read(broken)
		values = append(values, string(broken))
	}
	return values
}

func matcher(t *testing.T, selector, label string) *labels.Matcher {
	t.Helper()
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr("up" + selector)
	if err != nil {
		t.Fatalf("%q: %v", selector, err)
	}
	vector, ok := parsed.(*parser.VectorSelector)
	if !ok {
		t.Fatalf("%q is a %T", selector, parsed)
	}
	for _, m := range vector.LabelMatchers {
		if m.Name == label {
			return m
		}
	}
	t.Fatalf("%q has no matcher of %s", selector, label)
	return nil
}

// Whatever a value is made of, it is one value to Prometheus, alone and in a list. What is no UTF-8 reads as U+FFFD.
func TestSelectorsOfHostileValues(t *testing.T) {
	for _, value := range hostileValues() {
		want := strings.ToValidUTF8(value, "\ufffd")
		alone := matcher(t, query.Filters{Job: []string{value}}.Selector(), "job")
		if alone.Type != labels.MatchEqual || alone.Value != want {
			t.Errorf("%q alone is %s", value, alone)
		}
		list := matcher(t, query.Filters{ServerName: []string{value, "other"}}.Selector(query.Equal("desc", value)), "server_name")
		if !list.Matches(want) || !list.Matches("other") || list.Matches(want+"x") || list.Matches("") {
			t.Errorf("%q in a list is %s", value, list)
		}
	}
}

// Whatever characters a label has, a filter selects exactly it, alone and in a list.
func TestFiltersMatchExactly(t *testing.T) {
	hostile := []string{
		"plain", "plain.", ".*", ".+", "a|b", "a", "b", `quote"d`, `back\slash`, `back\\slash`, `\d+`, "new\nline", "tab\there",
		"(group)", "[class]", "{brace}", `"} or vector(1) or {x="`, "müller", "日本語", "ends$", "^starts", "$job", "${job}", "%s", "'single'", "`tick`", "\x7f", "a b", "emoji 🎉",
	}
	series := "load 1m\n"
	for _, value := range hostile {
		series += fmt.Sprintf("  up{job=%s} 1x10\n", strconv.Quote(value))
	}
	engine := Load(t, series)
	selects := func(values ...string) []string {
		raw, err := json.Marshal(map[string]any{"job": values})
		if err != nil {
			t.Fatal(err)
		}
		request, err := transactions.Type().Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		vector, _, err := engine.Instant(t.Context(), "up"+request.Filters.Selector(), time.Unix(600, 0))
		if err != nil {
			t.Fatalf("%q: %v", values, err)
		}
		var found []string
		for _, s := range vector {
			found = append(found, string(s.Metric["job"]))
		}
		slices.Sort(found)
		return found
	}
	for k, value := range hostile {
		if got := selects(value); !slices.Equal(got, []string{value}) {
			t.Errorf("%q selects %q", value, got)
		}
		pair := []string{value, hostile[(k+7)%len(hostile)]}
		slices.Sort(pair)
		if got := selects(pair...); !slices.Equal(got, pair) {
			t.Errorf("%q selects %q", pair, got)
		}
		if got := selects(value, "not there"); !slices.Equal(got, []string{value}) {
			t.Errorf("%q and one that is not there select %q", value, got)
		}
	}
}
