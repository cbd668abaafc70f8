//go:build unix

// Command sick makes real homeservers sick by real means and asks the built plugin what is wrong: each fault has a Synapse, a
// PostgreSQL, a Prometheus and users of its own. It needs Linux and a PostgreSQL that is installed.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

var (
	dist     = flag.String("dist", "../dist", "the folder with the built plugin")
	version  = flag.String("synapse", "", "the version of Synapse; by default the newest")
	only     = flag.String("only", "", "the ids of some faults, with commas; by default all")
	healthy  = flag.Duration("healthy", 3*time.Minute, "how long each homeserver is well")
	sick     = flag.Duration("sick", 5*time.Minute, "how long it is sick")
	parallel = flag.Int("parallel", 3, "how many run at once")
	seed     = flag.Uint64("seed", 1, "what the users do")
	out      = flag.String("out", "research/sick/testdata", "the folder for findings and series")
	to       = flag.String("page", "../docs/evaluation-real.md", "the page whose table is made from that folder")
)

func main() {
	flag.Parse()
	*version = cmp.Or(*version, synapse.Newest)
	ctx, cancel := servers.Context()
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		cancel()
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	plugin, err := ask.Start(ctx, ask.Binary(*dist), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plugin.Stop()) }()
	var group errgroup.Group
	group.SetLimit(*parallel)
	for _, f := range faults {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), f.id) {
			continue
		}
		group.Go(func() error {
			if err := examine(ctx, plugin, f); err != nil {
				return fmt.Errorf("%s: %w", f.id, err)
			}
			return nil
		})
	}
	return errors.Join(group.Wait(), writeTable(*out, *to))
}

// outcome is what one run showed.
type outcome struct {
	Fault    string    `json:"fault"`
	Version  string    `json:"version"`
	Seconds  float64   `json:"seconds"` // until the diagnosis was right for good; -1: never
	Findings []finding `json:"findings"`
}

// quarter is how long a process is young, and the window of slow checks, with a minute to spare.
const quarter = 16 * time.Minute

// lookEvery is how often the diagnosis is asked while a homeserver is sick.
const lookEvery = 30 * time.Second

// examine is one run: well for a while, then sick, and asked again and again.
func examine(ctx context.Context, plugin *ask.Plugin, f fault) (err error) {
	say := servers.Progress(func(sentence string) { fmt.Printf("%s %s: %s\n", time.Now().Format(time.TimeOnly), f.id, sentence) })
	space, err := servers.NewSpace("sick")
	if err != nil {
		return err
	}
	w := &ward{space: space}
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		w.running.Wait()
		err = errors.Join(err, space.Close())
	}()
	if err := w.admit(ctx, f, *version, *seed, say); err != nil {
		return err
	}
	w.running.Go(func() { drive(ctx, w.people) })
	well, ill := *healthy, max(*sick, f.lasts)
	if f.slow {
		well, ill = max(well, quarter), max(ill, quarter)
	}
	if err := rest(ctx, well); err != nil {
		return err
	}
	say(f.how)
	began := time.Now()
	if err := f.begin(ctx, w); err != nil {
		return err
	}
	result := outcome{Fault: f.id, Version: *version, Seconds: -1}
	for time.Since(began) < ill {
		if err := rest(ctx, lookEvery); err != nil {
			return err
		}
		if result.Findings, err = w.diagnose(ctx, plugin, f.id); err != nil {
			return err
		}
		switch right := f.verdict(result.Findings) == "right"; {
		case !right:
			result.Seconds = -1
		case result.Seconds < 0:
			result.Seconds = time.Since(began).Round(time.Second).Seconds()
		}
		say(fmt.Sprintf("%.0f s: %s %s", time.Since(began).Seconds(), f.verdict(result.Findings), summary(result.Findings)))
	}
	result.Findings = result.Findings[:min(3, len(result.Findings))]
	return keep(ctx, w, result)
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// diagnose asks the plugin as Grafana does.
func (w *ward) diagnose(ctx context.Context, plugin *ask.Plugin, id string) ([]finding, error) {
	now := time.Now()
	within := backend.TimeRange{From: now.Add(-time.Hour), To: now}
	response, err := plugin.QueryData(ctx, w.source(id).Request(within, ask.Query{"queryType": "diagnosis"}))
	if err != nil {
		return nil, err
	}
	answer := response.Responses["A"]
	if answer.Error != nil {
		return nil, answer.Error
	}
	return alarms(answer.Frames[0]), nil
}

func summary(found []finding) string {
	var names []string
	for _, f := range found[:min(4, len(found))] {
		names = append(names, f.Severity+" "+f.Check+" ("+f.Subject+") by "+f.CausedBy)
	}
	return strings.Join(names, "; ")
}

// keep writes the outcome and the series of a run.
func keep(ctx context.Context, w *ward, result outcome) error {
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	base := filepath.Join(*out, result.Version+"-"+result.Fault)
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(base+".outcome.json", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return record(ctx, w.prometheus.URL, base+".series.gz", time.Now())
}
