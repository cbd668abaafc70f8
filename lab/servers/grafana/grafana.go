// Package grafana starts a throw-away Grafana on a free loopback port, with the built plugin and the repository's own
// provisioning.
package grafana

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

const pluginID = "matrix-synapse-datasource"

// Options say what to load.
type Options struct {
	Dir          string // data, logs and the plugin's copy go here; must exist
	Dist         string // the built plugin
	Provisioning string // the repository's provisioning folder
	// Env are the variables that the provisioning asks for (SYNAPSE_PROMETHEUS_URL and so on) and Grafana's own settings
	// (GF_…), where a caller wants other ones.
	Env      map[string]string
	Progress servers.Progress
}

// Server is a running Grafana; log in as admin with the password admin.
type Server struct {
	URL     string
	Version string
	process *servers.Process
}

// Start starts what Find finds and waits until it answers.
func Start(ctx context.Context, options Options) (*Server, error) {
	found, err := Find(ctx)
	if err != nil {
		return nil, err
	}
	port, err := servers.FreePort()
	if err != nil {
		return nil, err
	}
	var command servers.Command
	if found.Home == "" {
		command, err = inDocker(found, options, port)
	} else {
		command, err = installed(found, options, port)
	}
	if err != nil {
		return nil, err
	}
	options.Progress.Say("starting Grafana, " + found.Binary)
	command.Log = filepath.Join(options.Dir, "grafana.log")
	s := &Server{URL: fmt.Sprintf("http://127.0.0.1:%d", port)}
	if s.process, err = servers.Start(command); err != nil {
		return nil, err
	}
	// Docker may have to fetch the image first.
	if err := s.process.WaitHTTP(ctx, s.URL+"/api/health", 5*time.Minute); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if s.Version, err = s.version(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if err := s.waitProvisioned(ctx, options.Provisioning); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// settings are the same for both kinds: nothing is sent anywhere, nothing is fetched.
func settings(port int) map[string]string {
	return map[string]string{
		"GF_SERVER_HTTP_PORT":                       strconv.Itoa(port),
		"GF_SERVER_ROOT_URL":                        fmt.Sprintf("http://127.0.0.1:%d/", port),
		"GF_SECURITY_ADMIN_USER":                    "admin",
		"GF_SECURITY_ADMIN_PASSWORD":                "admin",
		"GF_SECURITY_DISABLE_GRAVATAR":              "true",
		"GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS": pluginID,
		"GF_PLUGINS_PREINSTALL_DISABLED":            "true",
		"GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED":  "true",
		"GF_ANALYTICS_REPORTING_ENABLED":            "false",
		"GF_ANALYTICS_CHECK_FOR_UPDATES":            "false",
		"GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES":     "false",
		"GF_ANALYTICS_FEEDBACK_LINKS_ENABLED":       "false",
		"GF_NEWS_NEWS_FEED_ENABLED":                 "false",
		"GF_AUTH_ANONYMOUS_ENABLED":                 "false",
		"GF_LOG_MODE":                               "console",
	}
}

func installed(found *Installation, options Options, port int) (servers.Command, error) {
	dir := filepath.Join(options.Dir, "grafana")
	plugins := filepath.Join(dir, "plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return servers.Command{}, err
	}
	// A copy: only dist/ may be seen (Grafana would take a checkout for a parent plugin), and a rebuild must not
	// change what runs.
	if err := os.CopyFS(filepath.Join(plugins, pluginID), os.DirFS(options.Dist)); err != nil {
		return servers.Command{}, fmt.Errorf("the plugin is not built (go tool mage build): %w", err)
	}
	provisioning, err := filepath.Abs(options.Provisioning)
	if err != nil {
		return servers.Command{}, err
	}
	env := settings(port)
	env["GF_SERVER_HTTP_ADDR"] = "127.0.0.1"
	env["GF_PATHS_DATA"] = filepath.Join(dir, "data")
	env["GF_PATHS_LOGS"] = filepath.Join(dir, "logs")
	env["GF_PATHS_PLUGINS"] = plugins
	env["GF_PATHS_PROVISIONING"] = provisioning
	maps.Copy(env, options.Env)
	return servers.Command{
		Path: found.Binary, Args: []string{"server", "--homepath", found.Home},
		Env: append(os.Environ(), list(env)...), Dir: dir,
	}, nil
}

func list(env map[string]string) []string {
	var entries []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		entries = append(entries, name+"="+env[name])
	}
	return entries
}

// Log is the end of what Grafana printed.
func (s *Server) Log() string { return s.process.Tail() }

// Stop ends Grafana, and with it the plugin.
func (s *Server) Stop() error { return s.process.Stop() }
