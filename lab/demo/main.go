// Command demo starts a simulated busy homeserver, asks the built plugin about it over gRPC, prints the answers, and,
// where a Grafana is found, starts it with the plugin and the repository's provisioning until Ctrl-C.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/grafana"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
)

// root is the top of the repository, seen from the lab's module where the task runs us.
const root = ".."

func main() {
	ctx, cancel := servers.Context()
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	began := time.Now()
	progress := func(sentence string) {
		fmt.Printf("%6.1f s  %s\n", time.Since(began).Seconds(), sentence)
	}
	space, err := servers.NewSpace("synapse-demo")
	if err != nil {
		return err
	}
	defer func() {
		closed := space.Close()
		if ctx.Err() != nil && closed == nil { // Ctrl-C; what it interrupted is no error
			fmt.Println("stopped; nothing is left behind")
			err = nil
			return
		}
		err = errors.Join(err, closed)
	}()
	lab, err := stack.Start(ctx, space, stack.Options{Seed: 1, Live: true, Progress: progress})
	if err != nil {
		return err
	}
	if err := answers(ctx, lab, progress); err != nil {
		return err
	}
	if os.Getenv("DEMO_ONCE") == "1" {
		if _, err := grafana.Find(ctx); errors.Is(err, grafana.ErrNone) {
			fmt.Println("\n" + err.Error())
		}
		return nil
	}
	return show(ctx, space, lab, progress)
}

// answers asks the plugin what a dashboard would, about the written history: the live scrapes begin after a gap, the
// time that the writing took.
func answers(ctx context.Context, lab *stack.Stack, progress servers.Progress) error {
	source := lab.Source
	progress.Say("starting the plugin and asking it")
	plugin, err := ask.Start(ctx, ask.Binary(filepath.Join(root, "dist")), nil)
	if err != nil {
		return err
	}
	defer func() { _ = plugin.Stop() }()
	health, err := plugin.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: source.Context()})
	if err != nil {
		return err
	}
	fmt.Printf("\nSave & test: %s: %s\n", health.Status, health.Message)
	var failed []error
	for _, question := range questions {
		request := source.Request(ask.Span{From: lab.History.To.Add(-question.span), To: lab.History.To}, question.query)
		asked := time.Now()
		response, err := plugin.QueryData(ctx, request)
		if err != nil {
			return err
		}
		answer := response.Responses["A"]
		fmt.Printf("\n%s  (%s, %d ms)\n", question.title, question.name(), time.Since(asked).Milliseconds())
		if answer.Error != nil {
			fmt.Println("  error:", answer.Error)
			failed = append(failed, fmt.Errorf("%s: %w", question.name(), answer.Error))
			continue
		}
		render(os.Stdout, question, answer.Frames, width())
	}
	if now, peak, err := plugin.RSS(); err == nil {
		fmt.Printf("\nThe plugin holds %s of memory, at most %s.\n", bytes(float64(now)), bytes(float64(peak)))
	}
	return errors.Join(failed...)
}

// show keeps a Grafana running, or says how to get one.
func show(ctx context.Context, space *servers.Space, lab *stack.Stack, progress servers.Progress) error {
	fmt.Println()
	server, err := grafana.Start(ctx, grafana.Options{
		Dir: space.Dir, Dist: filepath.Join(root, "dist"), Provisioning: filepath.Join(root, "provisioning"),
		Env: lab.Environment(), Progress: progress,
	})
	if errors.Is(err, grafana.ErrNone) {
		fmt.Println(err)
		return nil
	}
	if err != nil {
		return err
	}
	space.Own(server.Stop)
	said, err := server.Health(ctx, "matrix-synapse")
	if err != nil {
		return fmt.Errorf("asking the plugin through Grafana: %w\n%s", err, server.Log())
	}
	fmt.Printf("\nGrafana %s says: %s\n", server.Version, said)
	dashboards, err := server.Dashboards(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("\n  %s   user admin, password admin\n", server.URL)
	for _, dashboard := range dashboards {
		fmt.Printf("  %s   %s\n", dashboard.URL, dashboard.Title)
	}
	fmt.Print("\nCtrl-C stops everything.\n")
	<-ctx.Done()
	return nil
}
