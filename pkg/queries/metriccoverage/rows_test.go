package metriccoverage

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

func named(server, name string) *model.Sample {
	return &model.Sample{Metric: model.Metric{"server_name": model.LabelValue(server), "__name__": model.LabelValue(name)}}
}

func TestRows(t *testing.T) {
	read := readersOf([]query.Type{{ID: "thing", Reads: metrics.Names(metrics.ScheduleTime, metrics.TransactionCount, metrics.DeviceListLag, metrics.ForwardExtremities)}})
	marker := metrics.ScheduleTime.Count().Name
	servers := homeserversOf(
		model.Vector{named("a.org", marker), named("a.org", metrics.TransactionCount.Series().Older[0]), named("b.org", marker)},
		model.Vector{{Metric: model.Metric{"server_name": "a.org", "version": "1.62.0"}}, {Metric: model.Metric{"server_name": "a.org", "version": "1.60.0"}}},
	)
	got := map[string]coverage.Status{}
	for _, r := range read.rows(servers, nil) {
		if slices.Contains(r.readBy, "thing") {
			got[r.Name+" "+r.server] = r.status
		}
		if other := r.status == coverage.OtherVersion; other != (r.note != "") || other != strings.Contains(r.meaning(), "runs 1.62.0") {
			t.Errorf("%s is %s: %s", r.Name, r.status, r.meaning())
		}
	}
	for key, want := range map[string]coverage.Status{
		metrics.ScheduleTime.Name + " a.org": coverage.Present, metrics.TransactionCount.Name + " a.org": coverage.OlderName,
		metrics.TransactionCount.Name + " b.org": coverage.Absent, metrics.DeviceListLag.Name + " a.org": coverage.OtherVersion,
		metrics.DeviceListLag.Name + " b.org": coverage.NotYet, metrics.ForwardExtremities.Name + " b.org": coverage.NotYet,
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
	all := read.rows(servers, []string{"older-name"})
	if len(all) != 1 || all[0].foundAs != metrics.TransactionCount.Series().Older[0] {
		t.Errorf("%d rows have an older name", len(all))
	}
	if !slices.Contains(read[metrics.ReactorTick.Name], "reactor-lag") || slices.Contains(read[metrics.ReactorTick.Name], looks) {
		t.Errorf("the event loop's metric is read by %v", read[metrics.ReactorTick.Name])
	}
}

func TestStatuses(t *testing.T) {
	if err := checkStatuses([]string{"absent", "other-version"}); err != nil {
		t.Error(err)
	}
	bad := (*query.BadRequest)(nil)
	if err := checkStatuses([]string{"gone"}); !errors.As(err, &bad) || !strings.Contains(bad.Message, "not-yet") {
		t.Errorf("%v", err)
	}
	for _, status := range coverage.Statuses {
		if !strings.Contains(statusHelp, string(status)) {
			t.Errorf("the help does not name %s", status)
		}
	}
}
