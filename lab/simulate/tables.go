package simulate

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
)

//go:embed model/*.csv
var modelFiles embed.FS

// modelTables say how busy the server is; the planted problems have been applied to them.
type modelTables struct {
	caches, transactions, requests, backgroundProcesses, blocks []row
}

// row is one line of a table, by column name.
type row map[string]string

func loadModel(profile Profile) (*modelTables, error) {
	m := &modelTables{}
	for name, into := range map[string]*[]row{
		"caches": &m.caches, "transactions": &m.transactions, "requests": &m.requests,
		"background_processes": &m.backgroundProcesses, "blocks": &m.blocks,
	} {
		rows, err := loadTable("model/" + name + ".csv")
		if err != nil {
			return nil, err
		}
		*into = rows
	}
	if profile == Troubled {
		return m, plantProblems(m)
	}
	return m, nil
}

func loadTable(path string) ([]row, error) {
	file, err := modelFiles.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // embedded
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var rows []row
	for _, record := range records[1:] {
		one := row{}
		for i, column := range records[0] {
			one[column] = record[i]
		}
		rows = append(rows, one)
	}
	return rows, nil
}

// number reads a column that must hold one; the first failure is kept in err.
func (r row) number(column string, err *error) float64 {
	value, failed := strconv.ParseFloat(r[column], 64)
	if failed != nil && *err == nil {
		*err = fmt.Errorf("column %s of %v: %w", column, r, failed)
	}
	return value
}

// find returns the row whose column has this value.
func find(rows []row, column, value string) (row, error) {
	for _, r := range rows {
		if r[column] == value {
			return r, nil
		}
	}
	return nil, fmt.Errorf("the model has no %s %q", column, value)
}
