package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"

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

func columns(s *model.Series) []*[]float64 {
	var nothing []float64 // an LRU cache evicts nothing for its time
	return []*[]float64{&s.Times, &s.Requests, &s.Hits, &s.EvictedSize, &nothing, &s.EvictedInvalidation, &s.Entries, &s.MaxSize}
}

func write(path string, s *model.Series, from float64) error {
	rows := [][]string{{"t", "requests", "hits", "evicted_size", "evicted_time", "evicted_invalidation", "entries", "max_size"}}
	for i, t := range s.Times {
		row := []string{strconv.FormatFloat(t-from, 'f', 3, 64)}
		for _, column := range columns(s)[1:] {
			v := 0.0
			if i < len(*column) {
				v = (*column)[i]
			}
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
			of[server][strings.TrimSuffix(filepath.Base(path), ".csv")] = s
			window.To = max(window.To, s.Times[len(s.Times)-1])
		}
	}
	return of, window, nil
}

func readSeries(path string) (*model.Series, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	s := &model.Series{}
	for _, row := range rows[1:] {
		for i, column := range columns(s) {
			v, err := strconv.ParseFloat(row[i], 64)
			if err != nil {
				return nil, err
			}
			*column = append(*column, v)
		}
	}
	return s, nil
}
