package main

import (
	"strings"
	"testing"
)

func TestQuestions(t *testing.T) {
	names := map[string]bool{}
	for _, q := range questions() {
		names[nameOf(q)] = true
	}
	for _, want := range []string{"diagnosis findings", "transactions table", "cacheFactors table"} {
		if !names[want] {
			t.Errorf("nobody asks %q", want)
		}
	}
}

func TestReport(t *testing.T) {
	of := func(name, severity string, number float64, failure string) engine {
		return engine{name: name, answers: []answer{
			{name: "diagnosis findings", findings: map[string]string{"restarts ": severity}},
			{name: "x", failure: failure, numbers: map[string]float64{"a": number, "b": 1}},
		}}
	}
	text := report([]engine{of("A", "ok", 1, ""), of("B", "ok", 1.01, ""), of("C", "warning", 2, "bad")})
	for _, want := range []string{"| B | 2 | 0 | 0 of 1 | 2 | 2 |", "| C | 2 | 1 | 1 of 1 | 2 | 1 |", "restarts : ok, here warning", "1 of 2 numbers differ by more than 2%, the farthest by 50%"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}
