package checks

import (
	"maps"
	"testing"
	"time"
)

func TestDatabaseSettings(t *testing.T) {
	tuned := map[string]string{"fsync": "on", "full_page_writes": "on", "random_page_cost": "1.1", "jit": "off", "shared_buffers": "131072", "block_size": "8192"}
	with := func(size int64, missing *float64, more ...string) databaseOptions {
		values := maps.Clone(tuned)
		for i := 0; i < len(more); i += 2 {
			values[more[i]] = more[i+1]
		}
		return databaseOptions{values: values, size: size, missing: missing}
	}
	const small, large = 1 << 30, 4 << 30
	judgeCases(t, databaseSettings, map[string]judged{
		"tuned":                          {rows: with(large, new(0.2)), want: OK},
		"no fsync":                       {rows: with(small, nil, "fsync", "off"), want: Warning, subject: "fsync"},
		"no full pages":                  {rows: with(small, nil, "full_page_writes", "off"), want: Warning, subject: "full_page_writes"},
		"default buffers":                {rows: with(large, new(0.01), "shared_buffers", "16384"), want: Info, subject: "defaults", value: 1},
		"default buffers, small":         {rows: with(large-1, new(0.2), "shared_buffers", "16384"), want: OK},
		"default buffers, all in memory": {rows: with(large, new(0.009), "shared_buffers", "16384"), want: OK},
		"default buffers, first read":    {rows: with(large, nil, "shared_buffers", "16384"), want: OK},
		"all defaults":                   {rows: with(large, new(0.2), "shared_buffers", "16384", "random_page_cost", "4", "jit", "on"), want: Info, subject: "defaults", value: 3},
		"PostgreSQL 10 knows no jit":     {rows: databaseOptions{values: map[string]string{"fsync": "on", "full_page_writes": "on", "random_page_cost": "1.1"}}, want: OK},
		"not configured":                 {missing: "PostgreSQL is not configured in this data source.", want: Unknown},
	})
}

func TestBlocksBetweenReads(t *testing.T) {
	first := blocksRead{}.next(noon, blocks{Fetched: 1000, Hit: 100})
	if first.missing != nil {
		t.Error("one read compares with nothing")
	}
	if soon := first.next(noon.Add(9*time.Minute), blocks{Fetched: 2000, Hit: 1100}); soon.missing != nil || !soon.at.Equal(noon) {
		t.Errorf("too soon: %+v", soon)
	}
	if later := first.next(noon.Add(10*time.Minute), blocks{Fetched: 2000, Hit: 1050}); later.missing == nil || *later.missing != 0.05 {
		t.Errorf("ten minutes later: %+v", later)
	}
	if again := first.next(noon.Add(time.Hour), blocks{Fetched: 10, Hit: 1}); again.missing != nil {
		t.Errorf("counted anew: %+v", again)
	}
}
