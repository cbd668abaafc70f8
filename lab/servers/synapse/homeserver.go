package synapse

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

//go:embed homeserver.yaml.tmpl
var configText string

//go:embed log.yaml
var logConfig []byte

var configTemplate = template.Must(template.New("homeserver.yaml").Parse(configText))

// CacheFactors are the per_cache_factors of both servers where no factor for all was asked for.
var CacheFactors = map[string]float64{
	"*getEvent*":                        0.01,
	"_get_state_group_for_event":        0.0005,
	"_get_joined_profile_from_event_id": 0.001,
	"get_user_by_id":                    0.004,
	"get_user_by_access_token":          0.004,
	"have_seen_event":                   0.0002,
	"get_users_in_room":                 1.5,
}

// Database is where one homeserver keeps its data, seen as its owner.
type Database struct {
	Host, Name, User, Password string
	Port                       int
	SuperuserDSN               string
}

// Server is one homeserver of the pair.
type Server struct {
	ServerName string
	ClientURL  string // plain http, the client API
	MetricsURL string // what Synapse itself says
	Database   Database
	AdminToken string
	Scrapes    *Recorder

	dir     string
	secret  string
	named   bool // its metrics say which homeserver they belong to
	alone   Alone
	python  string
	process *servers.Process

	Workers         []*Worker // not started; none where there is no Redis
	replicationPort int
}

type homeserverConfig struct {
	ServerName, Dir, Secret          string
	HTTPSPort, HTTPPort, MetricsPort int
	ReplicationPort                  int // 0: none listens for workers
	Database                         Database
	GlobalFactor                     float64
	CacheFactors                     map[string]float64
}

// newServer writes the configuration of a homeserver into a folder of its own.
func newServer(dir string, database Database, globalFactor float64, workers bool) (*Server, error) {
	ports, err := freePorts(4)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	config := homeserverConfig{
		ServerName: fmt.Sprintf("localhost:%d", ports[0]), Dir: dir, Secret: "secret-of-" + database.Name,
		HTTPSPort: ports[0], HTTPPort: ports[1], MetricsPort: ports[2], Database: database, GlobalFactor: globalFactor,
	}
	if globalFactor == 0 {
		config.CacheFactors = CacheFactors
	}
	if workers {
		config.ReplicationPort = ports[3]
	}
	if err := writeConfig(config); err != nil {
		return nil, fmt.Errorf("configure %s: %w", config.ServerName, err)
	}
	return &Server{
		ServerName: config.ServerName,
		ClientURL:  fmt.Sprintf("http://127.0.0.1:%d", config.HTTPPort),
		MetricsURL: fmt.Sprintf("http://127.0.0.1:%d/_synapse/metrics", config.MetricsPort),
		Database:   database,
		dir:        dir,
		secret:     config.Secret,

		replicationPort: config.ReplicationPort,
	}, nil
}

func writeConfig(config homeserverConfig) error {
	if err := writeCertificate(config.Dir); err != nil {
		return err
	}
	seed := make([]byte, 32)
	if _, err := rand.Read(seed); err != nil {
		return err
	}
	key := "ed25519 a_real " + base64.RawStdEncoding.EncodeToString(seed) + "\n"
	if err := os.WriteFile(filepath.Join(config.Dir, "signing.key"), []byte(key), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(config.Dir, "log.yaml"), logConfig, 0o644); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(config.Dir, "homeserver.yaml"))
	if err != nil {
		return err
	}
	defer out.Close()
	return configTemplate.Execute(out, config)
}

// noProxy keeps the caller's proxies out of Synapse, which would ask them for the other server.
var noProxy = []string{"http_proxy=", "https_proxy=", "all_proxy=", "HTTP_PROXY=", "HTTPS_PROXY=", "ALL_PROXY="}

// launch starts the main process; ready waits until it answers clients. They are apart so that both servers start at once.
func (s *Server) launch(python string) (err error) {
	s.python = python
	s.process, err = s.start("synapse", "homeserver")
	return err
}

// start starts one process of the homeserver.
func (s *Server) start(name, app string, more ...string) (*servers.Process, error) {
	command := append(s.alone.command(s.python, app), "--config-path", filepath.Join(s.dir, "homeserver.yaml"))
	if s.alone.Settings != "" {
		command = append(command, "--config-path", filepath.Join(s.dir, "more.yaml"))
	}
	if s.alone.Redis != 0 {
		command = append(command, "--config-path", filepath.Join(s.dir, "workers.yaml"))
	}
	return servers.Start(servers.Command{
		Path: command[0],
		Args: append(command[1:], more...),
		Env:  noProxy,
		Dir:  s.dir,
		Log:  filepath.Join(s.dir, name+".log"),
	})
}

func (s *Server) stop() error { return s.process.Stop() }

func (s *Server) ready(ctx context.Context) error {
	return s.process.WaitHTTP(ctx, s.ClientURL+"/health", 3*time.Minute)
}
