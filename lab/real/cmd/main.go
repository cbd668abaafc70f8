package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/real"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	began := time.Now()
	say := func(s string) { fmt.Printf("[%5.1fs] %s\n", time.Since(began).Seconds(), s) }
	p, err := real.Start(ctx, real.Options{Progress: say})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	defer p.Stop()
	say("started " + p.PrometheusURL)
	if err := p.Traffic(ctx, 1, 2*time.Minute); err != nil {
		fmt.Println(err)
	}
	if err := p.Quiesce(ctx); err != nil {
		fmt.Println(err)
	}
	for _, s := range p.Servers {
		x, err := real.Extremities(ctx, s.DSN)
		fmt.Println(s.ServerName, s.MetricsURL, x, err)
	}
	say("waiting")
	<-ctx.Done()
}
