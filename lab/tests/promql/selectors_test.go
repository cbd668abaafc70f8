package promql

import (
	"math/rand"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

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
