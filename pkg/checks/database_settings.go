package checks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	settingsApart   = limits.Limit{Name: "apart", Value: 600, Unit: "s", Meaning: "time between the two reads whose page reads are compared", Source: "ours"}
	settingsBuffers = limits.Limit{Name: "defaultBuffers", Value: 128 << 20, Unit: "bytes", Meaning: "shared_buffers that nobody has chosen", Source: "PostgreSQL's default"}
	settingsLarge   = limits.Limit{Name: "largeDatabase", Value: 4 << 30, Unit: "bytes", Meaning: "size of a database that default buffers are too small for", Source: "ours"}
	settingsMissing = limits.Limit{Name: "missing", Value: 0.01, Unit: "percentunit", Meaning: "share of the pages read that were not in shared_buffers", Source: "ours"}
	settingsRandom  = limits.Limit{Name: "randomCost", Value: 4, Meaning: "random_page_cost that stands for a spinning disk", Source: "PostgreSQL's default"}
)

var databaseSettings = Check{
	ID:    "database-settings",
	Topic: "PostgreSQL settings",
	Title: "PostgreSQL settings need attention",
	Meaning: "PostgreSQL's defaults are made for small machines and spinning disks, and some settings trade safety for speed. The first make Synapse slower than it need be; the others lose or damage its " +
		"database in a crash.",
	Decides: "fsync or full_page_writes off: a warning. All else is an info: shared_buffers at {defaultBuffers} or less with a database of {largeDatabase} or more, if {missing} of the pages were not in it between two reads " +
		"{apart} apart; random_page_cost of {randomCost} or more; jit on. What is set for Synapse's role or database counts before what is set for the server.",
	CannotKnow: "How much memory the machine has and what kind of disk, so no value is recommended by them. What Synapse sets for its own sessions, or a pooler does.",
	Thresholds: limits.Thresholds{Check: "database-settings", Unit: "none", Source: "PostgreSQL's documentation of its settings"},
	Limits:     []limits.Limit{settingsApart, settingsBuffers, settingsLarge, settingsMissing, settingsRandom},
	Steps: []string{
		"Set `fsync = on` and `full_page_writes = on` in postgresql.conf and reload PostgreSQL. Only on a file system that never writes part of a page, such as ZFS, may full_page_writes be off.",
		"Raise shared_buffers in postgresql.conf, step by step and to a quarter of the memory at most, and restart PostgreSQL at a quiet time: Synapse answers errors meanwhile.",
		"On an SSD, set `random_page_cost = 1.1` in postgresql.conf and reload PostgreSQL.",
		"Set `jit = off` for Synapse's role (`ALTER ROLE <role> SET jit = off`): compiling takes longer than its short statements. It holds for new connections.",
	},
	Panel: "transaction-duration",
	Read:  readDatabaseSettings,
	Judge: judgeDatabaseSettings,
}

func judgeDatabaseSettings(in Input) []Finding {
	o, ok := in.Rows.(databaseOptions)
	if !ok {
		return UnknownFinding(in.RowsMissing)
	}
	var found []Finding
	for _, name := range []string{"fsync", "full_page_writes"} {
		if o.values[name] == "off" {
			found = append(found, Finding{
				Subject: Subject{Name: name}, Severity: Warning, Title: "PostgreSQL loses data in a crash",
				Evidence: fmt.Sprintf("%s = off, for a database of %s: after a crash of the machine it may be damaged beyond repair.", name, words.Bytes(float64(o.size))), Steps: in.check.Steps[:1],
			})
		}
	}
	texts, steps := o.slow(in.check.Steps)
	if len(texts) > 0 {
		n := float64(len(texts))
		found = append(found, Finding{
			Subject: Subject{Name: "defaults"}, Severity: Info, Title: "PostgreSQL defaults in use", Value: &n, Evidence: strings.Join(texts, "; ") + ".", Steps: steps,
		})
	}
	return orOK(found, fmt.Sprintf("%s are as they should be: %s.", words.Count(len(o.values), "setting", "settings"), o.text()))
}

// slow are the settings that may make Synapse slower, and what to do about each.
func (o databaseOptions) slow(all []string) (texts, steps []string) {
	if buffers := o.number("shared_buffers") * o.number("block_size"); buffers > 0 && buffers <= settingsBuffers.Value && float64(o.size) >= settingsLarge.Value && o.missing != nil && *o.missing >= settingsMissing.Value {
		texts = append(texts, fmt.Sprintf("shared_buffers = %s for a database of %s, %s of the pages are not in it", words.Bytes(buffers), words.Bytes(float64(o.size)), words.Percent(*o.missing)))
		steps = append(steps, all[1])
	}
	if cost := o.number("random_page_cost"); cost >= settingsRandom.Value {
		texts = append(texts, "random_page_cost = "+o.values["random_page_cost"]+", which stands for a spinning disk")
		steps = append(steps, all[2])
	}
	if o.values["jit"] == "on" {
		texts = append(texts, "jit = on")
		steps = append(steps, all[3])
	}
	return texts, steps
}

// number is a setting's number, 0 where it is unknown.
func (o databaseOptions) number(name string) float64 {
	number, err := strconv.ParseFloat(o.values[name], 64)
	if err != nil {
		return 0
	}
	return number
}

func (o databaseOptions) text() string {
	var parts []string
	for _, name := range []string{"fsync", "full_page_writes", "random_page_cost", "jit"} {
		if value, known := o.values[name]; known {
			parts = append(parts, name+" = "+value)
		}
	}
	return strings.Join(parts, ", ")
}
