package database

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// startPostgres runs an installed PostgreSQL in a temporary folder and returns the connection string of an empty
// database. It skips the test where none is installed.
func startPostgres(t *testing.T) string {
	t.Helper()
	bin := postgresBinaries(t)
	folder, err := os.MkdirTemp("", "lab-postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	asUser := unprivileged(t, folder)
	run := func(name string, arguments ...string) {
		t.Helper()
		command := exec.Command(filepath.Join(bin, name), arguments...)
		command.SysProcAttr, command.Dir = asUser, folder
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	data := filepath.Join(folder, "data")
	run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--locale=C", "-E", "UTF8")
	run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(folder, "log"),
		"-o", "-c listen_addresses='' -c fsync=off -k "+folder, "start")
	t.Cleanup(func() { run("pg_ctl", "-D", data, "-m", "immediate", "stop") })
	return "host=" + folder + " user=postgres database=postgres sslmode=disable"
}

func postgresBinaries(t *testing.T) string {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(versions) == 0 {
		t.Skip("no PostgreSQL is installed (Debian: apt-get install postgresql)")
	}
	slices.Sort(versions)
	return filepath.Dir(versions[len(versions)-1])
}

// unprivileged lets PostgreSQL run although the tests run as root, which it refuses to.
func unprivileged(t *testing.T, folder string) *syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(account.Uid, 10, 32)
		gid, _ := strconv.ParseUint(account.Gid, 10, 32)
		if err := os.Chown(folder, int(uid), int(gid)); err != nil {
			t.Fatal(err)
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	t.Skip("PostgreSQL refuses to run as root, and there is no unprivileged user")
	return nil
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
