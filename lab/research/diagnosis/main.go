// Command diagnosis measures how often the diagnosis is right first: it plays homeservers whose trouble is known, asks
// for the findings as a user does, and writes the counts into docs/evaluation.md.
//
// A homeserver is a recorded one of lab/testdata/versions that goes on for days; series are functions of time, and only
// the samples that a query reads are made. A new kind of trouble is one entry in a list of scenarios.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
)

func main() {
	seeds := flag.Int("seeds", 4, "seeds of each scenario: the even ones to tune with, the odd ones to judge")
	only := flag.String("only", "", "only scenarios whose name contains it; prints every miss and writes nothing")
	half := flag.String("half", "", "tuning or judging: only this half; prints and writes nothing")
	within := flag.Duration("within", 30*time.Minute, "begin no more servers after so long; the page says how many were played")
	to := flag.String("page", "../docs/evaluation.md", "the page to write into")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := evaluate(ctx, *seeds, *only, *half, *to, time.Now().Add(*within)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func evaluate(ctx context.Context, seeds int, only, half, to string, last time.Time) error {
	all, err := scenarios()
	if err != nil {
		return err
	}
	outcomes, err := playAll(ctx, all, func(s *scenario, seed uint64) bool {
		return strings.Contains(s.name, only) && seed < uint64(seeds) && (half == "" || s.judging(seed) == (half == "judging"))
	}, seeds, last)
	if err != nil {
		return err
	}
	if only != "" || half != "" {
		fmt.Print(tell(outcomes))
		return nil
	}
	return page.Write(to, "simulated servers", report(outcomes))
}

// playAll plays two at a time.
func playAll(ctx context.Context, all []scenario, wanted func(*scenario, uint64) bool, seeds int, last time.Time) ([]outcome, error) {
	type job struct {
		scenario *scenario
		seed     uint64
	}
	var jobs []job
	for i := range all {
		for seed := range uint64(seeds) {
			if wanted(&all[i], seed) {
				jobs = append(jobs, job{&all[i], seed})
			}
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] }) // what is left out when time is over is chance
	results, failed := make([][]outcome, len(jobs)), make([]error, len(jobs))
	var running sync.WaitGroup
	next := make(chan int)
	for range 2 {
		running.Go(func() {
			for i := range next {
				results[i], failed[i] = jobs[i].scenario.play(ctx, jobs[i].seed)
			}
		})
	}
	for i := range jobs {
		if time.Now().After(last) {
			break
		}
		next <- i
	}
	close(next)
	running.Wait()
	var outcomes []outcome
	for i, err := range failed {
		if err != nil {
			return nil, fmt.Errorf("%s, seed %d: %w", jobs[i].scenario.name, jobs[i].seed, err)
		}
		outcomes = append(outcomes, results[i]...)
	}
	return outcomes, nil
}
