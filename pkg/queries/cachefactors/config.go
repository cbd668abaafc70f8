package cachefactors

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// config is what to write into the configuration of one homeserver.
type config struct{ yaml, server, environment, notes string }

var configColumns = []query.Column[config]{
	query.TextColumn("yaml", "homeserver.yaml", "The per_cache_factors to merge into the caches section: one step for each cache to raise or to lower, and those "+
		"that have a factor of their own already; caches to try stand as comments. Empty where nothing is advised.", func(c config) string { return c.yaml }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than the label.", func(c config) string { return c.server }),
	query.TextColumn("environment", "Environment", "The same steps as environment variables, one a line: they override the file.", func(c config) string { return c.environment }),
	query.TextColumn("notes", "Notes", "How to apply it and when to look again.", func(c config) string { return c.notes }).AsSentence(),
}

type configs []config

func (c configs) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("Configuration", configColumns, c, view)}
}

func runConfig(ctx context.Context, s *query.Session) (query.Result, error) {
	rows, servers, err := judgeCaches(ctx, s, false)
	if err != nil {
		return nil, err
	}
	byServer := map[string][]row{}
	for _, r := range rows {
		byServer[r.Server] = append(byServer[r.Server], r)
	}
	var all configs
	for _, server := range slices.Sorted(maps.Keys(byServer)) {
		c, err := configOf(byServer[server], servers[server], s.Limit)
		if err != nil {
			return nil, err
		}
		c.server = server
		all = append(all, c)
	}
	return all, nil
}

// configOf writes one homeserver's steps, at most limit of them.
func configOf(rows []row, h caches.Homeserver, limit int) (config, error) {
	steps := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.factor.Next == nil })
	steps = steps[:min(limit, len(steps))]
	own := notesOn(rows)
	if len(steps) == 0 {
		return config{notes: strings.Join(append([]string{"Nothing to write: no cache of a known factor is advised to change."}, own...), "\n")}, nil
	}
	measurements := make([]*caches.Measurements, len(rows))
	for i, r := range rows {
		measurements[i] = r.Measurements
	}
	yaml, err := perCacheFactors(steps, caches.KeptFactors(measurements, h))
	sure, _ := split(steps)
	variables := make([]string, len(sure))
	for i, r := range sure {
		variables[i] = caches.EnvironmentKey(r.Cache) + "=" + plain(*r.factor.Next)
	}
	slices.Sort(variables)
	return config{yaml: yaml, environment: strings.Join(variables, "\n"), notes: strings.Join(append(notes(h), own...), "\n")}, err
}

// notesOn are of single caches: what per_cache_factors can't say.
func notesOn(rows []row) (notes []string) {
	for _, r := range rows {
		switch advised := r.Verdict.Advised(); {
		case advised && r.Cache == caches.EventCache && r.factor.Next == nil:
			notes = append(notes, "*getEvent* is advised to grow, but the block leaves it out. "+r.factor.Note+" event_cache_size is an option at the top of homeserver.yaml and needs a restart.")
		case r.factor.Next != nil && r.Uneven():
			notes = append(notes, r.Cache+": processes have different factors, and the step is from the largest. Give each its own configuration file if the others are not to grow as much.")
		case advised && r.factor.Next != nil && r.Alone != "":
			notes = append(notes, r.Cache+": "+r.SayAlone())
		}
	}
	return notes
}

func notes(h caches.Homeserver) []string {
	wait := "a day"
	if h.EntryTTL > 0 {
		wait += ", at least " + words.Duration(h.EntryTTL) + " after the change,"
	}
	return []string{
		"Merge the block into the section \"caches\" of homeserver.yaml. Synapse ignores unknown names without a warning.",
		"Send SIGHUP to the main process and to every worker, or restart them. Growing loses no entries; environment variables need a restart.",
		"Take one step only. Look again after " + wait + " at the same hours; if misses did not fall, undo it.",
		"Sizes are per process: memory grows in each. SYNAPSE_CACHE_FACTOR without a cache's name does nothing; use caches.global_factor.",
		"Synapse's documentation: https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html#caching",
	}
}
