package settings

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// stored is jsonData as Grafana keeps it: every member may be absent.
type stored struct {
	HTTPMethod                 string               `json:"httpMethod"`
	ScrapeInterval             string               `json:"scrapeInterval"`
	QueryTimeout               string               `json:"queryTimeout"`
	CacheTTL                   string               `json:"cacheTTL"`
	PrometheusMaxConcurrent    whole                `json:"prometheusMaxConcurrent"`
	MemoryLimit                whole                `json:"memoryLimit"`
	PostgresHost               string               `json:"postgresHost"`
	PostgresDatabase           string               `json:"postgresDatabase"`
	PostgresUser               string               `json:"postgresUser"`
	PostgresServerName         string               `json:"postgresServerName"`
	PostgresSslMode            string               `json:"postgresSslMode"`
	PostgresMaxConnections     whole                `json:"postgresMaxConnections"`
	PostgresStatementTimeout   string               `json:"postgresStatementTimeout"`
	PostgresFullPassTimeout    string               `json:"postgresFullPassTimeout"`
	PostgresWholeTable         string               `json:"postgresWholeTable"`
	EnableSecureSocksProxy     flag                 `json:"enableSecureSocksProxy"`
	HideRoomsFromViewers       flag                 `json:"hideRoomsFromViewers"`
	HideDestinations           flag                 `json:"hideDestinationsFromViewers"`
	HideRooms                  string               `json:"hideRooms"`
	ShowRoomsToServiceAccounts flag                 `json:"showRoomsToServiceAccounts"`
	CacheEntryTTL              string               `json:"cacheEntryTtl"`
	CacheAutotuning            flag                 `json:"cacheAutotuning"`
	DummyEventsThreshold       whole                `json:"dummyEventsThreshold"`
	GlobalCacheFactor          number               `json:"globalCacheFactor"`
	PerCacheFactors            map[string]number    `json:"perCacheFactors"`
	ProcessLabels              labelList            `json:"processLabels"`
	Thresholds                 map[string]Threshold `json:"thresholds"`
}

// takes says what a setting may be, by its type.
var takes = map[reflect.Type]string{
	reflect.TypeFor[string]():               "a string",
	reflect.TypeFor[flag]():                 "true or false",
	reflect.TypeFor[number]():               "a number of 0 or more",
	reflect.TypeFor[whole]():                "a whole number",
	reflect.TypeFor[map[string]number]():    `numbers of 0 or more by cache name, such as {"*stateGroupCache*": 4}`,
	reflect.TypeFor[labelList]():            `label names, such as ["job", "index"]`,
	reflect.TypeFor[map[string]Threshold](): `limits by check, such as {"reactor-lag": {"warning": 0.6, "critical": 0.9}}`,
}

// Provisioning with environment variables makes strings of everything: number, whole and flag take "3" and "true" as
// well, and hold nil for "" and null.
type (
	number struct{ value *float64 }
	whole  struct{ value *int }
	flag   struct{ value *bool }
)

func (n *number) UnmarshalJSON(raw []byte) (err error) {
	n.value, err = scalar(raw, func(text string) (float64, error) {
		value, err := strconv.ParseFloat(text, 64)
		if err == nil && !(value >= 0 && value <= math.MaxFloat64) {
			return 0, strconv.ErrRange
		}
		return value, err
	})
	return err
}

func (w *whole) UnmarshalJSON(raw []byte) (err error) {
	w.value, err = scalar(raw, strconv.Atoi)
	return err
}

func (f *flag) UnmarshalJSON(raw []byte) (err error) {
	f.value, err = scalar(raw, func(text string) (bool, error) {
		if text != "true" && text != "false" {
			return false, strconv.ErrSyntax
		}
		return text == "true", nil
	})
	return err
}

func scalar[T any](raw []byte, parse func(string) (T, error)) (*T, error) {
	text := strings.TrimSpace(strings.Trim(string(raw), `"`))
	if text == "" || text == "null" {
		return nil, nil
	}
	value, err := parse(text)
	return &value, err
}

func valueOr[T any](value *T, fallback T) T {
	if value == nil {
		return fallback
	}
	return *value
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
		HTTPMethod:       or(strings.ToUpper(s.HTTPMethod), "POST"),
		SecureSocksProxy: valueOr(s.EnableSecureSocksProxy.value, false),
		MaxConcurrent:    valueOr(s.PrometheusMaxConcurrent.value, 6),
		MemoryLimit:      int64(valueOr(s.MemoryLimit.value, 128)) << 20,
		Privacy: Privacy{
			HideRoomsFromViewers:        valueOr(s.HideRoomsFromViewers.value, true),
			HideDestinationsFromViewers: valueOr(s.HideDestinations.value, true),
			HideRooms:                   or(s.HideRooms, "viewers"),
			ShowRoomsToServiceAccounts:  valueOr(s.ShowRoomsToServiceAccounts.value, false),
		},
		ProcessLabels: s.ProcessLabels,
		Thresholds:    s.Thresholds,
		Postgres: Postgres{
			Host: or(s.PostgresHost, ""), Database: or(s.PostgresDatabase, ""), User: or(s.PostgresUser, ""),
			ServerName:     or(s.PostgresServerName, ""),
			SSLMode:        or(s.PostgresSslMode, "require"),
			MaxConnections: valueOr(s.PostgresMaxConnections.value, 3),
			WholeTable:     or(s.PostgresWholeTable, WholeTableBackground),
		},
		Homeserver: Homeserver{
			CacheAutotuning:      valueOr(s.CacheAutotuning.value, false),
			DummyEventsThreshold: valueOr(s.DummyEventsThreshold.value, 10),
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
	read := func(into *time.Duration, failed *error, key, text, fallback string) {
		if *failed == nil {
			*into, *failed = duration(key, text, fallback)
		}
	}
	read(&out.ScrapeInterval, &err, "scrapeInterval", s.ScrapeInterval, "15s")
	read(&out.QueryTimeout, &err, "queryTimeout", s.QueryTimeout, "25s")
	read(&out.CacheTTL, &err, "cacheTTL", s.CacheTTL, or(s.ScrapeInterval, "15s"))
	read(&out.Homeserver.CacheEntryTTL, &err, "cacheEntryTtl", s.CacheEntryTTL, "30m")
	p := &out.Postgres
	read(&p.StatementTimeout, &p.Unusable, "postgresStatementTimeout", s.PostgresStatementTimeout, "10s")
	read(&p.FullPassTimeout, &p.Unusable, "postgresFullPassTimeout", s.PostgresFullPassTimeout, "5m")
	return err
}

func or(text, fallback string) string {
	if text = strings.TrimSpace(text); text == "" {
		return fallback
	}
	return text
}
