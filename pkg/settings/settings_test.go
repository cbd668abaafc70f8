package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const address = "http://prometheus:9090"

func load(t *testing.T, jsonData string) Settings {
	t.Helper()
	s, err := Load("", address, []byte(jsonData), nil)
	if err != nil {
		t.Fatalf("%s: %v", jsonData, err)
	}
	return s
}

// The defaults are public API.
func TestDefaults(t *testing.T) {
	want := Settings{
		URL: address, HTTPMethod: "POST", ScrapeInterval: 15 * time.Second, QueryTimeout: 25 * time.Second,
		CacheTTL: 15 * time.Second, MaxConcurrent: 6, MemoryLimit: 128 << 20,
		Privacy: Privacy{HideRoomsFromViewers: true, HideDestinationsFromViewers: true, HideRooms: "viewers"},
		Postgres: Postgres{
			SSLMode: "require", MaxConnections: 3, StatementTimeout: 10 * time.Second, FullPassTimeout: 5 * time.Minute, WholeTable: "background",
		},
		Homeserver: Homeserver{CacheEntryTTL: 30 * time.Minute, DummyEventsThreshold: 10, PerCacheFactors: map[string]float64{}},
	}
	for _, jsonData := range []string{``, `null`, `{}`, `{"somebody":"else's"}`,
		`{"httpMethod":"","scrapeInterval":"","cacheTTL":"","prometheusMaxConcurrent":"","memoryLimit":null,"postgresMaxConnections":null,"postgresSslMode":" ","hideRoomsFromViewers":null,
		  "hideDestinationsFromViewers":"","hideRooms":" ","showRoomsToServiceAccounts":null,
		  "globalCacheFactor":"","perCacheFactors":null,"processLabels":"","thresholds":null,"cacheEntryTtl":"","dummyEventsThreshold":""}`,
	} {
		if diff := cmp.Diff(want, load(t, jsonData)); diff != "" {
			t.Errorf("%s: %s", jsonData, diff)
		}
	}
	if load(t, `{}`).Postgres.Configured() {
		t.Error("PostgreSQL is configured by default")
	}
}

func TestEverySetting(t *testing.T) {
	factor, warning := 2.5, 0.6
	want := Settings{
		URL: address, HTTPMethod: "GET", ScrapeInterval: time.Minute, QueryTimeout: 40 * time.Second, CacheTTL: 0, MaxConcurrent: 12, MemoryLimit: 256 << 20,
		SecureSocksProxy: true,
		Privacy:          Privacy{HideRooms: Everyone, ShowRoomsToServiceAccounts: true, PseudonymKey: "exactly sixteen!"},
		Postgres: Postgres{
			Host: "/var/run/postgresql", Database: "synapse", User: "grafana", ServerName: "example.org", SSLMode: "verify-full",
			MaxConnections: 5, StatementTimeout: 30 * time.Second, FullPassTimeout: 10 * time.Minute, WholeTable: "none",
			Password: "p", CACert: "ca", ClientCert: "cert", ClientKey: "key",
		},
		Homeserver: Homeserver{
			CacheEntryTTL: 0, CacheAutotuning: true, DummyEventsThreshold: 20, GlobalCacheFactor: &factor,
			PerCacheFactors: map[string]float64{"getevent": 4},
		},
		ProcessLabels: []string{"namespace", "pod"},
		Thresholds:    map[string]Threshold{"reactor-lag": {Warning: &warning}},
	}
	secrets := map[string]string{
		"postgresPassword": "p", "postgresTlsCaCert": "ca", "postgresTlsClientCert": "cert", "postgresTlsClientKey": "key",
		"pseudonymKey": "exactly sixteen!",
	}
	// As the editor stores them, and as provisioning with environment variables writes them: everything is a string.
	for _, jsonData := range []string{
		`{"httpMethod":"get","scrapeInterval":"1m","queryTimeout":"40s","cacheTTL":"0s","prometheusMaxConcurrent":12,"memoryLimit":256,"enableSecureSocksProxy":true,
		  "hideRoomsFromViewers":false,"hideDestinationsFromViewers":false,"hideRooms":"everyone","showRoomsToServiceAccounts":true,"postgresHost":"/var/run/postgresql","postgresDatabase":"synapse","postgresUser":"grafana",
		  "postgresServerName":"example.org","postgresSslMode":"verify-full","postgresMaxConnections":5,
		  "postgresStatementTimeout":"30s","postgresFullPassTimeout":"10m","postgresWholeTable":"none","cacheEntryTtl":"0s","cacheAutotuning":true,
		  "dummyEventsThreshold":20,"globalCacheFactor":2.5,"perCacheFactors":{"getevent":4},"processLabels":["namespace","pod"],
		  "thresholds":{"reactor-lag":{"warning":0.6}}}`,
		`{"httpMethod":"GET","scrapeInterval":" 60s ","queryTimeout":"40s","cacheTTL":"0s","prometheusMaxConcurrent":"12","memoryLimit":"256","enableSecureSocksProxy":"true",
		  "hideRoomsFromViewers":"false","hideDestinationsFromViewers":"false","hideRooms":" everyone","showRoomsToServiceAccounts":"true","postgresHost":" /var/run/postgresql","postgresDatabase":"synapse ","postgresUser":"grafana",
		  "postgresServerName":"example.org","postgresSslMode":"verify-full","postgresMaxConnections":"5",
		  "postgresStatementTimeout":"30s","postgresFullPassTimeout":"10m","postgresWholeTable":" none ","cacheEntryTtl":"0s","cacheAutotuning":"true",
		  "dummyEventsThreshold":"20","globalCacheFactor":"2.5","perCacheFactors":{"getevent":"4","empty":""},
		  "processLabels":"namespace, pod,","thresholds":{"reactor-lag":{"warning":0.6}}}`,
	} {
		got, err := Load("", address, []byte(jsonData), secrets)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestCacheTTLFollowsTheScrapes(t *testing.T) {
	for jsonData, want := range map[string]time.Duration{
		`{"scrapeInterval":"1m"}`:                 time.Minute,
		`{"scrapeInterval":"1m","cacheTTL":"5s"}`: 5 * time.Second,
		`{"scrapeInterval":"1m","cacheTTL":"0s"}`: 0,
		`{"cacheTTL":"1h"}`:                       time.Hour,
	} {
		if got := load(t, jsonData).CacheTTL; got != want {
			t.Errorf("%s: %s, want %s", jsonData, got, want)
		}
	}
}

func TestInvalid(t *testing.T) {
	for jsonData, want := range map[string]string{
		`[`:                                  `The data source settings can't be read. Open the data source's settings and save them again.`,
		`[]`:                                 `The data source settings can't be read. Open the data source's settings and save them again.`,
		`{"httpMethod":"PUT"}`:               `The setting httpMethod is "PUT"; it takes POST or GET.`,
		`{"httpMethod":7}`:                   `The setting httpMethod is 7; it takes a string.`,
		`{"scrapeInterval":"soon"}`:          `The setting scrapeInterval is "soon"; it takes a duration such as 15s or 5m.`,
		`{"scrapeInterval":15}`:              `The setting scrapeInterval is 15; it takes a string.`,
		`{"scrapeInterval":"10ms"}`:          `The setting scrapeInterval is 10ms; it takes one second to one day.`,
		`{"scrapeInterval":"100y"}`:          `The setting scrapeInterval is 876600h0m0s; it takes one second to one day.`,
		`{"scrapeInterval":"-15s"}`:          `The setting scrapeInterval is "-15s"; it takes a duration such as 15s or 5m.`,
		`{"queryTimeout":"0s"}`:              `The setting queryTimeout is 0s; it takes one second or more.`,
		`{"queryTimeout":"25"}`:              `The setting queryTimeout is "25"; it takes a duration such as 15s or 5m.`,
		`{"cacheTTL":"x"}`:                   `The setting cacheTTL is "x"; it takes a duration such as 15s or 5m.`,
		`{"cacheEntryTtl":"forever"}`:        `The setting cacheEntryTtl is "forever"; it takes a duration such as 15s or 5m.`,
		`{"hideRoomsFromViewers":"maybe"}`:   `The setting hideRoomsFromViewers is "maybe"; it takes true or false.`,
		`{"hideDestinationsFromViewers":1}`:  `The setting hideDestinationsFromViewers is 1; it takes true or false.`,
		`{"showRoomsToServiceAccounts":"x"}`: `The setting showRoomsToServiceAccounts is "x"; it takes true or false.`,
		`{"hideRooms":"nobody"}`:             `The setting hideRooms is "nobody"; it takes viewers or everyone.`,
		`{"hideRooms":true}`:                 `The setting hideRooms is true; it takes a string.`,
		`{"cacheAutotuning":1}`:              `The setting cacheAutotuning is 1; it takes true or false.`,
		`{"enableSecureSocksProxy":"on"}`:    `The setting enableSecureSocksProxy is "on"; it takes true or false.`,
		`{"dummyEventsThreshold":0}`:         `The setting dummyEventsThreshold is 0; it takes 1 or more.`,
		`{"dummyEventsThreshold":2.5}`:       `The setting dummyEventsThreshold is 2.5; it takes a whole number.`,
		`{"dummyEventsThreshold":"ten"}`:     `The setting dummyEventsThreshold is "ten"; it takes a whole number.`,
		`{"globalCacheFactor":-1}`:           `The setting globalCacheFactor is -1; it takes a number of 0 or more.`,
		`{"globalCacheFactor":"NaN"}`:        `The setting globalCacheFactor is "NaN"; it takes a number of 0 or more.`,
		`{"globalCacheFactor":"Inf"}`:        `The setting globalCacheFactor is "Inf"; it takes a number of 0 or more.`,
		`{"globalCacheFactor":{}}`:           `The setting globalCacheFactor is {}; it takes a number of 0 or more.`,
		`{"perCacheFactors":{"a":"b"}}`:      `The setting perCacheFactors is {"a":"b"}; it takes numbers of 0 or more by cache name, such as {"*stateGroupCache*": 4}.`,
		`{"perCacheFactors":[1]}`:            `The setting perCacheFactors is [1]; it takes numbers of 0 or more by cache name, such as {"*stateGroupCache*": 4}.`,
		`{"processLabels":5}`:                `The setting processLabels is 5; it takes label names, such as ["job", "index"].`,
		`{"processLabels":["a b"]}`:          `The setting processLabels names "a b", which is not a Prometheus label.`,
		`{"thresholds":{"x":3}}`:             `The setting thresholds is {"x":3}; it takes limits by check, such as {"reactor-lag": {"warning": 0.6, "critical": 0.9}}.`,
	} {
		_, err := Load("", address, []byte(jsonData), nil)
		if invalid := (*Invalid)(nil); !errors.As(err, &invalid) {
			t.Errorf("%s: %v is no Invalid", jsonData, err)
		} else if err.Error() != want {
			t.Errorf("%s:\n got %s\nwant %s", jsonData, err, want)
		}
	}
}

// A mistake in PostgreSQL's settings is PostgreSQL's alone: what Prometheus tells goes on.
func TestUnusablePostgres(t *testing.T) {
	const postgres = `"postgresHost":"h","postgresDatabase":"d","postgresUser":"u"`
	for jsonData, want := range map[string]string{
		`{"postgresHost":"h"}`:                                                     `PostgreSQL is half configured: database and user missing. Fill it in, or empty all three to use Prometheus alone.`,
		`{"postgresUser":"u","postgresDatabase":"d"}`:                              `PostgreSQL is half configured: host missing. Fill it in, or empty all three to use Prometheus alone.`,
		`{` + postgres + `,"postgresSslMode":"prefer"}`:                            `The setting postgresSslMode is "prefer"; it takes disable, require, verify-ca, verify-full.`,
		`{` + postgres + `,"postgresMaxConnections":0}`:                            `The setting postgresMaxConnections is 0; it takes 2 to 20, because the count in the background uses one. A few are enough: 3 is the default.`,
		`{` + postgres + `,"postgresMaxConnections":"x"}`:                          `The setting postgresMaxConnections is "x"; it takes a whole number.`,
		`{` + postgres + `,"postgresMaxConnections":1}`:                            `The setting postgresMaxConnections is 1; it takes 2 to 20, because the count in the background uses one. A few are enough: 3 is the default.`,
		`{` + postgres + `,"postgresMaxConnections":21}`:                           `The setting postgresMaxConnections is 21; it takes 2 to 20, because the count in the background uses one. A few are enough: 3 is the default.`,
		`{` + postgres + `,"postgresStatementTimeout":"0s"}`:                       `postgresStatementTimeout and postgresFullPassTimeout must be longer than 0s: every statement needs a time limit.`,
		`{` + postgres + `,"postgresStatementTimeout":"soon"}`:                     `The setting postgresStatementTimeout is "soon"; it takes a duration such as 15s or 5m.`,
		`{` + postgres + `,"postgresFullPassTimeout":"-1s"}`:                       `The setting postgresFullPassTimeout is "-1s"; it takes a duration such as 15s or 5m.`,
		`{` + postgres + `,"postgresWholeTable":"some"}`:                           `The setting postgresWholeTable is "some"; it takes all, background or none.`,
		`{` + postgres + `,"postgresServerName":["a"],"postgresSslMode":"prefer"}`: `The setting postgresServerName is ["a"]; it takes a string.`,
	} {
		s := load(t, jsonData)
		if invalid := (*Invalid)(nil); !errors.As(s.Postgres.Unusable, &invalid) {
			t.Errorf("%s: %v is no Invalid", jsonData, s.Postgres.Unusable)
		} else if invalid.Error() != want {
			t.Errorf("%s:\n got %s\nwant %s", jsonData, invalid, want)
		}
		if s.ScrapeInterval != 15*time.Second || s.Homeserver.CacheEntryTTL != 30*time.Minute {
			t.Errorf("%s: the other settings are lost: %+v", jsonData, s)
		}
	}
	if err := load(t, `{`+postgres+`}`).Postgres.Unusable; err != nil {
		t.Error(err)
	}
}

// Without PostgreSQL its other settings say nothing, so they may be left over.
func TestLeftoversOfPostgresDoNotMatter(t *testing.T) {
	s := load(t, `{"postgresSslMode":"prefer","postgresMaxConnections":99,"postgresServerName":"example.org","postgresStatementTimeout":"soon"}`)
	if s.Postgres.Unusable != nil || s.Postgres.Configured() {
		t.Errorf("%+v", s.Postgres)
	}
}

func TestURL(t *testing.T) {
	for _, good := range []string{"http://p:9090", "https://mimir.example.org/prometheus", "https://user:pw@h/", "http://[::1]:9090", " http://p:9090 "} {
		if _, err := Load("", good, nil, nil); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", " ", "prometheus:9090", "localhost", "ftp://h", "http://", "http://a b", "://x"} {
		_, err := Load("", bad, nil, nil)
		if err == nil || !strings.Contains(err.Error(), "Prometheus") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, secret := range []string{"user:s3cret@host:9090", "ftp://user:s3cret@host", "host?token=s3cret", "ftp://h/?token=s3cret@x", "http://user:s3cret?x@host", "http://h b/?token=x@s3cret"} {
		if _, err := Load("", secret, nil, nil); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", secret, err)
		}
	}
}

func TestClientCertificateNeedsItsKey(t *testing.T) {
	const jsonData = `{"postgresHost":"h","postgresDatabase":"d","postgresUser":"u"}`
	for _, half := range []map[string]string{{"postgresTlsClientCert": "c"}, {"postgresTlsClientKey": "k"}} {
		s, err := Load("", address, []byte(jsonData), half)
		if unusable := s.Postgres.Unusable; err != nil || unusable == nil || !strings.Contains(unusable.Error(), "go together") {
			t.Errorf("%v: %v, %v", half, err, unusable)
		}
	}
}

func TestPseudonymKey(t *testing.T) {
	for key, want := range map[string]string{
		"":                 "",
		"fifteen letters":  "The pseudonym key (pseudonymKey) is too short: it has 15 characters and needs 16 or more.",
		"fünfzehn zeiche":  "The pseudonym key (pseudonymKey) is too short: it has 15 characters and needs 16 or more.",
		"sixteen letters!": "",
	} {
		s, err := Load("", address, nil, map[string]string{"pseudonymKey": key})
		if want == "" {
			if err != nil || string(s.Privacy.PseudonymKey) != key {
				t.Errorf("%q: %v", key, err)
			}
			continue
		}
		if invalid := (*Invalid)(nil); !errors.As(err, &invalid) || err.Error() != want {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestSecretsAreNeverWritten(t *testing.T) {
	s, err := Load("", address, []byte(`{"postgresHost":"h","postgresDatabase":"d","postgresUser":"u"}`), map[string]string{
		"postgresPassword": "s3cret", "postgresTlsCaCert": "s3cret", "postgresTlsClientCert": "s3cret", "postgresTlsClientKey": "s3cret",
		"pseudonymKey": "s3cret s3cret s3cret",
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "settings", s, "secrets", s.Postgres.Password, "key", s.Privacy.PseudonymKey, "privacy", s.Privacy)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "settings", s, "secrets", s.Postgres.Password, "key", s.Privacy.PseudonymKey, "privacy", s.Privacy)
	texts := []string{string(raw), log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		texts = append(texts, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, s.Postgres), fmt.Sprintf(verb, s.Postgres.Password), fmt.Sprintf(verb, s.Privacy), fmt.Sprintf(verb, s.Privacy.PseudonymKey))
	}
	for _, text := range texts {
		if strings.Contains(text, "s3cret") {
			t.Errorf("a secret is in %s", text)
		}
	}
}
