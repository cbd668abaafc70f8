package steps

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Results count tests.
type Results struct {
	Passed, Failed, Skipped int

	skipped map[string][]string // their names, by the reason
}

func (r *Results) skip(reason, name string) {
	if r.skipped == nil {
		r.skipped = map[string][]string{}
	}
	r.Skipped++
	r.skipped[reason] = append(r.skipped[reason], name)
}

// read adds what a test runner reports.
func (r *Results) read(report string) error {
	text, err := os.ReadFile(report)
	if err != nil {
		return fmt.Errorf("no report of the tests: %w", err)
	}
	if filepath.Ext(report) == ".json" {
		return r.addJest(text)
	}
	return r.addJUnit(text)
}

// addJest takes what jest writes with --json.
func (r *Results) addJest(text []byte) error {
	var report struct{ NumPassedTests, NumFailedTests, NumPendingTests int }
	if err := json.Unmarshal(text, &report); err != nil {
		return fmt.Errorf("jest's report: %w", err)
	}
	r.Passed += report.NumPassedTests
	r.Failed += report.NumFailedTests
	r.Skipped += report.NumPendingTests
	return nil
}

// skipReason is what a Go test says in t.Skip.
var skipReason = regexp.MustCompile(`\.go:\d+: (.*)`)

// addJUnit takes what gotestsum and Playwright write.
func (r *Results) addJUnit(text []byte) error {
	var report struct {
		Tests []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Skipped *struct {
				Message string `xml:"message,attr"`
			} `xml:"skipped"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text, &report); err != nil {
		return fmt.Errorf("the JUnit report: %w", err)
	}
	for _, test := range report.Tests {
		switch {
		case test.Failure != nil:
			r.Failed++
		case test.Skipped != nil:
			reason := "no reason given"
			if said := skipReason.FindStringSubmatch(test.Skipped.Message); said != nil {
				reason = said[1]
			}
			r.skip(reason, test.Name)
		default:
			r.Passed++
		}
	}
	return nil
}
