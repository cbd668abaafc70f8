package cachefactors

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// perCacheFactors writes the block with names as Synapse compares them, so that none needs quotes, and a comment that
// says what each line rests on. What nothing proves yet stands below as comments: pasting the block changes only what
// is worth it for sure, and a try is made one cache at a time.
func perCacheFactors(steps []row, kept map[string]float64) (string, error) {
	sure, tries := split(steps)
	block, err := activeFactors(sure, kept)
	if err != nil || len(tries) == 0 {
		return block, err
	}
	lines := []string{strings.TrimRight(block, "\n"), "    # To try, one at a time; undo it if misses do not fall:"}
	for _, r := range tries {
		lines = append(lines, fmt.Sprintf("    # %s: %s # %s, now %s: %s", caches.ConfigKey(r.Cache), plain(*r.factor.Next), r.Verdict, plain(*r.factor.Current), r.promise()))
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// split parts what is worth it from what is a try.
func split(steps []row) (sure, tries []row) {
	for _, r := range steps {
		if r.Verdict == caches.Raise || r.Verdict == caches.Lower {
			sure = append(sure, r)
		} else {
			tries = append(tries, r)
		}
	}
	return sure, tries
}

func activeFactors(steps []row, kept map[string]float64) (string, error) {
	factors := yaml.MapSlice{}
	comments := yaml.CommentMap{}
	add := func(key string, factor float64, comment string) {
		factors = append(factors, yaml.MapItem{Key: key, Value: factor})
		comments["$.caches.per_cache_factors."+key] = []*yaml.Comment{yaml.LineComment(" " + comment)}
	}
	for _, r := range steps {
		key := caches.ConfigKey(r.Cache)
		delete(kept, key)
		add(key, *r.factor.Next, fmt.Sprintf("%s, now %s: %s", r.Verdict, plain(*r.factor.Current), r.promise()))
	}
	for key, factor := range kept {
		add(key, factor, "as it is now")
	}
	slices.SortFunc(factors, func(a, b yaml.MapItem) int { return cmp.Compare(a.Key.(string), b.Key.(string)) })
	if len(factors) == 0 {
		return "caches:\n  per_cache_factors:\n", nil
	}
	block := yaml.MapSlice{{Key: "caches", Value: yaml.MapSlice{{Key: "per_cache_factors", Value: factors}}}}
	text, err := yaml.MarshalWithOptions(block, yaml.WithComment(comments))
	return string(text), err
}

// plain is a factor as it is typed.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
