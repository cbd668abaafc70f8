package settings

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/model"
)

var sslModes = []string{"disable", "require", "verify-ca", "verify-full"}

// shortestKey is the least number of characters of a pseudonym key.
const shortestKey = 16

const (
	// mostConcurrent is Prometheus' own default of queries at a time (--query.max-concurrency) and some more.
	mostConcurrent = 100
	// leastMemory holds what one diagnosis of a large homeserver keeps.
	leastMemory = 32 << 20
)

func (s Settings) validate() error {
	if strings.TrimSpace(s.URL) == "" {
		return invalidf("The data source has no Prometheus URL. Enter the address of the Prometheus (or Thanos, Mimir, VictoriaMetrics) that scrapes Synapse.")
	}
	if u, err := url.Parse(s.URL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return invalidf("The Prometheus URL %q is not a web address. It looks like http://prometheus:9090.", redactURL(s.URL))
	}
	if s.HTTPMethod != "POST" && s.HTTPMethod != "GET" {
		return invalidf("The setting httpMethod is %q; it takes POST or GET.", s.HTTPMethod)
	}
	if s.ScrapeInterval < time.Second || s.ScrapeInterval > 24*time.Hour {
		return invalidf("The setting scrapeInterval is %s; it takes one second to one day.", s.ScrapeInterval)
	}
	if s.QueryTimeout < time.Second {
		return invalidf("The setting queryTimeout is %s; it takes one second or more.", s.QueryTimeout)
	}
	if s.MaxConcurrent < 1 || s.MaxConcurrent > mostConcurrent {
		return invalidf("The setting prometheusMaxConcurrent is %d; it takes 1 to %d.", s.MaxConcurrent, mostConcurrent)
	}
	if s.MemoryLimit < leastMemory {
		return invalidf("The setting memoryLimit is %d; it takes %d or more (MiB).", s.MemoryLimit>>20, leastMemory>>20)
	}
	if s.Privacy.HideRooms != "viewers" && s.Privacy.HideRooms != Everyone {
		return invalidf("The setting hideRooms is %q; it takes viewers or everyone.", s.Privacy.HideRooms)
	}
	if length := utf8.RuneCountInString(string(s.Privacy.PseudonymKey)); length > 0 && length < shortestKey {
		return invalidf("The pseudonym key (pseudonymKey) is too short: it has %d characters and needs %d or more.", length, shortestKey)
	}
	if s.Homeserver.DummyEventsThreshold < 1 {
		return invalidf("The setting dummyEventsThreshold is %d; it takes 1 or more.", s.Homeserver.DummyEventsThreshold)
	}
	for _, label := range s.ProcessLabels {
		if !model.LegacyValidation.IsValidLabelName(label) {
			return invalidf("The setting processLabels names %q, which is not a Prometheus label.", label)
		}
	}
	return nil
}

func (p Postgres) validate() error {
	if missing := missing(map[string]string{"host": p.Host, "database": p.Database, "user": p.User}); len(missing) > 0 {
		return invalidf("PostgreSQL is half configured: %s missing. Fill it in, or empty all three to use Prometheus alone.", strings.Join(missing, " and "))
	}
	if !slices.Contains(sslModes, p.SSLMode) {
		return invalidf("The setting postgresSslMode is %q; it takes %s.", p.SSLMode, strings.Join(sslModes, ", "))
	}
	if p.MaxConnections < 2 || p.MaxConnections > 20 {
		return invalidf("The setting postgresMaxConnections is %d; it takes 2 to 20, because the count in the background uses one. A few are enough: 3 is the default.", p.MaxConnections)
	}
	if p.StatementTimeout <= 0 || p.FullPassTimeout <= 0 {
		return invalidf("postgresStatementTimeout and postgresFullPassTimeout must be longer than 0s: every statement needs a time limit.")
	}
	if !slices.Contains([]string{WholeTableAll, WholeTableBackground, WholeTableNone}, p.WholeTable) {
		return invalidf("The setting postgresWholeTable is %q; it takes all, background or none.", p.WholeTable)
	}
	if (p.ClientCert == "") != (p.ClientKey == "") {
		return invalidf("PostgreSQL's client certificate and client key go together; one of them is missing.")
	}
	return nil
}

func missing(fields map[string]string) []string {
	var names []string
	for name, value := range fields {
		if value == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// redactURL hides a password or a token that somebody wrote into the address.
func redactURL(text string) string {
	if strings.ContainsAny(text, "@?") {
		return "…"
	}
	return text
}
