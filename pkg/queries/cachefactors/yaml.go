package cachefactors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// perCacheFactors writes the block with names as Synapse compares them, so that none needs quotes, and a comment that
// says what each line rests on. What nothing proves yet stands below as comments: pasting the block changes only what
// the facts speak for, and a try is made one cache at a time.
func perCacheFactors(steps []row, kept map[string]float64) (string, error) {
	sure, tries := split(steps)
	block, err := activeFactors(sure, kept)
	if err != nil || len(tries) == 0 {
		return block, err
	}
	lines := []string{strings.TrimRight(block, "\n"), "    # To try, one at a time, and to undo if misses do not fall:"}
	for _, r := range tries {
		lines = append(lines, fmt.Sprintf("    # %s: %s # %s, now %s: %s", cachecatalogue.Key(r.cache), number(*r.next), r.verdict, number(*r.current), r.promise()))
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// split parts what the facts speak for from what is a try.
func split(steps []row) (sure, tries []row) {
	for _, r := range steps {
		if r.verdict == raise || r.verdict == lower {
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
		key := cachecatalogue.Key(r.cache)
		delete(kept, key)
		add(key, *r.next, fmt.Sprintf("%s, now %s: %s", r.verdict, number(*r.current), r.promise()))
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

// promise is what the step can bring, for the line's comment.
func (r row) promise() string {
	if r.verdict == lower {
		return "costs " + r.missesAt(r.hits) + " at most"
	}
	if r.atMost == nil {
		return r.missing() + ", nothing proved"
	}
	return "at most " + r.avoidable() + " avoidable"
}
