package cachefactors

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// config is what to write into the configuration of one homeserver.
type config struct{ yaml, server, environment, notes string }

var configColumns = []query.Column[config]{
	query.TextColumn("yaml", "homeserver.yaml", "The per_cache_factors to merge into the caches section: one step for each cache to raise or to lower, and those "+
		"that have a factor of their own already; caches to try stand as comments. Empty where nothing is advised.", func(c config) string { return c.yaml }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than the label.", func(c config) string { return c.server }),
	query.TextColumn("environment", "Environment", "The same steps as environment variables, one a line: they override the file.", func(c config) string { return c.environment }),
	query.TextColumn("notes", "Notes", "How to apply it and when to look again.", func(c config) string { return c.notes }),
}

type configs []config

func (c configs) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("Configuration", configColumns, c, view)}
}

func runConfig(ctx context.Context, s *query.Session) (query.Result, error) {
	rows, o, err := judged(ctx, s)
	if err != nil {
		return nil, err
	}
	byServer := map[string][]row{}
	var servers []string
	for _, r := range rows {
		if !slices.Contains(servers, r.server) {
			servers = append(servers, r.server)
		}
		byServer[r.server] = append(byServer[r.server], r)
	}
	slices.Sort(servers)
	all := make(configs, len(servers))
	for i, server := range servers {
		if all[i], err = configOf(server, byServer[server], o, s.Limit); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// configOf writes one homeserver's steps, at most limit of them.
func configOf(server string, rows []row, o options, limit int) (config, error) {
	steps := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.next == nil })
	steps = steps[:min(limit, len(steps))]
	own := ownNotes(rows)
	if len(steps) == 0 {
		return config{server: server, notes: strings.Join(append([]string{"Nothing to write: no cache of a known factor is advised to change."}, own...), "\n")}, nil
	}
	yaml, err := perCacheFactors(steps, kept(server, rows, o))
	sure, _ := split(steps)
	variables := make([]string, len(sure))
	for i, r := range sure {
		variables[i] = cachecatalogue.EnvironmentKey(r.cache) + "=" + number(*r.next)
	}
	slices.Sort(variables)
	return config{yaml, server, strings.Join(variables, "\n"), strings.Join(append(notes(o), own...), "\n")}, err
}

// kept is the factors that single caches have already, stated or derived from their sizes: a block that replaces the
// old one must not lose them.
func kept(server string, rows []row, o options) map[string]float64 {
	factors := map[string]float64{}
	common, ok := o.common[server]
	for _, r := range rows {
		if factor := r.derived(); ok && factor != nil && *factor != common && r.cache != eventCache && r.made.Resizable {
			factors[cachecatalogue.Key(r.cache)] = *factor
		}
	}
	for key, factor := range o.stated {
		factors[key] = factor
	}
	return factors
}

// ownNotes are of single caches: what per_cache_factors can't say.
func ownNotes(rows []row) (notes []string) {
	for _, r := range rows {
		switch {
		case r.advised() && r.cache == eventCache && r.next == nil:
			notes = append(notes, "*getEvent* is advised to grow, but the block leaves it out. "+r.note+" event_cache_size is an option at the top of homeserver.yaml and needs a restart.")
		case r.next != nil && r.uneven:
			notes = append(notes, r.cache+": processes have different factors, and the step is from the largest. Give each its own configuration file where the others are not to grow as much.")
		case r.advised() && r.next != nil && r.alone != "":
			notes = append(notes, fmt.Sprintf("%s: nearly all of it happens on %s; the step in that process's own configuration or environment alone is enough.", r.cache, r.alone))
		}
	}
	return notes
}

func notes(o options) []string {
	wait := "a day"
	if o.CacheEntryTTL > 0 {
		wait += ", at least " + span(o.CacheEntryTTL) + " after the change,"
	}
	return []string{
		"Merge the block into the section \"caches\" of homeserver.yaml; unknown names are ignored by Synapse without a word.",
		"Send SIGHUP to the main process and to every worker (each reads the file for itself), or restart them; growing loses no entries. Environment variables need a restart.",
		fmt.Sprintf("One step only. Look again after %s at the same hours: if misses did not fall, undo it.", wait),
		"The sizes are per process: memory grows in each. SYNAPSE_CACHE_FACTOR without a cache's name changes nothing in a running Synapse; use caches.global_factor.",
		"Synapse's own words: https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html#caching",
	}
}
