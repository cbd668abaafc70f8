package caches

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"slices"
	"strconv"
)

//go:embed caches.csv
var cachesCSV []byte

//go:embed transactions.csv
var transactionsCSV []byte

var (
	caches          = readCaches()
	byCache, byDesc = readTransactions()
)

func readCaches() map[string]Cache {
	all := map[string]Cache{}
	for _, r := range records(cachesCSV) {
		c := Cache{
			Name: r["name"], Kind: Kind(r["kind"]), Resizable: r["resizable"] == "yes",
			MaxSizeExported: r["max_size_exported"] == "yes", CountsItems: r["counts"] == "items", Keys: Keys(r["keys"]),
		}
		if size := r["base_size"]; size != "" {
			base, err := strconv.ParseFloat(size, 64)
			if err != nil {
				panic("caches.csv: " + c.Name + ": " + err.Error())
			}
			c.BaseSize = base
		}
		all[c.Name] = c
	}
	return all
}

func readTransactions() (byCache, byDesc map[string][]Transaction) {
	byCache, byDesc = map[string][]Transaction{}, map[string][]Transaction{}
	for _, r := range records(transactionsCSV) {
		t := Transaction{r["cache"], r["transaction"], Confidence(r["confidence"]), r["batched"] == "yes"}
		byCache[t.Cache] = append(byCache[t.Cache], t)
		byDesc[t.Desc] = append(byDesc[t.Desc], t)
	}
	for _, list := range byDesc {
		slices.SortStableFunc(list, likelierGuard)
	}
	return byCache, byDesc
}

var rank = map[Confidence]int{High: 0, Medium: 1, Low: 2}

func likelierGuard(a, b Transaction) int {
	named := func(t Transaction) int {
		if t.Cache == t.Desc {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank[a.Confidence], rank[b.Confidence]), cmp.Compare(named(a), named(b)), cmp.Compare(a.Cache, b.Cache))
}

// records reads a CSV with a header and # comments into one map per line.
func records(raw []byte) []map[string]string {
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.Comment = '#'
	lines, err := reader.ReadAll()
	if err != nil {
		panic("the cache catalogue can't be read: " + err.Error())
	}
	all := make([]map[string]string, 0, len(lines)-1)
	for _, line := range lines[1:] {
		record := map[string]string{}
		for i, name := range lines[0] {
			record[name] = line[i]
		}
		all = append(all, record)
	}
	return all
}
