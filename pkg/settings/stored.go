package settings

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// stored is jsonData as Grafana keeps it: every member may be absent.
type stored struct {
	HTTPMethod               string               `json:"httpMethod"`
	ScrapeInterval           string               `json:"scrapeInterval"`
	QueryTimeout             string               `json:"queryTimeout"`
	CacheTTL                 string               `json:"cacheTTL"`
	PostgresHost             string               `json:"postgresHost"`
	PostgresDatabase         string               `json:"postgresDatabase"`
	PostgresUser             string               `json:"postgresUser"`
	PostgresServerName       string               `json:"postgresServerName"`
	PostgresSslMode          string               `json:"postgresSslMode"`
	PostgresMaxConnections   number               `json:"postgresMaxConnections"`
	PostgresStatementTimeout string               `json:"postgresStatementTimeout"`
	PostgresFullPassTimeout  string               `json:"postgresFullPassTimeout"`
	EnableSecureSocksProxy   bool                 `json:"enableSecureSocksProxy"`
	HideRoomsFromViewers     *bool                `json:"hideRoomsFromViewers"`
	CacheEntryTTL            string               `json:"cacheEntryTtl"`
	CacheAutotuning          bool                 `json:"cacheAutotuning"`
	DummyEventsThreshold     number               `json:"dummyEventsThreshold"`
	GlobalCacheFactor        number               `json:"globalCacheFactor"`
	PerCacheFactors          map[string]number    `json:"perCacheFactors"`
	ProcessLabels            labelList            `json:"processLabels"`
	Thresholds               map[string]Threshold `json:"thresholds"`
}

// number takes 3, "3" (provisioning with environment variables makes strings), "" and null.
type number struct{ value *float64 }

func (n *number) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if text == "" || text == "null" {
		return nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return invalidf("%q is not a number", text)
	}
	n.value = &value
	return nil
}

func (n number) or(fallback int) int {
	if n.value == nil {
		return fallback
	}
	return int(*n.value)
}

// labelList takes a list or a comma-separated string.
type labelList []string

func (l *labelList) UnmarshalJSON(raw []byte) error {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		list = strings.Split(text, ",")
	}
	for _, name := range list {
		if name = strings.TrimSpace(name); name != "" {
			*l = append(*l, name)
		}
	}
	return nil
}

func (s stored) withDefaults() (Settings, error) {
	out := Settings{
		HTTPMethod:           or(strings.ToUpper(s.HTTPMethod), "POST"),
		SecureSocksProxy:     s.EnableSecureSocksProxy,
		HideRoomsFromViewers: s.HideRoomsFromViewers == nil || *s.HideRoomsFromViewers,
		ProcessLabels:        s.ProcessLabels,
		Thresholds:           s.Thresholds,
		Postgres: Postgres{
			Host: s.PostgresHost, Database: s.PostgresDatabase, User: s.PostgresUser,
			ServerName:     s.PostgresServerName,
			SSLMode:        or(s.PostgresSslMode, "require"),
			MaxConnections: s.PostgresMaxConnections.or(3),
		},
		Homeserver: Homeserver{
			CacheAutotuning:      s.CacheAutotuning,
			DummyEventsThreshold: s.DummyEventsThreshold.or(10),
			GlobalCacheFactor:    s.GlobalCacheFactor.value,
			PerCacheFactors:      map[string]float64{},
		},
	}
	for name, factor := range s.PerCacheFactors {
		if factor.value != nil {
			out.Homeserver.PerCacheFactors[name] = *factor.value
		}
	}
	return out, s.durations(&out)
}

func (s stored) durations(out *Settings) (err error) {
	read := func(into *time.Duration, key, text, fallback string) {
		if err == nil {
			*into, err = duration(key, text, fallback)
		}
	}
	read(&out.ScrapeInterval, "scrapeInterval", s.ScrapeInterval, "15s")
	read(&out.QueryTimeout, "queryTimeout", s.QueryTimeout, "25s")
	read(&out.CacheTTL, "cacheTTL", s.CacheTTL, or(s.ScrapeInterval, "15s"))
	read(&out.Postgres.StatementTimeout, "postgresStatementTimeout", s.PostgresStatementTimeout, "10s")
	read(&out.Postgres.FullPassTimeout, "postgresFullPassTimeout", s.PostgresFullPassTimeout, "5m")
	read(&out.Homeserver.CacheEntryTTL, "cacheEntryTtl", s.CacheEntryTTL, "30m")
	return err
}

func or(text, fallback string) string {
	if text = strings.TrimSpace(text); text == "" {
		return fallback
	}
	return text
}
