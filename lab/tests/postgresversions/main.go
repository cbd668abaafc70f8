// Command postgresversions has the core of the tests of PostgreSQL run against each major version that can be downloaded, oldest first.
// The exit code is 77 where none can be.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
)

// core are the tests that differ by version: every statement, the role, the ranking, and what PostgreSQL says of itself.
var core = []string{
	"TestOnlyReads", "TestReadOnly", "TestSchema", "TestMissingGrants", "TestRankingIsTheFullCount", "TestPlantedRooms", "TestDestinations",
	"TestConnectionsAndUpdates", "TestHygieneOfAHealthyDatabase", "TestLocksOfRealSessions", "TestNothingStaysInTheSession",
}

func main() {
	ctx, cancel := servers.Context()
	err := run(ctx)
	cancel()
	switch {
	case errors.Is(err, postgres.ErrDownload):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(77)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var failed []error
	for _, version := range postgres.Versions() {
		server, err := postgres.Start(ctx, postgres.Options{Version: version})
		if err != nil {
			return err
		}
		fmt.Println(server.Version)
		if err := server.Stop(); err != nil {
			return err
		}
		// Without -count, what an earlier version answered would count: what TestMain reads of the environment is no part of Go's cache.
		test := exec.CommandContext(ctx, "go", "test", "-count=1", "-run", "^("+strings.Join(core, "|")+")$", "./tests/integration/postgres/")
		test.Env = append(os.Environ(), "POSTGRES="+version)
		test.Stdout, test.Stderr = os.Stdout, os.Stderr
		if err := test.Run(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", server.Version, err))
		}
	}
	return errors.Join(failed...)
}
