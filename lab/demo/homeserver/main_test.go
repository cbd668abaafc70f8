package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
)

// A reviewer has Docker only; here its services run one by one, with the arguments of docker-compose.yaml.
func TestHomeserverFillsBothAndGoesOn(t *testing.T) {
	space, err := servers.NewSpace("homeserver-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = space.Close() })
	database, err := postgres.Start(t.Context(), postgres.Options{Dir: space.Dir})
	if err != nil {
		t.Fatal(err)
	}
	space.Own(database.Stop)
	if err := database.CreateDatabase(t.Context(), "synapse"); err != nil {
		t.Fatal(err)
	}
	port, err := servers.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	o := options{prometheus: t.TempDir(), database: database.DSN("synapse"), address: fmt.Sprintf("127.0.0.1:%d", port)}
	if err := ready(t.Context(), o); err == nil {
		t.Fatal("ready before it was started")
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, o) }()
	for ready(ctx, o) != nil {
		select {
		case err := <-served:
			t.Fatal(err)
		case <-time.After(100 * time.Millisecond):
		}
	}
	config, err := os.ReadFile(filepath.Join(o.prometheus, "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}
	server, err := prometheus.Start(t.Context(), prometheus.Options{Dir: space.Dir, Data: filepath.Join(o.prometheus, "tsdb"), Config: string(config)})
	if err != nil {
		t.Fatal(err)
	}
	space.Own(server.Stop)
	waitForScrapes(t, server.URL)
	stop()
	if err := <-served; err != nil {
		t.Fatal(err)
	}
}

// waitForScrapes waits until the past and the present of the same processes are there.
func waitForScrapes(t *testing.T, address string) {
	t.Helper()
	client, err := api.NewClient(api.Config{Address: address, Client: http.DefaultClient})
	if err != nil {
		t.Fatal(err)
	}
	const question = `count(up == 1 and on (job, index) (up offset 5h)) == bool on () count(up offset 5h)`
	for range 60 {
		if answer, _, _, err := v1.NewAPI(client).Query(t.Context(), question, time.Now()); err == nil && strings.Contains(answer.String(), "=> 1 @") {
			return
		}
		time.Sleep(time.Second)
	}
	t.Error("Prometheus does not scrape the processes of the history")
}

func TestComposeFile(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	project, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yaml")}, cli.WithName("synapse"))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := project.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	dockerfile, provisioned := read("lab/demo/Dockerfile"), read("provisioning/datasources/matrix-synapse.yaml")
	for name, service := range loaded.Services {
		if service.Build != nil && !strings.Contains(dockerfile, " AS "+service.Build.Target+"\n") {
			t.Errorf("%s: the Dockerfile has no target %q", name, service.Build.Target)
		}
	}
	for variable := range loaded.Services["grafana"].Environment {
		if strings.HasPrefix(variable, "SYNAPSE_") && !strings.Contains(provisioned, "$"+variable+"\n") {
			t.Errorf("provisioning does not read %s", variable)
		}
	}
	for _, source := range regexp.MustCompile(`(?m)^COPY ([a-z]\S*) `).FindAllStringSubmatch(dockerfile, -1) {
		if _, err := os.Stat(filepath.Join(root, source[1])); err != nil {
			t.Error(err)
		}
	}
	dsn := slices.IndexFunc(loaded.Services["homeserver"].Command, func(arg string) bool { return strings.HasPrefix(arg, "-database=") })
	address, err := url.Parse(strings.TrimPrefix(loaded.Services["homeserver"].Command[dsn], "-database="))
	environment := loaded.Services["postgres"].Environment
	password, _ := address.User.Password()
	if err != nil || address.Path != "/"+*environment["POSTGRES_DB"] || password != *environment["POSTGRES_PASSWORD"] {
		t.Errorf("the homeserver does not connect as the PostgreSQL is made: %s %v", address, err)
	}
}
