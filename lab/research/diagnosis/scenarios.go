package main

import (
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

const (
	newest  = "1.163.2"
	workers = "1.163.2 workers"
)

var (
	outageTimes = []time.Duration{3 * time.Minute, time.Hour, 6 * time.Hour}
	slowTimes   = []time.Duration{90 * time.Minute}
	quietTimes  = []time.Duration{4 * time.Minute, 90 * time.Minute}
)

// scenarios are all that is played.
func scenarios() ([]scenario, error) {
	versions, err := versionScenarios()
	if err != nil {
		return nil, err
	}
	return slices.Concat(outages, neighbours, labelScenarios(), versions, smallServers, slowServers, incidents, healthyServers), nil
}

var schemes = []struct {
	name   string
	labels simulate.Scheme
}{
	{"static", simulate.Static}, {"one instance", simulate.OneInstance}, {"one job", simulate.OneJob}, {"ESS Helm", simulate.ESSHelm},
	{"matrix-docker-ansible-deploy", simulate.Ansible}, {"its external Prometheus", simulate.AnsibleExternal},
	{"pods", simulate.Pods}, {"pods behind one instance", simulate.PodsOneInstance}, {"namespaces", simulate.Namespaced},
}

// labelScenarios are every scheme of labels, healthy and with one sick process.
func labelScenarios() []scenario {
	var all []scenario
	for _, scheme := range schemes {
		shape := shape{recording: workers, scheme: scheme.labels}
		all = append(all,
			scenario{name: "labels: " + scheme.name, class: "healthy, labels", shape: shape, after: quietTimes},
			scenario{name: "labels, pauses: " + scheme.name, class: "labels", shape: shape, expect: []string{"gc-pauses"}, sick: "generic_worker2",
				after: slowTimes, happens: longPauses},
			scenario{name: "labels, silent: " + scheme.name, class: "labels", shape: shape, expect: []string{"availability", "scrape-health"}, sick: "generic_worker1", outage: true,
				after: outageTimes[:2], happens: silent},
			scenario{name: "labels, full core: " + scheme.name, class: "labels", shape: shape, expect: []string{"cpu-saturation", "starvation"}, sick: "generic_worker2",
				after: slowTimes, happens: fullCore})
	}
	return all
}

// versionScenarios are every recorded version, healthy and in trouble.
func versionScenarios() ([]scenario, error) {
	scrapes, err := recordings()
	if err != nil {
		return nil, err
	}
	var all []scenario
	seen := map[string]bool{}
	for _, scrape := range scrapes {
		if scrape.Server != "" || seen[scrape.Version] {
			continue
		}
		seen[scrape.Version] = true
		shape := shape{recording: scrape.Version}
		all = append(all,
			scenario{name: "version: " + scrape.Version, class: "healthy, versions", shape: shape, after: quietTimes[1:]},
			scenario{name: "version, refuses: " + scrape.Version, class: "versions", shape: shape, expect: databaseAway, outage: true, after: outageTimes[:2], happens: refuses},
			scenario{name: "version, hangs: " + scrape.Version, class: "versions", shape: shape, expect: hanging, outage: true, after: outageTimes[:2], happens: freezes},
			scenario{name: "version, costs: " + scrape.Version, class: "versions", shape: shape, expect: []string{"database-cost"}, after: slowTimes, happens: oneTransaction("get_rooms_paginate", 4, 0.4)})
	}
	return all, nil
}
