package versions_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/lab/testdata"
)

// server is a homeserver that was run: the series of all its processes.
type server struct {
	name, version string
	// labels are the label names of each series, without server_name and le.
	labels map[string]map[string]bool
	types  map[string]string
	// series are the labels of each series, by its name.
	series map[string][]map[string]string
	// processes are its scrapes.
	processes []testdata.Scrape
}

var (
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? `)
	labelName  = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`)
)

func servers(t *testing.T) []*server {
	t.Helper()
	scrapes, err := testdata.Versions()
	if err != nil || len(scrapes) < 23 {
		t.Fatalf("%d scrapes, %v", len(scrapes), err)
	}
	var all []*server
	byName := map[string]*server{}
	for _, scrape := range scrapes {
		name := strings.TrimSuffix(scrape.Version+" "+scrape.Server, " ")
		if byName[name] == nil {
			byName[name] = &server{name: name, version: scrape.Version, labels: map[string]map[string]bool{}, types: map[string]string{}, series: map[string][]map[string]string{}}
			all = append(all, byName[name])
		}
		byName[name].add(scrape.Metrics)
		byName[name].processes = append(byName[name].processes, scrape)
	}
	return all
}

func (s *server) add(text string) {
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) == 4 && fields[1] == "TYPE" {
			s.types[fields[2]] = fields[3]
			continue
		}
		match := sampleLine.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		if s.labels[match[1]] == nil {
			s.labels[match[1]] = map[string]bool{}
		}
		series := map[string]string{}
		s.series[match[1]] = append(s.series[match[1]], series)
		for _, label := range labelName.FindAllStringSubmatch(match[2], -1) {
			series[label[1]] = label[2]
			if label[1] != "server_name" && label[1] != "le" {
				s.labels[match[1]][label[1]] = true
			}
		}
	}
}
