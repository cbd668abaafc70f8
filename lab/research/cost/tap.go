package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// atATime is how many requests are under way at Prometheus, the plugin's own default.
const atATime = 6

// call is one request to Prometheus as it was sent.
type call struct {
	path, form string
	bytes      int64
}

// tap stands before a Prometheus and notes what is asked.
type tap struct {
	url string

	mu    sync.Mutex
	calls []call
}

// newTap starts one. stop ends it.
func newTap(upstream string) (t *tap, stop func() error, err error) {
	target, err := url.Parse(upstream)
	if err != nil {
		return nil, nil, err
	}
	t = &tap{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(string(body))), int64(len(body))
		form := string(body)
		if form == "" {
			form = r.URL.RawQuery
		}
		r.Header.Del("Accept-Encoding") // bytes are those of the answer, however they travel
		counted := &counter{ResponseWriter: w}
		proxy.ServeHTTP(counted, r)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.calls = append(t.calls, call{r.URL.Path, form, counted.n})
	}))
	t.url = server.URL
	return t, func() error { server.Close(); return nil }, nil
}

type counter struct {
	http.ResponseWriter
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n += int64(n)
	return n, err
}

// take gives what was asked since the last time.
func (t *tap) take() []call {
	t.mu.Lock()
	defer t.mu.Unlock()
	calls := t.calls
	t.calls = nil
	return calls
}

func (c call) isRange() bool { return strings.HasSuffix(c.path, "/query_range") }

func (c call) promql() string {
	values, _ := url.ParseQuery(c.form)
	return values.Get("query")
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}

// send asks the same again and gives the body's length; into, if not nil, gets the decoded body.
func (c call) send(ctx context.Context, base, more string, into any) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+c.path, strings.NewReader(c.form+more))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return 0, fmt.Errorf("%s: %s: %s", c.promql(), response.Status, text)
	}
	if into != nil {
		return 0, json.NewDecoder(response.Body).Decode(into)
	}
	return io.Copy(io.Discard, response.Body)
}

// direct asks all of them again, as many at a time as the plugin does, and reads the answers without decoding them.
func direct(ctx context.Context, base string, calls []call) (took time.Duration, bytes int64, err error) {
	began := time.Now()
	sizes := make([]int64, len(calls))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atATime)
	for i, c := range calls {
		group.Go(func() (err error) {
			sizes[i], err = c.send(ctx, base, "", nil)
			return err
		})
	}
	err = group.Wait()
	for _, n := range sizes {
		bytes += n
	}
	return time.Since(began), bytes, err
}

// weigh tells how many samples Prometheus reads for a request, and how long it evaluates it.
func (c call) weigh(ctx context.Context, base string) (samples int64, seconds float64, err error) {
	var answer struct {
		Data struct {
			Stats struct {
				Timings struct{ EvalTotalTime float64 }
				Samples struct{ TotalQueryableSamples int64 }
			}
		}
	}
	if !strings.Contains(c.path, "/query") {
		return 0, 0, nil
	}
	_, err = c.send(ctx, base, "&stats=all", &answer)
	return answer.Data.Stats.Samples.TotalQueryableSamples, answer.Data.Stats.Timings.EvalTotalTime, err
}

// total adds up what requests read and move.
func total(ctx context.Context, base string, calls []call) (t spent, err error) {
	t.requests = len(calls)
	for _, c := range calls {
		samples, _, err := c.weigh(ctx, base)
		if err != nil {
			return t, err
		}
		t.samples += samples
		t.bytes += c.bytes
		if c.isRange() {
			t.ranges++
		}
	}
	return t, nil
}

// spent is what an answer costs.
type spent struct {
	requests, ranges int
	bytes, samples   int64
}

// pairs are the times of two things done in turn, in one run.
type pairs struct{ first, second []time.Duration }

// ratio is first to second: the middle of the pairs, and the quartiles around it.
func (p pairs) ratio() (middle, low, high float64) {
	ratios := make([]float64, len(p.first))
	for i := range p.first {
		ratios[i] = p.first[i].Seconds() / p.second[i].Seconds()
	}
	slices.Sort(ratios)
	n := len(ratios)
	return ratios[n/2], ratios[n/4], ratios[n-1-n/4]
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}
