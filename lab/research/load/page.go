package main

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
)

type report struct {
	options
	version    string
	bytes      int64
	statements []cost
	ranking    ranking
	measured   []round
}

// write puts the section in its place on the page.
func (r report) write() error { return page.Write(r.page, "load", r.section()) }

func (r report) section() string {
	var text strings.Builder
	fmt.Fprintf(&text, `## What our statements cost a large database

Written by `+"`go tool mage load`"+`: PostgreSQL %s with %.1f million forward extremities in %d rooms (%.1f GB with its indexes), on a machine with %d CPUs. Times are for
comparison within a row.

Events are written as Synapse writes them to these tables, %d a second, in phases of %s: without the plugin; with it, asked everything that it asks
PostgreSQL every %s; and with a plugin that counts all rooms without a break, which it never does: a count rests twenty times as long as it took.

| Writing an event | Alone | With the plugin | Counting without a break |
|---|---|---|---|
`, regexp.MustCompile(`[0-9.]+`).FindString(r.version), float64(r.rows)/1e6, r.ranking.rooms, float64(r.bytes)/1e9, runtime.NumCPU(), rate, r.phase, refresh)
	for _, q := range []struct {
		name string
		of   float64
	}{{"half are done within", 0.5}, {"95 of 100 are done within", 0.95}} {
		var without, usual, unbroken []float64
		for _, m := range r.measured {
			without = append(without, milliseconds(m.without.quantile(q.of)))
			usual = append(usual, milliseconds(m.usual.quantile(q.of)))
			unbroken = append(unbroken, milliseconds(m.unbroken.quantile(q.of)))
		}
		fmt.Fprintf(&text, "| %s | %.1f ms | %s | %s |\n", q.name, middle(without), compared(usual, without), compared(unbroken, without))
	}
	fmt.Fprintf(&text, "\nIn brackets: the ratio to the phase alone of the same round, the middle one of %d rounds (smallest to largest). Where they lie on both sides of 1, other work of this machine moved the times more than the plugin did.\n", len(r.measured))
	fmt.Fprintf(&text, `
One count of all rooms takes %.1f s in %d transactions, pauses included; the longest step took %.0f ms.

What each statement takes when it runs once, as PostgreSQL's EXPLAIN says. A page has 8 KiB.

| Reads | Begins | Time | Pages | Temporary pages written |
|---|---|---|---|---|
`, r.ranking.took.Seconds(), r.ranking.steps, milliseconds(r.ranking.longest))
	slices.SortFunc(r.statements, func(a, b cost) int { return int(b.Plan.Hit + b.Plan.Read - a.Plan.Hit - a.Plan.Read) })
	small := 0
	for _, c := range r.statements {
		if c.Plan.Hit+c.Plan.Read < few && c.Plan.Written == 0 {
			small++
			continue
		}
		fmt.Fprintf(&text, "| %s | `%s` | %.1f ms | %d | %d |\n", reads(c.sql), beginning(c.sql), c.Milliseconds, c.Plan.Hit+c.Plan.Read, c.Plan.Written)
	}
	fmt.Fprintf(&text, "\nThe other %d statements read fewer than %d pages each.\n", small, few)
	return text.String()
}

// few are the pages below which a statement is not listed.
const few = 50

// compared says the middle time, and its ratio to the same rounds without the plugin.
func compared(with, without []float64) string {
	ratios := make([]float64, len(with))
	for i := range with {
		ratios[i] = with[i] / without[i]
	}
	return fmt.Sprintf("%.1f ms (%.2f; %.2f to %.2f)", middle(with), middle(ratios), slices.Min(ratios), slices.Max(ratios))
}

var table = regexp.MustCompile(`\b(?:FROM|JOIN)\s+([a-z_][a-z_.0-9]+)`)

// noTables are what else a statement may name there.
var noTables = []string{"unnest", "clock_timestamp", "locked", "sized"}

// reads names the tables of a statement.
func reads(sql string) string {
	var names []string
	for _, found := range table.FindAllStringSubmatch(sql, -1) {
		if name := strings.TrimPrefix(found[1], "pg_catalog."); !slices.Contains(noTables, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func beginning(sql string) string {
	text := strings.Join(strings.Fields(sql), " ")
	return strings.ReplaceAll(text[:min(50, len(text))], "|", `\|`)
}

func milliseconds(d time.Duration) float64 { return 1000 * d.Seconds() }

func middle(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}
