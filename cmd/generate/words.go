package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
)

// pages is where the documentation is read.
const pages = "https://github.com/matrix-insight/synapse-datasource/blob/main/docs/"

func checkPage(c checks.Check) string { return pages + "checks/" + c.ID + ".md" }

// suffixes are the units of numbers that templates print as they are.
var suffixes = map[string]string{
	"": "", "none": "", "short": "", "cps": " per second", "ops": " per second", "reqps": " per second",
	"wps": " per second", "Bps": "B per second", "s": " s", "d": " days", "h": " hours", "percent": " %",
}

// counted says what a check counts whose unit is a plain number.
var counted = map[string]string{
	"cpu-saturation": " cores", "database-cost": " seconds of database time per second", "database-slow": " times last week's",
	"cache-memory": " times what the allocator knows of", "restarts": " restarts", "state-resolution": " seconds per second",
	"extremities-corrupt": " unusable forward extremities", "metric-coverage": " metrics",
}

// ofOne is what stands behind the number 1 instead.
var ofOne = map[string]string{" cores": " core", " restarts": " restart", " metrics": " metric"}

// countedToo says what a check counts that has another unit, where a plain number decides instead.
var countedToo = map[string]string{
	"extremities": " forward extremities in a room", "memory": " restarts within a day", "reactor-lag": " rounds of more than a second within an hour",
	"gc-pauses": " pauses of more than 2.5 s within 6 hours", "federation-lag": " events behind the newest", "replication-lag": " events behind the newest",
}

// decidedBy says what a threshold is of, where the two are of different numbers, or mean nothing by themselves.
var decidedBy = map[string]map[string]string{
	"database-cost": {
		"warning":  ", if it is half of all or twice last week's",
		"critical": ", if it is twice last week's",
	},
	"event-send-time":      {"warning": " of the sends slower than 1 s", "critical": " slower than 2.5 s"},
	"database-connections": {"warning": " of PostgreSQL's connections in all pools together", "critical": " of them in use"},
	"table-growth":         {"warning": " of its rows dead", "critical": " of the database taken by it"},
}

// suffix is what stands behind a check's plain number.
func suffix(c checks.Check) (string, error) {
	if noun, ok := counted[c.ID]; ok && c.Unit == "none" {
		return noun, nil
	}
	text, ok := suffixes[c.Unit]
	if !ok {
		return "", fmt.Errorf("%s: nobody says how the unit %q is written", c.ID, c.Unit)
	}
	return text, nil
}

// amount writes a threshold for people.
func amount(v float64, c checks.Check) (string, error) {
	switch c.Unit {
	case "percentunit":
		return strconv.FormatFloat(v*100, 'g', 4, 64) + " %", nil
	case "bytes", "decbytes":
		return sized(v), nil
	case "s":
		if long := (time.Duration(v) * time.Second); long >= 2*time.Minute && float64(time.Duration(v)) == v {
			return lasting(long), nil
		}
	}
	text, err := suffix(c)
	if single, ok := ofOne[text]; ok && v == 1 {
		text = single
	}
	return strconv.FormatFloat(v, 'g', 6, 64) + text, err
}

func lasting(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if d%unit.of == 0 {
			return fmt.Sprint(int(d/unit.of)) + " " + unit.name
		}
	}
	return fmt.Sprint(int(d.Seconds())) + " s"
}

func sized(v float64) string {
	prefixes := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	at := 0
	for ; v >= 1024 && at < len(prefixes)-1; at++ {
		v /= 1024
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " " + prefixes[at]
}

// template writes the variable of an alert's template in the check's unit.
func template(variable string, c checks.Check) (string, error) {
	if text, ok := byUnit[c.Unit]; ok {
		return "{{ " + text + " " + variable + " }}" + bits[c.Unit], nil
	}
	text, err := suffix(c)
	return `{{ printf "%.4g" ` + variable + " }}" + text, err
}

// byUnit are the templates' functions that write a unit, and bits what they leave out.
var (
	byUnit = map[string]string{
		"percentunit": "humanizePercentage", "s": "humanizeDuration", "bytes": "humanize1024", "decbytes": "humanize1024",
	}
	bits = map[string]string{"bytes": "B", "decbytes": "B"}
)

// thresholds says where the default thresholds are.
func thresholds(c checks.Check) (string, error) {
	var parts []string
	for _, t := range []struct {
		name string
		at   *float64
	}{{"warning", c.Warning}, {"critical", c.Critical}} {
		if t.at == nil {
			continue
		}
		text, err := amount(*t.at, c)
		if err != nil {
			return "", err
		}
		parts = append(parts, t.name+" from "+text+decidedBy[c.ID][t.name])
	}
	return strings.Join(parts, ", "), nil
}
