package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unclear are words that a reader whose English is a second language does not know, or that mean something else beside
// Matrix rooms.
var unclear = regexp.MustCompile(`(?i)\b(lack of room|stands? still|answers? late|anew|dear|at most so many|asked very often|Query type \w+, format)\b`)

func TestTextsHaveNoUnclearWords(t *testing.T) {
	t.Chdir("../..")
	for path, text := range textsForReaders(t) {
		if found := unclear.FindAllString(text, -1); len(found) > 0 {
			t.Errorf("%s says %q: say it in plain words", path, found)
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
