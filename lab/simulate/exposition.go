package simulate

import (
	"bufio"
	"io"
	"math"
	"net/http"
	"strings"
)

// Path is where a real metrics listener answers.
const Path = "/_synapse/metrics"

var escapeValue = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// Handler answers as the process's metrics listener does, whatever the path.
func (p *Process) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if clock := p.simulation.options.Clock; clock != nil {
			now := clock()
			p.simulation.Advance(now)
			if p.silent(now) {
				http.Error(w, "The process hangs.", http.StatusServiceUnavailable)
				return
			}
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		// A scraper that hangs up has nobody left to tell.
		_ = p.WriteMetrics(w)
	})
}

// WriteMetrics writes the process's present metrics in Prometheus' text format.
func (p *Process) WriteMetrics(to io.Writer) error {
	p.simulation.mutex.Lock()
	defer p.simulation.mutex.Unlock()
	out := bufio.NewWriter(to)
	for _, f := range p.registry.template.families {
		out.WriteString("# HELP " + f.name + " " + f.help + "\n# TYPE " + f.name + " " + f.kind + "\n")
		for _, one := range p.registry.byFamily[f.name] {
			if value := one.read(); !math.IsNaN(value) {
				writeSample(out, one, value)
			}
		}
	}
	return out.Flush()
}

func writeSample(out *bufio.Writer, one *series, value float64) {
	out.WriteString(one.name)
	for i, l := range one.labels {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		out.WriteString(separator + l.name + `="` + escapeValue.Replace(l.value) + `"`)
	}
	if len(one.labels) > 0 {
		out.WriteString("}")
	}
	out.WriteString(" " + printNumber(value) + "\n")
}
