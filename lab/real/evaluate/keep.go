package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

// keep writes the series of a homeserver's caches, one file each, with times from the window's begin.
func (e experiment) keep(server int, all map[string]*model.Series, window model.Window) error {
	if *raw == "" {
		return nil
	}
	folder := filepath.Join(*raw, strconv.Itoa(e.number), strconv.Itoa(server))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, s := range all {
		if err := write(filepath.Join(folder, name+".csv"), s, window.From); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, s *model.Series, from float64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // Flush tells
	w := csv.NewWriter(file)
	rows := [][]string{{"t", "requests", "hits", "evicted_size", "evicted_time", "evicted_invalidation", "entries", "max_size"}}
	nothing := make([]float64, len(s.Times)) // an LRU cache evicts nothing for its time
	for i, t := range s.Times {
		row := []string{strconv.FormatFloat(t-from, 'f', 3, 64)}
		for _, column := range [][]float64{s.Requests, s.Hits, s.EvictedSize, nothing, s.EvictedInvalidation, s.Entries, s.MaxSize} {
			row = append(row, strconv.FormatFloat(column[i], 'f', -1, 64))
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return file.Sync()
}
