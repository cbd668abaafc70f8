// Package alerting lets a real Grafana evaluate the repository's alert rules over two simulated homeservers, one with
// planted problems and a healthy one.
package alerting

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/grafana"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
)

const root = "../../../.."

// homeserver is a laboratory, what its data source is called, and what that asked Prometheus.
type homeserver struct {
	*stack.Stack
	uid   string
	asked *counter
	url   string
}

// laboratory is shared by the tests of this package, which run one after the other.
var laboratory struct {
	skip             string
	space            *servers.Space
	grafana          *grafana.Server
	troubled, health homeserver
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx, cancel := servers.Context()
	defer cancel()
	found, err := grafana.Find(ctx)
	switch {
	case errors.Is(err, grafana.ErrNone):
		laboratory.skip = err.Error()
	case err != nil:
		return 0, err
	case found.Home == "":
		laboratory.skip = "only Docker is here, whose Grafana does not reach a laboratory on loopback everywhere: " + grafana.ErrNone.Error()
	}
	if _, err := os.Stat(ask.Binary(filepath.Join(root, "dist"))); err != nil {
		laboratory.skip = "the plugin is not built: go tool mage build"
	}
	if laboratory.skip != "" {
		return m.Run(), nil // the tests skip
	}
	if laboratory.space, err = servers.NewSpace("synapse-alerting"); err != nil {
		return 0, err
	}
	defer func() { _ = laboratory.space.Close() }()
	if err := start(ctx); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

func start(ctx context.Context) error {
	began := time.Now()
	progress := func(sentence string) {
		fmt.Fprintln(os.Stderr, time.Since(began).Round(time.Second), sentence)
	}
	laboratory.troubled = homeserver{uid: "matrix-synapse", asked: &counter{}}
	laboratory.health = homeserver{uid: "matrix-synapse-healthy", asked: &counter{}}
	group, groupCtx := errgroup.WithContext(ctx)
	for _, h := range []*homeserver{&laboratory.troubled, &laboratory.health} {
		group.Go(func() (err error) {
			space := &servers.Space{Dir: filepath.Join(laboratory.space.Dir, h.uid)}
			if err := os.Mkdir(space.Dir, 0o711); err != nil {
				return err
			}
			laboratory.space.Own(space.Close)
			h.Stack, err = stack.Start(groupCtx, space, stack.Options{
				Seed: 1, Live: true, Healthy: h == &laboratory.health, Progress: progress,
			})
			if err != nil {
				return err
			}
			return h.count()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	provisioning := filepath.Join(laboratory.space.Dir, "provisioning")
	if err := provision(provisioning); err != nil {
		return err
	}
	var err error
	laboratory.grafana, err = grafana.Start(ctx, grafana.Options{
		Dir: laboratory.space.Dir, Dist: filepath.Join(root, "dist"), Provisioning: provisioning,
		Env: laboratory.troubled.environment(), Progress: progress,
	})
	if err != nil {
		return err
	}
	laboratory.space.Own(laboratory.grafana.Stop)
	progress("Grafana " + laboratory.grafana.Version + " answers")
	return nil
}

// count puts a proxy before Prometheus that counts what is asked.
func (h *homeserver) count() error {
	target, err := url.Parse(h.Prometheus.URL)
	if err != nil {
		return err
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // Prometheus is stopped on purpose
	h.url, err = h.asked.serve(laboratory.space, proxy)
	return err
}

// environment is what the provisioning asks for, by way of the counting proxy.
func (h *homeserver) environment() map[string]string {
	env := h.Environment()
	env["SYNAPSE_PROMETHEUS_URL"] = h.url
	return env
}
