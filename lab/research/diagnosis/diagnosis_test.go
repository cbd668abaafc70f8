package main

import (
	"strings"
	"testing"
	"time"
)

// TestSample plays a few servers of each half: outages and slow servers are found first, and healthy ones aren't accused.
// What the whole set gives is docs/evaluation.md.
func TestSample(t *testing.T) {
	sample := []string{"the database refuses", "the database freezes, workers", "a worker's loop is blocked", "one transaction costs", "a worker pauses",
		"INC-007", "nothing happens, workers", "a quiet night", "a rolling restart", "labels: ESS Helm", "labels, pauses: matrix-docker-ansible-deploy"}
	all, err := scenarios()
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := playAll(t.Context(), all, func(s *scenario, seed uint64) bool {
		for _, name := range sample {
			if s.name == name {
				return true
			}
		}
		return false
	}, 1, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if got := servers(outcomes); got != len(sample) {
		t.Fatalf("%d servers were played, want %d", got, len(sample))
	}
	for _, o := range outcomes {
		if !o.first {
			t.Errorf("missed:\n%s", misses([]outcome{o}))
		}
	}
}

// Every scenario is drawn, has a name of its own and is on one side; the same seed gives the same server.
func TestScenarios(t *testing.T) {
	all, err := scenarios()
	if err != nil {
		t.Fatal(err)
	}
	seen, judging := map[string]bool{}, 0
	for i := range all {
		s := &all[i]
		if seen[s.name] || s.name == "" || s.class == "" || len(s.after) == 0 {
			t.Errorf("%q is twice there or incomplete", s.name)
		}
		seen[s.name] = true
		if s.incident != "" && s.judging(0) {
			judging++
		}
		if strings.HasPrefix(s.class, "healthy") != (len(s.expect) == 0) {
			t.Errorf("%q of class %q expects %v", s.name, s.class, s.expect)
		}
	}
	if judging < len(incidents)/3 || judging > 2*len(incidents)/3 {
		t.Errorf("%d of %d incidents judge", judging, len(incidents))
	}
}

// What a trouble does to a server's series is what it says.
func TestTrouble(t *testing.T) {
	s, err := newServer(3, shape{recording: newest, size: 1})
	if err != nil {
		t.Fatal(err)
	}
	main := s.processes[0]
	s.answers(sends, "500")
	s.times(nil, `synapse_storage_transaction_time_count_total{desc="persist_events"}`, 3)
	began := main.lives[0][0]
	for selector, want := range map[string]float64{
		`synapse_http_server_response_time_seconds_count{servlet="RoomSendEventRestServlet",code="200"}`: 0,
		`synapse_http_server_response_time_seconds_count{servlet="RoomSendEventRestServlet",code="500"}`: 1,
		`synapse_http_server_requests_received_total{servlet="RoomSendEventRestServlet"}`:                1,
		`synapse_storage_transaction_time_count_total{desc="persist_events"}`:                            3,
	} {
		found := s.selected(selector, main)
		if len(found) != 1 {
			t.Fatalf("%d series are %s", len(found), selector)
		}
		l := found[0]
		got := l.at(s.trouble+7200, began) - l.at(s.trouble, began)
		usual := l.level * l.usual(s.trouble, s.trouble+7200)
		if got < want*usual-2 || got > want*usual+2 {
			t.Errorf("%s counted %g in two hours, usual are %g, want %g times", selector, got, usual, want)
		}
	}
}
