package world

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/faulty"
)

// The secrets that are planted, each where an admin would write one; pgx, net/http and the SDK see them all.
const (
	reader       = "grafana_synapse"
	pgPassword   = "canary-of-the-role"
	pseudonymKey = "canary-of-the-pseudonyms"
	urlPassword  = "canary-in-the-url"
	urlToken     = "canary-behind-the-url"
	header       = "canary-in-a-header"
	forwarded    = "canary-of-the-asker"
)

func withSecrets(url string) string {
	return strings.Replace(url, "://", "://grafana:"+urlPassword+"@", 1) + "?token=" + urlToken
}

// plantSecrets gives the data source its secrets.
func (w *World) plantSecrets(ctx context.Context) (ask.Source, error) {
	of := w.Stack.Source.With(map[string]any{"httpHeaderName1": "X-Scope-OrgID"})
	of.URL = withSecrets(of.URL)
	of.Secure = map[string]string{"postgresPassword": pgPassword, "pseudonymKey": pseudonymKey, "httpHeaderValue1": header}
	return of, w.Owner(ctx, "ALTER ROLE "+reader+" PASSWORD '"+pgPassword+"'")
}

// Watch searches everything that leaves the plugin.
type Watch struct {
	secrets []string // nobody sees them anywhere
	hidden  []string // whom a viewer must not see, nor a log, span or metric
	hosts   []string // addresses of the upstreams, which a viewer must not see
	spans   string   // the address where spans are collected

	// How much was searched.
	Answers, Lines, Spans, Scrapes atomic.Int64

	mu    sync.Mutex
	found []string
}

func newWatch(w *World) *Watch {
	watch := &Watch{
		secrets: []string{pgPassword, pseudonymKey, urlPassword, urlToken, header, forwarded, faulty.Confidential, database.Canary},
		hosts:   []string{w.Network.Address(), w.Postgres.Address(), w.Server(), strings.TrimPrefix(w.TLS.URL, "https://")},
	}
	for _, room := range database.Rooms(database.Options{Seed: 3, Now: w.Stack.History.To}) {
		watch.hidden = append(watch.hidden, room.ID)
	}
	return watch
}

// Found is what was seen and must not be.
func (w *Watch) Found() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.found)
}

// Searched tells how much was searched for what.
func (w *Watch) Searched() string {
	return fmt.Sprintf("Searched for %d planted secrets and %d room ids: %d answers and health checks, %d lines of the plugin's log at its most talkative, %d spans, %d scrapes of its metrics. Found: %d.",
		len(w.secrets), len(w.hidden), w.Answers.Load(), w.Lines.Load(), w.Spans.Load(), w.Scrapes.Load(), len(w.Found()))
}

func (w *Watch) search(where, text string, lists ...[]string) {
	for _, list := range lists {
		for _, canary := range list {
			if at := strings.Index(text, canary); at >= 0 {
				w.mu.Lock()
				w.found = append(w.found, fmt.Sprintf("%s shows %s: …%s", where, canary, text[max(0, at-200):min(len(text), at+100)]))
				w.mu.Unlock()
			}
		}
	}
}

func isEditor(of ask.Source) bool {
	return of.User != nil && (of.User.Role == "Admin" || of.User.Role == "Editor")
}

// look searches what somebody reads.
func (w *Watch) look(of ask.Source, where, text string) {
	w.Answers.Add(1)
	if isEditor(of) {
		w.search(where, text, w.secrets)
		return
	}
	w.search(where+" of a viewer", text, w.secrets, w.hidden, w.hosts)
}

func (w *Watch) answer(of ask.Source, name string, answer backend.DataResponse) {
	raw, err := answer.MarshalJSON()
	if err != nil {
		raw = []byte(err.Error())
	}
	w.look(of, name, string(raw))
}

// Scrape searches the plugin's metrics.
func (w *Watch) scrape(text string) {
	w.Scrapes.Add(1)
	w.search("a metric", text, w.secrets, w.hidden, w.hosts)
}

// Log takes the plugin's log, at its most talkative.
func (w *Watch) Log() io.Writer { return logged{w} }

type logged struct{ watch *Watch }

func (l logged) Write(text []byte) (int, error) {
	l.watch.Lines.Add(int64(strings.Count(string(text), "\n")))
	l.watch.search("the log", string(text), l.watch.secrets, l.watch.hidden)
	if strings.Contains(string(text), "panic") {
		l.watch.search("the log", "a panic: "+string(text), []string{"a panic: "})
	}
	return len(text), nil
}

// collectSpans takes the spans that the plugin sends as Grafana has it do, and searches them as they come over the wire: attributes
// are plain text there.
func (w *Watch) collectSpans(space *servers.Space) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.spans = listener.Addr().String()
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var batch, reply emptypb.Empty
		if err := stream.RecvMsg(&batch); err != nil {
			return err
		}
		text := string(batch.ProtoReflect().GetUnknown())
		w.Spans.Add(int64(strings.Count(text, "synapse.")))
		w.search("a span", text, w.secrets, w.hidden)
		return stream.SendMsg(&reply)
	}))
	space.Own(func() error { server.Stop(); return nil })
	go func() { _ = server.Serve(listener) }() // ends with Stop
	return nil
}
