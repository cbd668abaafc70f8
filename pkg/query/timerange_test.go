package query

import (
	"testing"
	"time"
)

const scrape15 = 15 * time.Second

var noon = time.Date(2026, 1, 5, 12, 0, 7, 0, time.UTC)

func TestAlign(t *testing.T) {
	for _, c := range []struct {
		name             string
		length, interval time.Duration
		scrape           time.Duration
		step             time.Duration
		window, rate     string
	}{
		{"six hours", 6 * time.Hour, time.Minute, scrape15, time.Minute, "[21600s]", "[75s]"},
		{"a wish finer than the scrapes", time.Hour, 200 * time.Millisecond, scrape15, scrape15, "[3600s]", "[60s]"},
		{"a wish that is no multiple of the scrapes", 6 * time.Hour, 20 * time.Second, scrape15, 30 * time.Second, "[21600s]", "[60s]"},
		{"long steps and one scrape, so that nothing between two points is lost", 7 * 24 * time.Hour, 10 * time.Minute, scrape15, 10 * time.Minute, "[604800s]", "[615s]"},
		{"slow scrapes", 6 * time.Hour, time.Minute, time.Minute, time.Minute, "[21600s]", "[240s]"},
		{"shorter than four scrapes", 10 * time.Second, time.Second, scrape15, scrape15, "[60s]", "[60s]"},
		{"nothing", 0, 0, scrape15, scrape15, "[60s]", "[60s]"},
		{"upside down", -time.Hour, time.Minute, scrape15, time.Minute, "[60s]", "[75s]"},
		{"scrapes of part of a second", time.Hour, time.Second, 2500 * time.Millisecond, 2500 * time.Millisecond, "[3600s]", "[10s]"},
		{"odd scrapes", 15 * time.Minute, time.Second, 1300 * time.Millisecond, 1300 * time.Millisecond, "", "[5200ms]"},
	} {
		to := noon.Truncate(time.Hour)
		r := Align(to.Add(-c.length), to, c.interval, c.scrape)
		if r.Step != c.step || r.RateWindow() != c.rate || c.window != "" && r.Window() != c.window {
			t.Errorf("%s: step %s, window %s, rate window %s; want %s, %s, %s", c.name, r.Step, r.Window(), r.RateWindow(), c.step, c.window, c.rate)
		}
	}
}

func TestAlignStaysBelowPrometheusLimit(t *testing.T) {
	for _, length := range []time.Duration{time.Minute, 24 * time.Hour, 42*time.Hour + 13*time.Second, 90 * 24 * time.Hour, 5 * 365 * 24 * time.Hour} {
		for _, scrape := range []time.Duration{time.Second, 7 * time.Second, scrape15, time.Minute} {
			r := Align(noon.Add(-length), noon, time.Millisecond, scrape)
			if points := r.Length()/r.Step + 1; points > 11_000 {
				t.Errorf("%s of scrapes each %s: %d points", length, scrape, points)
			}
			if r.Step%scrape != 0 {
				t.Errorf("%s of scrapes each %s: step %s is no multiple", length, scrape, r.Step)
			}
			if r.rate < 4*scrape || r.rate < r.Step {
				t.Errorf("%s of scrapes each %s: rate window %s", length, scrape, r.rate)
			}
			if r.To.After(noon) || noon.Sub(r.To) >= scrape {
				t.Errorf("%s of scrapes each %s: the end moved from %s to %s", length, scrape, noon, r.To)
			}
		}
	}
}

func TestAlignAnswersTheSameWithinAScrape(t *testing.T) {
	at := func(moment time.Time) TimeRange {
		return Align(moment.Add(-6*time.Hour), moment, time.Minute, scrape15)
	}
	first := at(noon.Truncate(time.Minute))
	for _, later := range []time.Duration{time.Millisecond, 7 * time.Second, 14999 * time.Millisecond} {
		if got := at(noon.Truncate(time.Minute).Add(later)); got != first {
			t.Errorf("%s later: %+v, want %+v", later, got, first)
		}
	}
	if got := at(noon.Truncate(time.Minute).Add(scrape15)); got.To == first.To {
		t.Error("a scrape later the range still ends where it did: an alert would see an old answer")
	}
}

// A graph whose points move with each refresh changes its shape although nothing happened.
func TestAlignKeepsPointsInPlace(t *testing.T) {
	for later := time.Duration(0); later < 10*time.Minute; later += scrape15 {
		r := Align(noon.Add(later-6*time.Hour), noon.Add(later), time.Minute, scrape15)
		if r.From.Truncate(time.Minute) != r.From {
			t.Fatalf("%s later the points lie at %s", later, r.From)
		}
		if grown := r.Length() - 6*time.Hour; grown >= time.Minute+scrape15 || grown < -scrape15 {
			t.Errorf("%s later the range is %s long", later, r.Length())
		}
	}
	// With a few points only, moving the start by a step would double the range.
	if r := Align(noon.Add(-30*time.Minute), noon, time.Hour, scrape15); r.Length() > 31*time.Minute {
		t.Errorf("half an hour became %s", r.Length())
	}
}
