package checks

import (
	"regexp"
	"strings"
	"testing"
)

func TestSyncTime(t *testing.T) {
	sliding := func(mean, all, notSlow, notVerySlow float64) map[string]float64 {
		return map[string]float64{"scraped": 90, "mean kind=sliding~sync": mean, "sliding": all, "notSlow": notSlow, "notVerySlow": notVerySlow}
	}
	older := func(mean, all, cpu, db, waiting float64) map[string]float64 {
		return map[string]float64{"scraped": 90, "mean kind=sync~v2": mean, "served": all, "ordinary": all, "cpu": cpu, "database": db, "waiting": waiting}
	}
	fine := sliding(0.04, 1000, 999, 1000)
	untagged := map[string]float64{"served": 800}
	few := func(all, slow, last, most float64) map[string]float64 {
		return map[string]float64{"scraped": 90, "dayAll": all, "daySlow": slow, "lastExcess": last, "mostExcess": most, "lastAge": 40000}
	}
	fewOlder := func(all, slow, last, most float64) map[string]float64 {
		return map[string]float64{"scraped": 90, "served": 30, "ordinary": 30, "olderDayAll": all, "olderDaySlow": slow, "olderLastExcess": last, "olderMostExcess": most, "olderLastAge": 700}
	}
	judgeCases(t, syncTime, map[string]judged{
		"sliding":                      {series: together(sliding(0.7, 1000, 800, 930), map[string]float64{"transactions desc=get_rooms": 0.5}), want: Warning, subject: "sliding sync", value: 0.7},
		"older only":                   {series: together(fine, older(2.4, 500, 100, 1000, 100)), want: Critical, subject: "sync v2", value: 2.4},
		"fine":                         {series: together(fine, older(0.03, 500, 5, 8, 2)), want: OK, value: 0.04},
		"quiet":                        {series: map[string]float64{"scraped": 90}, want: OK},
		"few of the older kind":        {series: together(fine, map[string]float64{"served": 300, "ordinary": 60}), want: OK, value: 0.04},
		"no CPU times":                 {series: map[string]float64{"scraped": 90, "served": 500, "ordinary": 500}, want: Unknown},
		"no tag is known":              {series: together(map[string]float64{"scraped": 90}, untagged), want: Unknown},
		"no tag is known, but fine":    {series: together(fine, untagged), want: OK, value: 0.04, count: 2},
		"no tag is known, and slow":    {series: together(sliding(0.7, 1000, 800, 930), untagged), want: Warning, subject: "sliding sync", count: 2},
		"only initial syncs, and few":  {series: map[string]float64{"scraped": 90, "served": 12}, want: OK},
		"few, most of them slow":       {series: few(40, 20, 12, 12), want: Warning, subject: "sliding sync", value: 0.5, unit: "percentunit"},
		"few, slow by chance":          {series: few(40, 3, -5, -2), want: OK},
		"few, and v2 is fine":          {series: together(older(0.03, 500, 5, 8, 2), few(40, 20, 12, 12)), want: Warning, subject: "sliding sync", unit: "percentunit"},
		"few of v2, most of them slow": {series: fewOlder(60, 30, 20, 21), want: Warning, subject: "sync v2", value: 0.5, unit: "percentunit"},
		"few of v2, slow by chance":    {series: fewOlder(60, 4, -4, -1), want: OK},
		"few of v2, better since":      {series: fewOlder(60, 8, -3, 1), want: OK},
		"most have not finished":       {series: together(fine, map[string]float64{"received": 900, "answered": 80}), want: Unknown},
		"absent":                       {want: Unknown},
	})
}

// The tag changed in 1.108 and 1.139; a version that is not matched would be fine for ever.
func TestSyncTagsOfAllVersions(t *testing.T) {
	pattern := strings.TrimSuffix(strings.TrimPrefix(string(incremental), `tag=~"`), `"`)
	matched := regexp.MustCompile("^(?:" + pattern + ")$")
	for tag, want := range map[string]bool{
		"incremental_sync": true, "SyncVersion.SYNC_V2:incremental_sync": true, "sync_v2:incremental_sync": true,
		"": false, "initial_sync": false, "SyncVersion.SYNC_V2:initial_sync": false, "sync_v2:full_state_sync": false,
	} {
		if matched.MatchString(tag) != want {
			t.Errorf("%q matched: %t", tag, !want)
		}
	}
}
