package checks

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	// processorLate is the highest bound of the histogram: events that took longer are late.
	processorLate = limits.Limit{Name: "late", Value: 10, Unit: "s", Meaning: "time after its arrival from which an event is processed late", Source: "Synapse's histogram, which ends there"}
	processorFew  = limits.Limit{Name: "enough", Value: 20, Meaning: "number of events in 15 min from which a share is judged", Source: "ours"}
	// The processor's loop takes up to 100 events at once: federation/sender/__init__.py.
	processorFar    = limits.Limit{Name: "farBehind", Value: 100, Meaning: "number of events behind the newest one from which a process is behind", Source: "Synapse's source: so many are processed at once"}
	processorFarFor = limits.Limit{Name: "farBehindFor", Value: 60, Unit: "s", Meaning: "time in which the homeserver writes the events that a process is behind", Source: "ours"}
	// After a restart it catches up for some ten minutes, and these are within the window for as long again.
	processorCaughtUp = limits.Limit{Name: "caughtUp", Value: 1800, Unit: "s", Meaning: "uptime below which a process is not judged, as it catches up", Source: "ours"}
)

// eventFlow is the number of events that the homeserver writes per second.
var eventFlow = measure("flow", func(s Scope) string { return s.Max(s.Rate(metrics.EventPosition.Series(), shortWindow)) })

// eventProcessor is a part of Synapse that works through all events in order and reports how far it is.
type eventProcessor struct {
	// done is what it does with an event, for the evidence.
	done string
	// events are those of the window, prompt the ones in time; position is how far it is; behind is how many events it is
	// behind the newest one, before is that at the start of the window, and lowest the lowest within it.
	events, prompt, position, behind, before, lowest *Measurement
	// lateShare is the share of late events.
	lateShare *Measurement
}

// newEventProcessor declares the measurements of the processor with this label.
func newEventProcessor(name, done string) eventProcessor {
	named := query.Equal("name", name)
	count := func(s Scope, series metrics.Series, more ...query.Matcher) string {
		return s.SumPerProcess(s.Increase(series, shortWindow, append(more, named)...))
	}
	events := func(s Scope) string { return count(s, metrics.EventLag.Count()) }
	prompt := func(s Scope) string {
		return count(s, metrics.EventLag.Bucket(), upTo(words.Number(processorLate.Value)))
	}
	position := func(s Scope, offset string) string {
		return "max by (" + s.PerProcess() + ") (" + metrics.ProcessingPosition.Series().Of(s.Filters.Selector(named)+offset) + ")"
	}
	gap := func(s Scope, offset string) string {
		return s.Max(metrics.EventPosition.Series().Of(s.Filters.Selector()+offset)) + " - on (server_name) group_right () " + position(s, offset)
	}
	return eventProcessor{
		done:     done,
		events:   measure("events", events),
		prompt:   measure("prompt", prompt),
		position: measure("position", func(s Scope) string { return position(s, "") }),
		behind:   measure("behind", func(s Scope) string { return gap(s, "") }),
		before:   measure("before", func(s Scope) string { return gap(s, metrics.Offset(max(shortWindow, 4*s.Scrape))) }),
		lowest:   measure("lowest", func(s Scope) string { return s.Lowest(gap(s, ""), shortWindow) }),
		lateShare: measure("late", func(s Scope) string {
			return fmt.Sprintf("1 - %s / (%s > 0)", prompt(s), events(s))
		}),
	}
}

func (p eventProcessor) measures(more ...*Measurement) []*Measurement {
	return append([]*Measurement{p.events, p.prompt, p.position, p.behind, p.before, p.lowest, eventFlow, uptime, txnTotalCost}, more...)
}

// processorLimits are the limits that processorRule and judge use.
var processorLimits = []limits.Limit{processorLate, processorFew, processorFar, processorFarFor, processorCaughtUp}

// processorRule has the processors that are late, which is a warning, or that fall behind further, which is critical.
const processorRule = `
max by (server_name) (
  (
    {{if pick "late" ""}}1 - {{.prompt}} / ({{.events}} >= {{.enough}}) >= {{.threshold}}
    or {{end}}({{.behind}} > {{.before}} and {{.lowest}} >= {{.farBehind}} and {{.lowest}} >= on (server_name) group_left () {{.farBehindFor}} * {{.flow}})
  )
  unless on ({{.by}}) {{.uptime}} < {{.caughtUp}}
)`

// judge finds the processes that are late or fall behind.
func (p eventProcessor) judge(in Input) []Finding {
	total, worst := 0.0, 0.0
	found := judgeEach(in.settled(p.position, processorCaughtUp), func(at Sample) Finding {
		events, _ := in.ValueFor(p.events, at)
		prompt, counted := in.ValueFor(p.prompt, at)
		total += events
		f := Finding{Subject: Subject{Name: at.Process()}, Processes: []string{at.Process()}, Takes: in.takesAll()}
		if late := max(0, 1-prompt/events); counted && events >= processorFew.Value {
			worst = max(worst, late)
			f = in.graded(late, f)
			f.Evidence = p.lateText(late, events)
		}
		return p.judgeBehind(in, at, f)
	})
	switch {
	case len(found) > 0:
		return worstFirst(found)
	case total < processorFew.Value:
		return okFinding(fmt.Sprintf("Events %s in the last 15 min: %s, too few to judge.", p.done, words.Number(total)))
	case !in.Has(p.prompt):
		return UnknownFinding("Prometheus has no buckets of " + metrics.EventLag.Name + ". Check that no rule drops them.")
	}
	return []Finding{in.graded(worst, Finding{Evidence: p.lateText(worst, total)})}
}

func (p eventProcessor) lateText(share, events float64) string {
	return fmt.Sprintf("Of %s events in the last 15 min, %s were %s more than %s after their arrival.", words.Number(events), words.Percent(share), p.done, processorLate)
}

// judgeBehind raises the finding of a process that is far behind all the time and falls behind further.
func (p eventProcessor) judgeBehind(in Input, at Sample, f Finding) Finding {
	behind, known := in.ValueFor(p.behind, at)
	before, knownBefore := in.ValueFor(p.before, at)
	lowest, knownLowest := in.ValueFor(p.lowest, at)
	far := max(processorFar.Value, processorFarFor.Value*in.Total(eventFlow))
	if !known || !knownBefore || !knownLowest || lowest < far || behind <= before {
		return f
	}
	return f.raisedBy(behind, noLimit, limits.Limit{Value: far}, func(f *Finding) {
		f.Title = "Events fall further behind"
		f.Evidence = strings.TrimSpace(fmt.Sprintf("%s events behind the newest one, %s behind %s ago, and never less than %s in between. %s",
			words.Number(behind), words.Number(before), words.Duration(max(shortWindow, 4*in.Scope.Scrape)), words.Number(min(lowest, before)), f.Evidence))
	})
}
