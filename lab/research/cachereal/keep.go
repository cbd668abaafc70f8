package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/research/cachemodel"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

// The series of a run lie in a folder for each homeserver, a file for each cache, in the format of cachemodel's sets.

func folder(run, server int) string {
	return filepath.Join(*kept, strconv.Itoa(run), strconv.Itoa(server))
}

// keep writes a run, with times from the begin of the window.
func keep(run int, of [2]map[string]*model.Series, from float64) error {
	for server, all := range of {
		if err := os.MkdirAll(folder(run, server), 0o755); err != nil {
			return err
		}
		for name, s := range all {
			if err := write(filepath.Join(folder(run, server), name+".csv"), s, from); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(path string, s *model.Series, from float64) error {
	rows := [][]string{{"t", "requests", "hits", "evicted_size", "evicted_time", "evicted_invalidation", "entries", "max_size"}}
	for i, t := range s.Times {
		const forItsTime = 0 // an LRU cache evicts nothing for it
		row := []string{strconv.FormatFloat(t-from, 'f', 3, 64)}
		for _, v := range []float64{s.Requests[i], s.Hits[i], s.EvictedSize[i], forItsTime, s.EvictedInvalidation[i], s.Entries[i], s.MaxSize[i]} {
			row = append(row, strconv.FormatFloat(v, 'f', -1, 64))
		}
		rows = append(rows, row)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := csv.NewWriter(file).WriteAll(rows); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// read is a run that was kept, and its window.
func read(run int) (of [2]map[string]*model.Series, window model.Window, err error) {
	for server := range of {
		of[server] = map[string]*model.Series{}
		files, err := filepath.Glob(filepath.Join(folder(run, server), "*.csv"))
		if err != nil {
			return of, window, err
		}
		for _, path := range files {
			s, err := readSeries(path)
			if err != nil {
				return of, window, err
			}
			of[server][strings.TrimSuffix(filepath.Base(path), ".csv")] = &s
			window.To = max(window.To, s.Times[len(s.Times)-1])
		}
	}
	return of, window, nil
}

func readSeries(path string) (model.Series, error) {
	file, err := os.Open(path)
	if err != nil {
		return model.Series{}, err
	}
	defer file.Close()
	return cachemodel.ReadSeries(file)
}
