package testdata

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"path"
	"strings"
)

//go:embed versions/*.txt.gz
var versions embed.FS

// Scrape is what one process of a real Synapse answered on /metrics after a few minutes of use: two people, messages,
// syncs, media, a bridge, a pusher. The help texts are left out, the name of the kernel is replaced.
type Scrape struct {
	// Version is Synapse's, such as 1.96.1.
	Version string
	// Server tells the homeservers of a version apart: "" is a single process with PostgreSQL, "workers" one with two workers
	// and Redis, "pair" one that federates, and "workers-peer" and "pair-peer" the SQLite homeservers at their other end.
	Server string
	// Process is "" for the main process, or the worker's name.
	Process string
	// Metrics is text in the format that this version gives to Prometheus 3.
	Metrics string
}

// Versions returns the scrapes of every version that lab/ has run, by file name.
func Versions() ([]Scrape, error) {
	files, err := versions.ReadDir("versions")
	if err != nil {
		return nil, err
	}
	var all []Scrape
	for _, file := range files {
		packed, err := versions.ReadFile(path.Join("versions", file.Name()))
		if err != nil {
			return nil, err
		}
		unpacked, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(unpacked)
		if err != nil {
			return nil, err
		}
		s := Scrape{Metrics: string(text)}
		s.Version, s.Server, _ = strings.Cut(strings.TrimSuffix(file.Name(), ".txt.gz"), "-")
		if worker, is := strings.CutPrefix(s.Server, "workers-"); is && worker != "peer" {
			s.Server, s.Process = "workers", worker
		}
		all = append(all, s)
	}
	return all, nil
}
