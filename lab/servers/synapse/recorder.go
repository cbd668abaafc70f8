package synapse

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Recorder stands between Prometheus and one Synapse, passes each scrape on as it is and keeps it. Background jobs of
// Synapse never quite stop changing, so this is how we know exactly what /metrics said at each of Prometheus' samples.
type Recorder struct {
	Instance string // the instance label of the samples in Prometheus

	target string
	server *http.Server

	mu      sync.Mutex
	scrapes []scrape
}

// mostScrapes bounds what is kept where the pair is left running: two hours, some 100 MB.
const mostScrapes = 2400

type scrape struct {
	at   time.Time
	body []byte // gzip
}

func startRecorder(target string) (*Recorder, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Recorder{target: target, Instance: listener.Addr().String()}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

func (r *Recorder) stop() error { return r.server.Close() }

// ServeHTTP answers a scrape.
func (r *Recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	at := time.Now()
	upstream, err := http.NewRequestWithContext(request.Context(), http.MethodGet, r.target, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	response, err := http.DefaultClient.Do(upstream)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
	w.WriteHeader(response.StatusCode)
	if _, err := w.Write(body); err == nil && response.StatusCode == http.StatusOK {
		r.keep(at, body)
	}
}

func (r *Recorder) keep(at time.Time, body []byte) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(body) // writing to memory can't fail
	_ = zip.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.scrapes) == mostScrapes {
		r.scrapes = slices.Delete(r.scrapes, 0, mostScrapes/2)
	}
	r.scrapes = append(r.scrapes, scrape{at, packed.Bytes()})
}

// Each goes through all that is kept, in order.
func (r *Recorder) Each(look func(at time.Time, families Families)) error {
	r.mu.Lock()
	kept := slices.Clone(r.scrapes)
	r.mu.Unlock()
	for _, s := range kept {
		families, err := s.read()
		if err != nil {
			return err
		}
		look(s.at, families)
	}
	return nil
}

func (s scrape) read() (Families, error) {
	zip, err := gzip.NewReader(bytes.NewReader(s.body))
	if err != nil {
		return nil, err
	}
	return ParseMetrics(zip)
}

// At returns what /metrics said at the sample that Prometheus stamped with this time. Prometheus takes the time just
// before it asks, so it is the first scrape that arrived at or after it.
func (r *Recorder) At(stamp time.Time) (Families, error) {
	r.mu.Lock()
	i, _ := slices.BinarySearchFunc(r.scrapes, stamp, func(s scrape, t time.Time) int { return s.at.Compare(t) })
	var found scrape
	if i < len(r.scrapes) {
		found = r.scrapes[i]
	}
	r.mu.Unlock()
	if found.at.IsZero() || found.at.Sub(stamp) > time.Second {
		return nil, fmt.Errorf("no scrape was seen at %s", stamp.Format(time.RFC3339Nano))
	}
	return found.read()
}
