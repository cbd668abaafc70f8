package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestRealServer judges what was kept of a real pair (six minutes for each run, Synapse 1.160): no cache avoids more than
// its limit, and who is told to double does well to. The other figures of docs/cache-evaluation.md are printed.
func TestRealServer(t *testing.T) {
	all := recorded(t)
	t.Log("\n" + table(all))
	if len(all) < 60 {
		t.Errorf("%d caches only", len(all))
	}
	for _, multiplier := range []float64{2, 4} {
		s := summarise(all, multiplier, groups[0].belongs)
		if s.above > 0 {
			t.Errorf("%g times: %d caches avoid more than their limit", multiplier, s.above)
		}
		if s.said < 10 || s.right < s.said-1 {
			t.Errorf("%g times: avoids a tenth of the misses, said of %d caches, rightly of %d", multiplier, s.said, s.right)
		}
	}
}

func recorded(t *testing.T) []judged {
	t.Helper()
	*kept = unpacked(t, "testdata/series.tar.gz")
	var runs []seen
	for number := range 4 {
		series, window, err := read(number)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, look(series, window))
	}
	return judge(runs[0], runs[1], runs[2], runs[3])
}

// TestIntervalHolds: of what a real server showed, as many truths lie in the 80% interval as it says, also of the caches that it
// was not fitted to.
func TestIntervalHolds(t *testing.T) {
	all := recorded(t)
	for _, g := range groups[1:] {
		two, four := summarise(all, 2, g.belongs), summarise(all, 4, g.belongs)
		share := float64(two.in+four.in) / float64(two.caches+four.caches)
		t.Logf("%s: %d of %d at 2×, %d of %d at 4×: %.2f", g.name, two.in, two.caches, four.in, four.caches, share)
		if two.caches < 10 || share < .75 || share > .9 {
			t.Errorf("%s: %.2f of the truths lie in the interval", g.name, share)
		}
	}
}

// unpacked is the folder of series in an archive.
func unpacked(t *testing.T, archive string) string {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for entries := tar.NewReader(zip); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return filepath.Join(dir, "series")
		}
		if err != nil {
			t.Fatal(err)
		}
		if entry.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(entries)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, entry.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}
