package prometheus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// goText is what Go's and client_golang's own errors look like.
var goText = regexp.MustCompile(`(?i)dial tcp|lookup|EOF|unmarshal|invalid character|x509|context |http:|tls:|Post "|Get "|_error|client error|json|127\.0\.0\.1|s3cret`)

func wantFault(t *testing.T, err error, kind upstream.Kind, source upstream.Source, status int, begins string) {
	t.Helper()
	fault := (*upstream.Fault)(nil)
	if !errors.As(err, &fault) {
		t.Errorf("%v is no Fault", err)
		return
	}
	if fault.Kind != kind || fault.Source != source || fault.Status != status {
		t.Errorf("kind %s, source %s, status %d; want %s, %s, %d (%s)", fault.Kind, fault.Source, fault.Status, kind, source, status, fault)
	}
	if !strings.HasPrefix(fault.Error(), begins) {
		t.Errorf("%q, want it to begin with %q", fault, begins)
	}
	if found := goText.FindString(strings.ReplaceAll(fault.Error(), "no valid JSON", "")); found != "" {
		t.Errorf("%q shows %q", fault, found)
	}
	if !strings.HasSuffix(fault.Error(), ".") || fault.Err == nil && fault.Kind != upstream.BadAnswer {
		t.Errorf("%q has no end, or no cause for the log", fault)
	}
}

func TestBrokenAnswers(t *testing.T) {
	const notAnAPI = "The server answered, but not as a Prometheus API does"
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   upstream.Kind
		source upstream.Source
		want   int
		begins string
	}{
		{"401", 401, "Unauthorized", upstream.Auth, upstream.Downstream, 401,
			"Prometheus refused the credentials (HTTP 401 Unauthorized). Check user, password, token"},
		{"403", 403, `{"status":"error","errorType":"forbidden","error":"no org id"}`, upstream.Auth, upstream.Downstream, 403,
			"Prometheus refused the credentials (HTTP 403 Forbidden)."},
		{"404 in HTML", 404, "<html>404 page not found</html>", upstream.BadAnswer, upstream.Downstream, 502,
			"The server refused the query (HTTP 404 Not Found). Check that the URL in the data source settings"},
		{"414", 414, "", upstream.Limit, upstream.Downstream, 502,
			"The server found the query too long (HTTP 414 Request URI Too Long). Set the HTTP method of the data source to POST"},
		{"429 of Mimir", 429, `{"status":"error","errorType":"too_many_requests","error":"max concurrent"}`, upstream.Limit, upstream.Downstream, 429,
			"Prometheus refused the query: too many queries at a time, or too much data for its limits (HTTP 429 Too Many Requests)."},
		{"500", 500, `{"status":"error","errorType":"internal","error":"compaction s3cret"}`, upstream.BadAnswer, upstream.Downstream, 502,
			"Prometheus, or a proxy in front of it, answered with a server error (HTTP 500 Internal Server Error)."},
		{"503 before it is ready", 503, "Service Unavailable", upstream.BadAnswer, upstream.Downstream, 502,
			"Prometheus, or a proxy in front of it, answered with a server error (HTTP 503 Service Unavailable). Look into the log"},
		{"503 as its own time limit", 503, `{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}`,
			upstream.Timeout, upstream.Downstream, 504, "Prometheus gave up on the query: its own time limit passed."},
		{"503 as it shuts down", 503, `{"status":"error","errorType":"canceled","error":"query was canceled in query execution"}`,
			upstream.Canceled, upstream.Downstream, 502, "Prometheus cancelled the query. It may be shutting down"},
		{"a status that nobody knows", 599, "", upstream.BadAnswer, upstream.Downstream, 502,
			"Prometheus, or a proxy in front of it, answered with a server error (HTTP 599)."},
		{"a login page", 200, "<html><form>Password</form></html>", upstream.BadAnswer, upstream.Downstream, 502, notAnAPI},
		{"nothing", 200, "", upstream.BadAnswer, upstream.Downstream, 502, notAnAPI},
		{"half of an answer", 200, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"jo`, upstream.BadAnswer, upstream.Downstream, 502, notAnAPI},
		{"another result type", 200, `{"status":"success","data":{"resultType":"string","result":[1,"x"]}}`, upstream.BadAnswer, upstream.Downstream, 502, notAnAPI},
		{"an error with status 200", 200, `{"status":"error","errorType":"weird","error":"x"}`, upstream.BadAnswer, upstream.Downstream, 502, notAnAPI},
		{"bad data", 400, `{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error"}`, upstream.OwnMistake, upstream.Plugin, 500,
			"Prometheus rejected a query that this plugin wrote. Please report it"},
		{"Mimir's limit of the range", 400, `{"status":"error","errorType":"bad_data","error":"the total query time range exceeds the limit (query length: 720h, limit: 168h)"}`,
			upstream.Limit, upstream.Downstream, 422, "Prometheus refused the query because of one of its limits"},
		{"too many samples", 422, `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}`,
			upstream.Limit, upstream.Downstream, 422, "Prometheus refused the query because of one of its limits"},
		{"Mimir's limit of series", 422, `{"status":"error","errorType":"execution","error":"the query exceeded the maximum number of series (limit: 100000 series) (err-mimir-max-series-per-query)"}`,
			upstream.Limit, upstream.Downstream, 422, "Prometheus refused the query because of one of its limits"},
		{"VictoriaMetrics' limit", 422, `{"status":"error","errorType":"422","error":"the number of matching timeseries exceeds 300000"}`,
			upstream.Limit, upstream.Downstream, 422, "Prometheus refused the query because of one of its limits"},
		{"a query that can't run", 422, `{"status":"error","errorType":"execution","error":"found duplicate series for the match group {job=\"x\"} on the right hand-side"}`,
			upstream.OwnMistake, upstream.Plugin, 500, "Prometheus could not evaluate a query that this plugin wrote."},
		{"HTTP on a port of TLS", 400, "Client sent an HTTP request to an HTTPS server.\n", upstream.TLS, upstream.Downstream, 502, "The TLS connection to Prometheus failed"},
		{"400 of a proxy", 400, "<html>Bad Request</html>", upstream.BadAnswer, upstream.Downstream, 502, "The server refused the query (HTTP 400 Bad Request)."},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := serve(t, "", "POST", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
			wantFault(t, err, c.kind, c.source, c.want, c.begins)
			_, _, err = client.Range(t.Context(), "up", time.Unix(0, 0), time.Unix(60, 0), time.Minute)
			wantFault(t, err, c.kind, c.source, c.want, c.begins)
		})
	}
}

func TestARangeIsNoVector(t *testing.T) {
	client := serve(t, "", "POST", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "query_range") {
			answer(w, emptyVector)
		} else {
			answer(w, emptyMatrix)
		}
	})
	_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
	wantFault(t, err, upstream.BadAnswer, upstream.Downstream, 502, "The server answered, but not as a Prometheus API does")
	_, _, err = client.Range(t.Context(), "up", time.Unix(0, 0), time.Unix(60, 0), time.Minute)
	wantFault(t, err, upstream.BadAnswer, upstream.Downstream, 502, "The server answered, but not as a Prometheus API does")
}

func TestBodyTooLong(t *testing.T) {
	line := strings.Repeat(" ", 1<<20)
	sent := 0
	client := serve(t, "", "POST", func(w http.ResponseWriter, _ *http.Request) {
		for range 64 {
			n, err := io.WriteString(w, line)
			if sent += n; err != nil {
				return
			}
		}
		answer(w, emptyVector)
	})
	_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
	wantFault(t, err, upstream.Limit, upstream.Downstream, 502, "Prometheus' answer is longer than 8 MiB and was cut off.")
}

func TestBodyBelowTheLimit(t *testing.T) {
	client := serve(t, "", "POST", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, emptyVector+strings.Repeat(" ", 7<<20))
	})
	if _, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0)); err != nil {
		t.Error(err)
	}
}

func TestConnectionBreaksInTheMiddle(t *testing.T) {
	client := serve(t, "", "POST", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, emptyVector[:20])
	})
	_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
	wantFault(t, err, upstream.Unreachable, upstream.Downstream, 502, "Prometheus can't be reached: the connection was refused or broke.")
}

func TestSlow(t *testing.T) {
	for name, begin := range map[string]string{"before it answers": "", "within its answer": emptyVector[:20]} {
		client := serve(t, "", "POST", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			if begin != "" {
				_, _ = io.WriteString(w, begin)
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		started := time.Now()
		_, _, err := client.Instant(ctx, "up", time.Unix(0, 0))
		cancel()
		if passed := time.Since(started); passed > 3*time.Second {
			t.Errorf("%s: it took %s", name, passed)
		}
		wantFault(t, err, upstream.Timeout, upstream.Downstream, 504, "Prometheus did not answer within the data source's query timeout.")
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	client := connect(t, "http://user:s3cret@"+address, "POST")
	_, _, err = client.Instant(t.Context(), "up", time.Unix(0, 0))
	wantFault(t, err, upstream.Unreachable, upstream.Downstream, 502, "Prometheus can't be reached: the connection was refused or broke.")
	_, err = client.LabelValues(t.Context(), "job", nil, time.Unix(0, 0), time.Unix(1, 0))
	wantFault(t, err, upstream.Unreachable, upstream.Downstream, 502, "Prometheus can't be reached: the connection was refused or broke.")
}

// dialer fails as the network does; real names and real black holes are not for a test.
func dialer(failure error) *http.Transport {
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: failure}
	}}
}

type passed struct{ error }

func (passed) Timeout() bool   { return true }
func (passed) Temporary() bool { return true }

func TestNoWayToTheHost(t *testing.T) {
	for _, c := range []struct {
		failure error
		begins  string
	}{
		{&net.DNSError{Err: "no such host", Name: "prometheus.s3cret", IsNotFound: true}, "The host name of Prometheus could not be resolved. Check the URL"},
		{passed{errors.New("i/o timeout")}, "Prometheus can't be reached: nothing answered when the connection was opened. Check the address in the data source settings and the firewalls"},
	} {
		client := over(t, "http://prometheus.example:9090", "POST", dialer(c.failure))
		_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
		wantFault(t, err, upstream.Unreachable, upstream.Downstream, 502, c.begins)
	}
}

func TestTLS(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, emptyVector) })
	encrypted, plain := httptest.NewTLSServer(handler), httptest.NewServer(handler)
	defer encrypted.Close()
	defer plain.Close()
	for name, address := range map[string]string{
		"an authority that nobody knows": encrypted.URL,
		"TLS where there is none":        strings.Replace(plain.URL, "http:", "https:", 1),
		"no TLS where there is one":      strings.Replace(encrypted.URL, "https:", "http:", 1),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := connect(t, address, "POST").Instant(t.Context(), "up", time.Unix(0, 0))
			wantFault(t, err, upstream.TLS, upstream.Downstream, 502, "The TLS connection to Prometheus failed")
		})
	}
}

func TestProbe(t *testing.T) {
	vector := func(samples ...string) string {
		return `{"status":"success","data":{"resultType":"vector","result":[` + strings.Join(samples, ",") + `]}}`
	}
	count := func(label, value string, n int) string {
		return fmt.Sprintf(`{"metric":{%q:%q},"value":[0,"%d"]}`, label, value, n)
	}
	for _, c := range []struct {
		name            string
		builds, servers string
		status          upstream.Status
		message         string
	}{
		{"one homeserver", vector(count("version", "1.160.0", 5)), vector(count("server_name", "a.org", 5)), upstream.OK, "Synapse 1.160.0: 5 processes of a.org."},
		{"a monolith", vector(count("version", "1.160.0", 1)), vector(count("server_name", "a.org", 1)), upstream.OK, "Synapse 1.160.0: 1 process of a.org."},
		{"within an upgrade", vector(count("version", "1.160.0", 2), count("version", "1.159.0", 1)), vector(count("server_name", "b.org", 2), count("server_name", "a.org", 1)),
			upstream.OK, "Synapse 1.159.0, 1.160.0: 3 processes of a.org, b.org."},
		{"older than the label", vector(count("version", "1.130.0", 2)), vector(`{"metric":{},"value":[0,"2"]}`), upstream.OK, "Synapse 1.130.0: 2 processes of an unnamed homeserver."},
		{"the version is not scraped", vector(), vector(count("server_name", "a.org", 1)), upstream.OK, "Synapse, version unknown, of a.org."},
		{"no Synapse", vector(), vector(), upstream.Warning, "Prometheus has no metrics of Synapse right now."},
	} {
		client := serve(t, "", "POST", func(w http.ResponseWriter, r *http.Request) {
			switch q := r.FormValue("query"); {
			case strings.Contains(q, "build_info"):
				answer(w, c.builds)
			case strings.Contains(q, "schedule_time"):
				answer(w, c.servers)
			default:
				answer(w, vector(`{"metric":{},"value":[0,"2"]}`))
			}
		})
		aspects := client.Probe(t.Context(), time.Unix(0, 0), Expected{"build_info", "schedule_time"})
		if len(aspects) != 2 || aspects[0].Aspect != "prometheus" || aspects[0].Status != upstream.OK || aspects[1].Aspect != "metrics" {
			t.Errorf("%s: %+v", c.name, aspects)
			continue
		}
		if aspects[1].Status != c.status || aspects[1].Message != c.message || (aspects[1].Remedy == "") != (c.status == upstream.OK) {
			t.Errorf("%s: %+v, want %s", c.name, aspects[1], c.message)
		}
	}
}

func TestProbeOfAServerThatIsDown(t *testing.T) {
	client := serve(t, "", "POST", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	aspects := client.Probe(t.Context(), time.Unix(0, 0), Expected{"build_info", "schedule_time"})
	if len(aspects) != 2 || aspects[0].Status != upstream.Error || !strings.Contains(aspects[0].Message, "HTTP 401") || aspects[0].Remedy == "" {
		t.Errorf("%+v", aspects)
	} else if aspects[1].Status != upstream.NotChecked || aspects[1].Aspect != "metrics" {
		t.Errorf("%+v", aspects[1])
	}
}
