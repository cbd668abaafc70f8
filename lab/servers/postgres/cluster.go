package postgres

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// account is whom PostgreSQL runs as: it refuses root.
func account() (*servers.User, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(found.Uid)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.Atoi(found.Gid)
		if err != nil {
			return nil, err
		}
		return &servers.User{Name: name, UID: uid, GID: gid}, nil
	}
	return nil, fmt.Errorf("PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody")
}

// initCluster makes the data folder. The C locale is what Synapse demands; durability only costs time here.
func (s *Server) initCluster(ctx context.Context) error {
	return s.tool(ctx, "initdb",
		"-D", s.data(), "-U", Superuser, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
}

// tool runs one of PostgreSQL's programs to its end.
func (s *Server) tool(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = environment(s.dir)
	cmd.SysProcAttr = servers.Attributes(s.user, os.Kill)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// environment is ours without the variables that would lead the server or its tools elsewhere.
func environment(dir string) []string {
	ours := slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "PG") })
	return append(ours, "HOME="+dir, "LC_ALL=C", "TZ=UTC")
}

// configure writes the two configuration files of a new cluster.
func (s *Server) configure(more map[string]string) error {
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",    // the packaged default is a folder that another account may not write
		"synchronous_commit":      "off", // fsync stays on: without it a check warns, as it should
		"max_connections":         "60",
		"shared_buffers":          "64MB",
		"password_encryption":     "scram-sha-256",
		"log_timezone":            "UTC",
		"timezone":                "UTC",
	}
	maps.Copy(settings, more)
	if err := s.set(settings); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.data(), "pg_hba.conf"), []byte(
		"host all,replication "+Superuser+" 127.0.0.1/32 trust\nhost all,replication all 127.0.0.1/32 scram-sha-256\n"), 0o644)
}

// set appends to postgresql.conf, where the last line of a name holds.
func (s *Server) set(settings map[string]string) error {
	text := fmt.Sprintf("port = %d\n", s.port)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		text += fmt.Sprintf("%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	return appendFile(filepath.Join(s.data(), "postgresql.conf"), text)
}

func appendFile(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.WriteString("\n" + text); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
