package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// goalMemoryLarge is for the largest homeserver. Source: ours.
const goalMemoryLarge = 256 << 20

// growth asks for a diagnosis of homeservers of three sizes.
func growth(ctx context.Context, o options, progress servers.Progress) (string, error) {
	var text strings.Builder
	text.WriteString("## Growth\n\nA diagnosis of homeservers of three sizes. The largest has half the past and half the scrapes of the others. The plugin's memory is the most that it held, goal with 60 processes: at most " + size(goalMemoryLarge) + ".\n\n" +
		"| Homeserver | Series | Past | Requests | Samples read | Bytes | Time | Directly | Samples per series | Prometheus' memory | The plugin's memory |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, w := range []world{small, middle, large} {
		progress("growth: " + w.name)
		err := within(ctx, w, max(1, o.repeats/2), progress, func(b *bench) error {
			p, s, err := b.diagnosed(ctx)
			if err != nil {
				return err
			}
			series, err := b.series(ctx)
			if err != nil {
				return err
			}
			_, held, err := b.plugin.RSS()
			if err != nil {
				return err
			}
			fmt.Fprintf(&text, "| %s | %s | %s, every %s | %d | %s | %s | %.2f s | %.2f s | %.0f | %s | %s |\n", w.name, count(series), w.past, w.scrape, s.requests, count(s.samples), size(s.bytes),
				median(p.first).Seconds(), median(p.second).Seconds(), float64(s.samples)/float64(series), size(b.memory()), size(held))
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	text.WriteString("\n")
	return text.String(), nil
}
