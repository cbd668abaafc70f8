package main

import (
	"strings"
	"testing"
)

// Where job, index and instance are not enough, rules name what is.
func TestRulesForOtherLabels(t *testing.T) {
	rules, err := rulesFor([]string{"worker_id", " pod"})
	if err != nil {
		t.Fatal(err)
	}
	if text := string(rules); !strings.Contains(text, "told apart by job, index, instance, worker_id, pod:") || !strings.Contains(text, "on (job, index, instance, worker_id, pod)") ||
		strings.Contains(text, "instance)") {
		t.Error("some rule tells processes apart by other labels")
	}
	if _, err := rulesFor([]string{"worker id"}); err == nil || !strings.Contains(err.Error(), "worker_id,pod") {
		t.Errorf("%v", err)
	}
}
