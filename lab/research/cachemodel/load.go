// Package cachemodel measures how well pkg/queries/cachefactors/model predicts: simulated caches whose hit ratio at every
// size is known, as metrics of the smallest of them.
//
// The traces were replayed through Synapse's LruCache, scraped every 15 s; the hit ratios at the other sizes come from an
// exact re-implementation. testdata/test.tar.gz holds the caches that decide, testdata/tuning.tar.gz those that the
// model's constants were found on. Nothing may be tuned on the former.
package cachemodel

import (
	"archive/tar"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/research/cachemodel/traffic"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

// Cache is one simulated cache.
type Cache struct {
	Name       string
	Structured bool // from rooms, sessions, bursts and paging rather than a mixture of distributions
	Loop       bool // half of its traffic or more goes round in a circle
	Series     model.Series
	Window     model.Window
	Base       Size
	Larger     []Size // ascending
	Spec       traffic.Spec
}

// Size is what was measured at one size.
type Size struct {
	Factor   float64 `json:"factor"`
	MaxSize  float64 `json:"max_size"`
	Requests float64 `json:"requests"`
	Hits     float64 `json:"hits"`
}

// HitRatio of the window.
func (s Size) HitRatio() float64 { return s.Hits / s.Requests }

// Set is what one archive holds.
type Set struct {
	TTL       float64
	Caches    []Cache
	Reference map[string]Reference // of the test set only
}

// Reference is what the first implementation of the estimator, in Python, predicts.
type Reference struct {
	Mean, Lo, Hi []float64
	Bound        []float64 `json:"bound_h"`
	Useful       float64   `json:"useful_size_max"`
}

type truth struct {
	TTL        float64 `json:"ttl"`
	BaseFactor float64 `json:"base_factor"`
	Scenarios  map[string]struct {
		Duration    float64 `json:"duration"`
		WindowStart float64 `json:"window_start"`
		Factors     []Size  `json:"factors"`
		Spec        struct {
			traffic.Spec
			Structured bool
		} `json:"spec"`
	} `json:"scenarios"`
}

// Load reads an archive of testdata.
func Load(file string) (*Set, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var known truth
	var reference struct{ Scenarios map[string]Reference }
	series := map[string]model.Series{}
	for archive := tar.NewReader(zip); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch name := path.Base(entry.Name); {
		case name == "truth.json":
			err = json.NewDecoder(archive).Decode(&known)
		case name == "reference_predictions.json":
			err = json.NewDecoder(archive).Decode(&reference)
		case strings.HasSuffix(name, ".csv"):
			series[strings.TrimSuffix(name, ".csv")], err = ReadSeries(archive)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
	return known.set(series, reference.Scenarios), nil
}

func (t truth) set(series map[string]model.Series, reference map[string]Reference) *Set {
	set := &Set{TTL: t.TTL, Reference: reference}
	for name, s := range t.Scenarios {
		c := Cache{
			Name: name, Structured: s.Spec.Structured, Series: series[name],
			Window: model.Window{From: s.WindowStart, To: s.Duration}, Loop: loops(s.Spec.Mix), Spec: s.Spec.Spec,
		}
		for _, size := range s.Factors {
			if size.Factor == t.BaseFactor {
				c.Base = size
			} else {
				c.Larger = append(c.Larger, size)
			}
		}
		set.Caches = append(set.Caches, c)
	}
	slices.SortFunc(set.Caches, func(a, b Cache) int { return strings.Compare(a.Name, b.Name) })
	return set
}

// ReadSeries reads t, requests, hits, evicted_{size,time,invalidation}, entries, max_size.
func ReadSeries(r io.Reader) (s model.Series, err error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return s, err
	}
	columns := []*[]float64{&s.Times, &s.Requests, &s.Hits, &s.EvictedSize, nil, &s.EvictedInvalidation, &s.Entries, &s.MaxSize}
	for _, row := range rows[1:] {
		for i, column := range columns {
			if column == nil {
				continue
			}
			v, err := strconv.ParseFloat(row[i], 64)
			if err != nil {
				return s, err
			}
			*column = append(*column, v)
		}
	}
	return s, nil
}

// Thin keeps every n-th sample, as a slower scrape would.
func Thin(s model.Series, n int) model.Series {
	thin := func(all []float64) []float64 {
		var kept []float64
		for i := 0; i < len(all); i += n {
			kept = append(kept, all[i])
		}
		return kept
	}
	return model.Series{
		Times: thin(s.Times), Requests: thin(s.Requests), Hits: thin(s.Hits), EvictedSize: thin(s.EvictedSize),
		EvictedInvalidation: thin(s.EvictedInvalidation), Entries: thin(s.Entries), MaxSize: thin(s.MaxSize),
	}
}
