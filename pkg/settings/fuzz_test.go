package settings

import (
	"errors"
	"slices"
	"testing"
)

// FuzzLoad: whatever is stored, the settings are usable or say what is wrong with them.
func FuzzLoad(f *testing.F) {
	for _, stored := range []string{
		`{}`, `{"scrapeInterval":"1m","queryTimeout":"40s","cacheTTL":"0s"}`, `{"postgresHost":"db:5432","postgresDatabase":"synapse","postgresUser":"g","postgresWholeTable":"none"}`,
		`{"thresholds":{"reactor-lag":{"warning":0.6}},"processLabels":"a,b"}`, `{"perCacheFactors":{"getevent":"4"}}`, `{"cacheEntryTtl":-1}`, `[]`, `{"queryTimeout":1e400}`, "\xff",
	} {
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		s, err := Load("uid", "http://localhost:9090", []byte(stored), map[string]string{"postgresPassword": "s3cret"})
		if invalid := (*Invalid)(nil); err != nil {
			if !errors.As(err, &invalid) || invalid.Error() == "" {
				t.Errorf("%q: %v", stored, err)
			}
			return
		}
		if s.QueryTimeout <= 0 || s.ScrapeInterval <= 0 || s.CacheTTL < 0 || s.MaxConcurrent < 1 || s.MemoryLimit <= 0 {
			t.Errorf("%q: %+v", stored, s)
		}
		if p := s.Postgres; p.Configured() && p.Unusable == nil && (p.StatementTimeout <= 0 || p.FullPassTimeout <= 0 || p.MaxConnections < 2 ||
			!slices.Contains([]string{WholeTableAll, WholeTableBackground, WholeTableNone}, p.WholeTable)) {
			t.Errorf("%q: %+v", stored, p)
		}
	})
}
