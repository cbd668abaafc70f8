package main

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/common/model"
)

// lineLength is how long a readable line of PromQL is.
const lineLength = 120

// setOperators begin a new line in a long expression.
var setOperators = []string{" or ", " and ", " unless ", " / ", " * ", " - ", " + "}

// readable writes PromQL as a person would: durations in their largest unit, no empty braces, and a long expression on several
// lines.
func readable(promql string) string {
	promql = secondsInPromQL.ReplaceAllStringFunc(promql, func(found string) string {
		parts := secondsInPromQL.FindStringSubmatch(found)
		seconds, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return found
		}
		return parts[1] + model.Duration(time.Duration(seconds)*time.Second).String()
	})
	return breakLines(strings.ReplaceAll(promql, "{}", ""))
}

// secondsInPromQL are ranges, steps of subqueries and offsets.
var secondsInPromQL = regexp.MustCompile(`(\[|:|offset )(\d+)s\b`)

// breakLines puts a long expression on several lines, before its operators, each as far in as it is nested.
func breakLines(promql string) string {
	if len(promql) <= lineLength {
		return promql
	}
	var text strings.Builder
	depth, inString := 0, false
	for i := 0; i < len(promql); i++ {
		if !inString && depth <= 1 && startsOperator(promql[i:]) {
			text.WriteString("\n" + strings.Repeat("  ", depth))
			continue // the operator's own space
		}
		switch c := promql[i]; {
		case c == '\\' && inString:
			text.WriteByte(c)
			i++
		case c == '"':
			inString = !inString
		case inString:
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
		text.WriteByte(promql[i])
	}
	return text.String()
}

func startsOperator(rest string) bool {
	for _, operator := range setOperators {
		if strings.HasPrefix(rest, operator) {
			return true
		}
	}
	return false
}

// snake writes a name as those of recordings are: slowSends becomes slow_sends.
func snake(name string) string {
	var text strings.Builder
	for i, letter := range name {
		if unicode.IsUpper(letter) && i > 0 {
			text.WriteByte('_')
		}
		text.WriteRune(unicode.ToLower(letter))
	}
	return text.String()
}
