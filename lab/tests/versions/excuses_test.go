package versions_test

import (
	"strings"
	"testing"
)

// excuses are declared exceptions, each with its reason. One that nothing needs is a failure: it would hide a gap.
type excuses struct{ used map[string]bool }

func newExcuses() *excuses { return &excuses{used: map[string]bool{}} }

// quiet: a measurement, a format or a graph may have no answer.
func (e *excuses) quiet(name string) bool { return e.has(quiet, name) }

// alarm: the check may raise a warning.
func (e *excuses) alarm(check string) bool { return e.has(alarms, check) }

// unknown: the check may not be able to judge.
func (e *excuses) unknown(check string) bool { return e.has(unknowns, check) }

// unseen: no series may match a selector that contains one of the texts.
func (e *excuses) unseen(written string) bool {
	for _, texts := range unseen {
		for _, text := range texts {
			if strings.Contains(written, text) {
				return e.has(unseen, text)
			}
		}
	}
	return false
}

// unseenChoice: no recorded homeserver may have the value.
func (e *excuses) unseenChoice(value string) bool { return e.has(unseenChoices, value) }

func (e *excuses) has(list reasons, name string) bool {
	for reason, names := range list {
		for _, one := range names {
			if one == name {
				e.used[reason+name] = true
				return true
			}
		}
	}
	return false
}

func (e *excuses) wantUsed(t *testing.T) {
	t.Helper()
	for _, list := range []reasons{quiet, alarms, unknowns, unseen, unseenChoices} {
		for reason, names := range list {
			for _, name := range names {
				if !e.used[reason+name] {
					t.Errorf("%q needs no excuse (%s)", name, reason)
				}
			}
		}
	}
}
