package stack

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

func TestLive(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it waits for a scrape")
	}
	space, err := servers.NewSpace("stack")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = space.Close() })
	began := time.Now()
	s, err := Start(t.Context(), space, Options{
		Seed: 1, History: 15 * time.Minute, Live: true, Progress: func(line string) { t.Log(time.Since(began).Round(time.Millisecond), line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	connection, err := pgx.Connect(t.Context(), s.Postgres.UserDSN(reader, password, databaseName))
	if err != nil {
		t.Fatalf("the plugin's role: %v", err)
	}
	_ = connection.Close(t.Context())
	for deadline := time.Now().Add(40 * time.Second); ; time.Sleep(time.Second) {
		if n := count(t, s.Prometheus.URL, `count(up == 1 and timestamp(up) > `+jsonNumber(began)+`)`); n == "5" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the five processes are not scraped")
		}
	}
}

func jsonNumber(at time.Time) string {
	text, _ := json.Marshal(at.Unix())
	return string(text)
}

func count(t *testing.T, base, query string) string {
	t.Helper()
	response, err := http.Get(base + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Data.Result) == 0 {
		return "0"
	}
	return answer.Data.Result[0].Value[1].(string)
}
