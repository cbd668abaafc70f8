package matrix

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/faulty"
)

// short is a query timeout for upstreams that hang.
var short = map[string]any{"queryTimeout": "4s"}

// Phrases of the errors, each with what it tells to do.
var (
	unreachable = []string{"can't be reached"}
	broke       = []string{"broke"}
	notAnAPI    = []string{"not as a Prometheus API"}
	tooSlow     = []string{"did not answer within", "waited too long for its turn"}
)

var prometheusFaults = []Fault{
	{Name: "Prometheus is down at the first query", Cold: true, Break: network((*faulty.TCP).Down), Status: []int{502}, Says: unreachable},
	{Name: "Prometheus goes down and comes back", Break: network((*faulty.TCP).Down), Status: []int{502}, Says: unreachable},
	{Name: "its name is not in the DNS", From: at("http://no-such-host.invalid:9090"), Mended: same, Break: nothing, Status: []int{502}, Says: []string{"can't be reached", "could not be resolved"}},
	{Name: "TLS: certificate of an unknown authority", From: byTLS, Break: presenting(func(t *faulty.TLS) *tls.Certificate { return t.OtherCA }), Status: []int{502}, Says: []string{"TLS"}},
	{Name: "TLS: certificate of another host", From: byTLS, Break: presenting(func(t *faulty.TLS) *tls.Certificate { return t.OtherHost }), Status: []int{502}, Says: []string{"TLS"}},
	{Name: "TLS: certificate expired an hour ago", From: byTLS, Break: presenting(func(t *faulty.TLS) *tls.Certificate { return t.Expired }), Status: []int{502}, Says: []string{"TLS"}},
	{Name: "connection reset in the middle of an answer", Break: answers(faulty.Cut), Status: []int{502}, Says: broke},
	{Name: "truncated JSON", Break: answers(faulty.Text("application/json", `{"status":"success","data":{"resultType":"vec`)), Status: []int{502}, Says: notAnAPI},
	{Name: "garbage (a login page)", Break: answers(faulty.Text("text/html", "<html>Log in, "+faulty.Confidential+"</html>")), Status: []int{502}, Says: notAnAPI},
	{Name: "50 MiB of series for each question", Break: answers(faulty.Huge), Status: []int{502, 504}, Says: []string{"8 MiB", "waited too long for its turn", "did not answer within"}, Within: 256},
	{Name: "slow drip: a byte now and then", Set: short, Break: own((*faulty.HTTP).Trickling), Status: []int{504}, Says: tooSlow},
	{Name: "hangs: takes the question, says nothing", Set: short, Break: own((*faulty.HTTP).Silent), Status: []int{504}, Says: tooSlow},
	{Name: "401", Break: answers(faulty.Refusing(401)), Status: []int{401}, Says: []string{"refused the credentials"}},
	{Name: "403", Break: answers(faulty.Refusing(403)), Status: []int{403}, Says: []string{"refused the credentials"}},
	{Name: "404", Break: answers(faulty.Refusing(404)), Status: []int{502}, Says: []string{"404"}},
	{Name: "422: too many samples", Break: answers(faulty.Answer(422, "application/json",
		`{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}`)), Status: []int{422}, Says: []string{"one of its limits"}},
	{Name: "429 with Retry-After: 7", Break: answers(faulty.Refusing(429, "Retry-After", "7")), Status: []int{429}, Says: []string{"asked to wait", "too many queries"}},
	{Name: "500", Break: answers(faulty.Refusing(500)), Status: []int{502}, Says: []string{"server error"}},
	{Name: "503", Break: answers(faulty.Refusing(503)), Status: []int{502}, Says: []string{"server error"}},
	{Name: "redirect loop", Break: answers(faulty.Redirect("")), Status: []int{502}, Says: []string{"in a loop"}},
	{Name: "redirect to another host", Break: answers(faulty.Redirect("https://login.example.org")), Status: []int{502}, Says: []string{"redirects the plugin's queries to"}},
}

func init() {
	for i := range prometheusFaults {
		prometheusFaults[i].Of = "prometheus"
	}
}

func nothing(_ context.Context, w trial) (func() error, error) { return heal(w), nil }

func network(fail func(*faulty.TCP) error) func(context.Context, trial) (func() error, error) {
	return func(_ context.Context, w trial) (func() error, error) { return heal(w), fail(w.Network) }
}

func answers(with http.HandlerFunc) func(context.Context, trial) (func() error, error) {
	return own(func(_ *faulty.HTTP, rw http.ResponseWriter, r *http.Request) { with(rw, r) })
}

// own lets the proxy itself answer.
func own(with func(*faulty.HTTP, http.ResponseWriter, *http.Request)) func(context.Context, trial) (func() error, error) {
	return func(_ context.Context, w trial) (func() error, error) {
		w.Prometheus.Fail(func(rw http.ResponseWriter, r *http.Request) { with(w.Prometheus, rw, r) }, nil)
		return heal(w), nil
	}
}

func presenting(which func(*faulty.TLS) *tls.Certificate) func(context.Context, trial) (func() error, error) {
	return func(_ context.Context, w trial) (func() error, error) {
		w.TLS.Present(which(w.TLS))
		return heal(w), nil
	}
}

func at(url string) func(trial, ask.Source) ask.Source {
	return func(_ trial, of ask.Source) ask.Source {
		of.URL = url
		return of.With(nil)
	}
}

func byTLS(w trial, of ask.Source) ask.Source {
	of = of.With(map[string]any{"tlsAuthWithCACert": true})
	of.URL, of.Secure = w.TLS.URL, w.Trusting(of.Secure)
	return of
}

// same is the data source as it was before the fault: the setting is corrected.
func same(_ trial, of ask.Source) ask.Source { return of.With(nil) }
