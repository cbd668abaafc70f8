package simulate

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/testdata"
)

// family is a metric family of the stored scrape.
type family struct {
	name, help, kind string
	samples          []sample
}

type sample struct {
	name   string
	labels []label // sorted by name, without server_name
	value  float64
	// homeserver says that the sample carries server_name.
	homeserver bool
}

type label struct{ name, value string }

// template is the stored scrape: what families a real process exposes, in its order.
type template struct {
	families []*family
	byName   map[string]*family
}

var labelPattern = regexp.MustCompile(`(\w+)="((?:[^"\\]|\\.)*)"`)

func loadTemplate() (*template, error) {
	scrape, err := testdata.SynapseMetrics()
	if err != nil {
		return nil, err
	}
	t := &template{byName: map[string]*family{}}
	lines := bufio.NewScanner(bytes.NewReader(scrape))
	lines.Buffer(nil, 1<<20)
	var current *family
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "# HELP "):
			name, help, _ := strings.Cut(strings.TrimPrefix(line, "# HELP "), " ")
			current = t.add(&family{name: name, help: help})
		case strings.HasPrefix(line, "# TYPE "):
			_, current.kind, _ = strings.Cut(strings.TrimPrefix(line, "# TYPE "), " ")
		case line != "":
			sample, err := parseSample(line)
			if err != nil {
				return nil, err
			}
			current.samples = append(current.samples, sample)
		}
	}
	for _, additional := range additionalFamilies {
		t.add(&family{name: additional.name, help: additional.help, kind: additional.kind})
	}
	return t, lines.Err()
}

func (t *template) add(f *family) *family {
	t.families = append(t.families, f)
	t.byName[f.name] = f
	return f
}

func parseSample(line string) (sample, error) {
	identity, value, _ := cutLast(line, " ")
	name, rest, _ := strings.Cut(identity, "{")
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return sample{}, fmt.Errorf("stored scrape, line %q: %w", line, err)
	}
	parsed := sample{name: name, value: number}
	for _, match := range labelPattern.FindAllStringSubmatch(rest, -1) {
		if match[1] == "server_name" {
			parsed.homeserver = true
			continue
		}
		parsed.labels = append(parsed.labels, label{match[1], match[2]})
	}
	slices.SortFunc(parsed.labels, func(a, b label) int { return strings.Compare(a.name, b.name) })
	return parsed, nil
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

// storedHistogram is one histogram of the stored scrape.
type storedHistogram struct {
	labels     []label
	homeserver bool
	bounds     []float64
	fractions  []float64 // of the observations at or below each bound
	count, sum float64
}

func (f *family) histograms() []*storedHistogram {
	var found []*storedHistogram
	for _, s := range f.samples {
		labels := slices.Clone(s.labels)
		at := slices.IndexFunc(labels, func(l label) bool { return l.name == "le" })
		bound := math.NaN()
		if at >= 0 {
			bound, _ = strconv.ParseFloat(labels[at].value, 64)
			labels = slices.Delete(labels, at, at+1)
		}
		index := slices.IndexFunc(found, func(h *storedHistogram) bool { return slices.Equal(h.labels, labels) })
		if index < 0 {
			index = len(found)
			found = append(found, &storedHistogram{labels: labels, homeserver: s.homeserver})
		}
		h := found[index]
		switch {
		case at >= 0:
			h.bounds = append(h.bounds, bound)
			h.fractions = append(h.fractions, s.value)
		case strings.HasSuffix(s.name, "_sum"):
			h.sum = s.value
		case strings.HasSuffix(s.name, "_count"):
			h.count = s.value
		}
	}
	for _, h := range found {
		for i := range h.fractions {
			h.fractions[i] /= max(h.count, 1)
		}
	}
	return found
}
