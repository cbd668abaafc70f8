// Package settings reads what an admin configured: unmarshal, then defaults, then validate. Secrets have a type of
// their own that nothing prints. Keys and defaults are public API.
package settings

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"
)

// Settings are the data source's settings, with defaults filled in and checked. Everybody uses them as they are.
type Settings struct {
	// DatasourceUID is the data source's own: part of every pseudonym.
	DatasourceUID  string
	URL            string
	HTTPMethod     string
	ScrapeInterval time.Duration
	QueryTimeout   time.Duration
	CacheTTL       time.Duration
	// MaxConcurrent is how many requests are under way at Prometheus at a time.
	MaxConcurrent int
	// MemoryLimit is how many bytes kept and decoded answers may take.
	MemoryLimit      int64
	Postgres         Postgres
	SecureSocksProxy bool
	Privacy          Privacy
	Homeserver       Homeserver
	ProcessLabels    []string
	Thresholds       map[string]Threshold
}

// Postgres is where Synapse's database is; Configured tells whether there is one.
type Postgres struct {
	// Unusable is an Invalid where one of these settings is; all that Prometheus tells works nevertheless.
	Unusable             error
	Host, Database, User string
	ServerName           string
	SSLMode              string
	MaxConnections       int
	StatementTimeout     time.Duration
	FullPassTimeout      time.Duration
	// WholeTable says which statements that read a whole table may run: WholeTableAll, WholeTableBackground or WholeTableNone.
	WholeTable string
	// Certificates and keys are PEM text, used in memory. Without a CA the system's authorities are trusted.
	Password, CACert, ClientCert, ClientKey Secret
}

// The values of Postgres.WholeTable.
const (
	WholeTableAll        = "all"
	WholeTableBackground = "background"
	WholeTableNone       = "none"
)

// Configured tells that any of host, database and user is filled in.
func (p Postgres) Configured() bool { return p.Host != "" || p.Database != "" || p.User != "" }

// Everyone is the value of HideRooms that hides rooms from all.
const Everyone = "everyone"

// Privacy is who may see rooms and other homeservers.
type Privacy struct {
	HideRoomsFromViewers        bool
	HideDestinationsFromViewers bool
	HideRooms                   string // viewers or Everyone
	ShowRoomsToServiceAccounts  bool
	PseudonymKey                Secret // empty: none
}

// Secret is one secret text. Nothing prints or encodes it.
type Secret string

// Format keeps the secret out of every log line, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "hidden") }

// MarshalText keeps the secret out of every encoding.
func (Secret) MarshalText() ([]byte, error) { return []byte("hidden"), nil }

// Homeserver is what homeserver.yaml says and no metric tells.
type Homeserver struct {
	CacheEntryTTL        time.Duration // 0: expire_caches is false
	CacheAutotuning      bool
	DummyEventsThreshold int
	GlobalCacheFactor    *float64
	PerCacheFactors      map[string]float64
}

// Threshold overrides one check; nil keeps its default.
type Threshold struct {
	Warning  *float64 `json:"warning"`
	Critical *float64 `json:"critical"`
}

// Invalid is a setting that can't be used; the text names it, its value and what it takes.
type Invalid struct{ Message string }

func (e *Invalid) Error() string { return e.Message }

func invalidf(format string, args ...any) error { return &Invalid{fmt.Sprintf(format, args...)} }

// Load makes Settings from what Grafana stores. Every error is an Invalid. What is wrong with PostgreSQL's settings alone
// is no error, but their Unusable.
func Load(uid, url string, jsonData []byte, secrets map[string]string) (Settings, error) {
	stored, unusable, err := unmarshal(jsonData)
	if err != nil {
		return Settings{}, err
	}
	s, err := stored.withDefaults()
	if err != nil {
		return Settings{}, err
	}
	s.DatasourceUID, s.URL = uid, strings.TrimSpace(url)
	s.Privacy.PseudonymKey = Secret(secrets["pseudonymKey"])
	s.Postgres.Password, s.Postgres.CACert = Secret(secrets["postgresPassword"]), Secret(secrets["postgresTlsCaCert"])
	s.Postgres.ClientCert, s.Postgres.ClientKey = Secret(secrets["postgresTlsClientCert"]), Secret(secrets["postgresTlsClientKey"])
	switch {
	case !s.Postgres.Configured():
		s.Postgres.Unusable = nil // leftovers say nothing
	case unusable != nil:
		s.Postgres.Unusable = unusable
	case s.Postgres.Unusable == nil:
		s.Postgres.Unusable = s.Postgres.validate()
	}
	return s, s.validate()
}

// unmarshal reads each key by itself, so that an error names the key, its value and what it takes. One of PostgreSQL's
// keys is unusable instead.
func unmarshal(jsonData []byte) (s stored, unusable, err error) {
	if len(jsonData) == 0 {
		return s, nil, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(jsonData, &members); err != nil {
		return s, nil, invalidf("The data source settings can't be read. Open the data source's settings and save them again.")
	}
	fields := reflect.ValueOf(&s).Elem()
	for i := range fields.NumField() {
		key := fields.Type().Field(i).Tag.Get("json")
		raw, there := members[key]
		if !there {
			continue
		}
		if json.Unmarshal(raw, fields.Field(i).Addr().Interface()) == nil {
			continue
		}
		invalid := invalidf("The setting %s is %s; it takes %s.", key, raw, takes[fields.Type().Field(i).Type])
		if !strings.HasPrefix(key, "postgres") {
			return s, nil, invalid
		}
		unusable = cmp.Or(unusable, invalid)
	}
	return s, unusable, nil
}

func duration(key, text, fallback string) (time.Duration, error) {
	text = or(text, fallback)
	d, err := gtime.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, invalidf("The setting %s is %q; it takes a duration such as 15s or 5m.", key, text)
	}
	return d, nil
}
