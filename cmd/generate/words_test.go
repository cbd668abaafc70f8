package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unclear are words that a reader whose English is a second language does not know, or that mean something else beside
// Matrix rooms.
var unclear = regexp.MustCompile(`(?i)\b(lack of room|stands? still|answers? late|anew|dear|at most so many|asked very often|Query type \w+, format)\b`)

// beingRewritten are texts that still have such words. One that has none any more must leave the list.
var beingRewritten = []string{"pkg/queries/transactions/", "pkg/synapse/tablestats/", "pkg/synapse/metriccatalogue/"}

func TestTextsHaveNoUnclearWords(t *testing.T) {
	t.Chdir("../..")
	seen := map[string]bool{}
	for path, text := range textsForReaders(t) {
		found := unclear.FindAllString(text, -1)
		if len(found) == 0 {
			continue
		}
		at := slices.IndexFunc(beingRewritten, func(known string) bool { return strings.HasPrefix(path, known) })
		if at < 0 {
			t.Errorf("%s says %q: say it in plain words", path, found)
			continue
		}
		seen[beingRewritten[at]] = true
	}
	for _, known := range beingRewritten {
		if !seen[known] {
			t.Errorf("%s has no unclear words any more: take it off the list", known)
		}
	}
}

// textsForReaders are the pages and files that people read, and every text in the back end's code: errors, notices, evidence.
func textsForReaders(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{
		"*.md", "docs/*.md", "docs/*/*.md", "provisioning/*/*.yaml", "provisioning/*/*/*.json", "src/generated/*.json", "src/*.ts", "src/components/*/*.tsx",
	} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(raw)
		}
	}
	for path, sentences := range sentencesOf(t, "pkg") {
		texts[path] = strings.Join(sentences, "\n")
	}
	return texts
}
