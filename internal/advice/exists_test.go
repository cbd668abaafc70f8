// Package advice tests what the product tells an admin to use: every option, path, command, log line and setting that a text
// names in backquotes exists, and one that came with a later Synapse than the oldest supported one stands beside its version.
// Synapse's documentation has errors, so exists.csv says where in Synapse's code each is read.
package advice

import (
	_ "embed"
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// oldest is the oldest Synapse that is supported; what exists there needs no version.
const oldest = "1.60"

//go:embed exists.csv
var existsFile string

// thing is something that exists.
type thing struct{ kind, name, since string }

func things(t *testing.T) []thing {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(existsFile)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []thing
	for _, row := range rows[1:] {
		all = append(all, thing{row[0], row[1], row[2]})
	}
	return all
}

var quoted = regexp.MustCompile("`([^`]+)`")

// TestAdviceExists looks every quoted name of every text up.
func TestAdviceExists(t *testing.T) {
	all, used := things(t), map[thing]bool{}
	said := texts(t)
	if len(said) < 500 {
		t.Fatalf("%d texts: the code is not read", len(said))
	}
	for _, s := range said {
		for _, match := range quoted.FindAllStringSubmatch(s.text, -1) {
			if match[1] == "%s" { // filled in later
				continue
			}
			for _, name := range namesIn(all, match[1]) {
				found, known := find(all, name)
				if !known {
					t.Errorf("%s: nobody checked that %q exists (in `%s`): add it to exists.csv, with where Synapse's code reads it", s.where, name, match[1])
					continue
				}
				used[found] = true
				if found.since != "" && found.since != oldest && !strings.Contains(s.text, found.since) {
					t.Errorf("%s: %s exists from Synapse %s on, and the text does not say so: %s", s.where, found.name, found.since, s.text)
				}
			}
		}
	}
	plain := strings.Builder{}
	for _, s := range said {
		plain.WriteString(s.text + "\n")
	}
	for _, one := range all {
		last := one.name[strings.LastIndex(one.name, ".")+1:]
		if !used[one] && !strings.Contains(plain.String(), last) {
			t.Errorf("no text names %s %q any more", one.kind, one.name)
		}
	}
}

// unquoted are names with an underscore outside of quotes: where the end of one is that of an option, it is meant.
var unquoted = regexp.MustCompile(`\b[a-z]+(?:[._][a-z0-9]+)*_[a-z0-9_]+\b`)

// TestOptionsHaveTheirWholeName finds options under a name that homeserver.yaml does not have.
func TestOptionsHaveTheirWholeName(t *testing.T) {
	all := things(t)
	for _, s := range texts(t) {
		for _, name := range unquoted.FindAllString(s.text, -1) {
			if !strings.Contains(name, ".") {
				continue
			}
			last := name[strings.LastIndex(name, ".")+1:]
			for _, one := range all {
				if one.kind == "option" && strings.HasSuffix(one.name, "."+last) && one.name != name {
					t.Errorf("%s: %q is called %q: %s", s.where, name, one.name, s.text)
				}
			}
		}
	}
}

func find(all []thing, name string) (thing, bool) {
	at := slices.IndexFunc(all, func(one thing) bool {
		return one.name == name || one.kind == "option" && strings.HasSuffix(one.name, "."+name)
	})
	if at < 0 {
		return thing{}, false
	}
	return all[at], true
}

var (
	call    = regexp.MustCompile(`^(SELECT [a-z_]+)\(.*\)$`)
	request = regexp.MustCompile(`^(?:GET|PUT|POST|DELETE) (\S+)$`)
	assign  = regexp.MustCompile(`^([a-z_][a-z_.0-9]*)(?:: ?.*| = .+)$`)
	// fallsInto are the parts of a shell's line.
	fallsInto = regexp.MustCompile(` \| | 2>&1 \| `)
)

// namesIn are what has to exist for a quoted text to be right: each program of a line, the option of a setting.
func namesIn(all []thing, text string) []string {
	if _, whole := find(all, text); whole {
		return []string{text}
	}
	if m := call.FindStringSubmatch(text); m != nil {
		return []string{m[1]}
	}
	if m := request.FindStringSubmatch(text); m != nil {
		return []string{m[1]}
	}
	if m := assign.FindStringSubmatch(text); m != nil {
		return []string{m[1]}
	}
	first := strings.Fields(text)[0]
	if !strings.Contains(text, " ") || strings.HasPrefix(text, "ALTER ") || strings.HasPrefix(text, "VACUUM ") || strings.HasPrefix(first, "--") || !isProgram(first) {
		return []string{text}
	}
	var programs []string
	for _, part := range fallsInto.Split(text, -1) {
		programs = append(programs, strings.Fields(part)[0])
	}
	return programs
}

// isProgram tells a line of a shell from a line of a log.
func isProgram(first string) bool {
	return regexp.MustCompile(`^[a-z][a-z_-]*$`).MatchString(first)
}
