package postgres

import (
	"os"
	"slices"
	"testing"
)

func TestNewestFirst(t *testing.T) {
	dirs := []string{"/usr/lib/postgresql/9/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin"}
	slices.SortFunc(dirs, func(a, b string) int { return major(b) - major(a) })
	if major(dirs[0]) != 17 || major(dirs[2]) != 9 {
		t.Errorf("order = %v", dirs)
	}
}

// The download needs Maven Central, so it is asked for: RIG_DOWNLOAD=1.
func TestDownload(t *testing.T) {
	if os.Getenv("RIG_DOWNLOAD") == "" {
		t.Skip("RIG_DOWNLOAD=1 downloads a PostgreSQL")
	}
	server, err := Start(t.Context(), Options{Version: "16", Progress: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.CreateDatabase(t.Context(), "synapse"); err != nil {
		t.Error(err)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}
