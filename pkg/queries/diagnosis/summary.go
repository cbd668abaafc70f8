package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// namedProblems is how many problems the sentence names, the worst ones.
const namedProblems = 2

// worse orders severities for a summary: what can't be seen is worse than "ok".
var worse = []limits.Severity{checks.OK, checks.Unknown, checks.Info, checks.Warning, checks.Critical}

// standing is how one homeserver is.
type standing struct {
	server string
	rows   []row // in their order
	at     time.Time
	counts map[limits.Severity]int64 // of checks, each by its worst subject
	worst  limits.Severity
}

var standingColumns = []query.Column[standing]{
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than this label.", func(s standing) string { return s.server }),
	query.ViewColumn("sentence", "Summary", "", "How the homeserver is, in one or two sentences.", standing.sentence).AsSentence(),
	countOf(checks.Critical), countOf(checks.Warning), countOf(checks.Info), countOf(checks.OK), countOf(checks.Unknown),
	query.TextColumn("worst", "Worst", "The worst of them: critical, warning, info, unknown, ok.", func(s standing) string { return s.worst.String() }).
		WithColours(severityColours...),
}

func countOf(severity limits.Severity) query.Column[standing] {
	name := severity.String()
	return query.CountColumn(name, strings.ToUpper(name[:1])+name[1:], "Number of checks whose worst finding is "+name+".", func(s standing) int64 { return s.counts[severity] })
}

// summary is one row per homeserver.
type summary []standing

// summaryOf counts rows that stand in their order.
func summaryOf(servers []string, rows []row, at time.Time) summary {
	all := make(summary, len(servers))
	for i, server := range servers {
		s := standing{server: server, at: at, counts: map[limits.Severity]int64{}}
		worst := map[string]limits.Severity{}
		for _, r := range rows {
			if r.server != server {
				continue
			}
			s.rows = append(s.rows, r)
			known, seen := worst[r.check.ID]
			if !seen || slices.Index(worse, r.Severity) > slices.Index(worse, known) {
				worst[r.check.ID] = r.Severity
			}
		}
		for _, severity := range worst {
			s.counts[severity]++
			if slices.Index(worse, severity) > slices.Index(worse, s.worst) {
				s.worst = severity
			}
		}
		all[i] = s
	}
	return all
}

func (s summary) Frames(view query.View) data.Frames {
	frame := query.TableFrame("summary", standingColumns, s, view)
	for _, one := range s {
		for _, r := range one.problems() {
			if r.Subject.Hidden != nil {
				view.TellHidden(frame, r.Subject.Hidden)
			}
		}
	}
	return data.Frames{frame}
}

// problems are the findings that need somebody: warnings and worse that no other finding explains.
func (s standing) problems() []row {
	return slices.DeleteFunc(slices.Clone(s.rows), func(r row) bool { return r.Severity < checks.Warning || r.CausedBy != "" })
}

func (s standing) sentence(view query.View) string {
	problems := s.problems()
	if len(problems) == 0 {
		return strings.Join(slices.DeleteFunc([]string{"Nothing needs you.", s.sayFine(), s.sayNoted(view), s.sayBlind()}, func(t string) bool { return t == "" }), " ")
	}
	named := make([]string, 0, namedProblems)
	for _, r := range problems[:min(namedProblems, len(problems))] {
		named = append(named, s.say(r, view))
	}
	text := words.Count(len(problems), "problem needs", "problems need") + " you. " + strings.Join(named, "; ") + "."
	severe := slices.DeleteFunc(slices.Clone(s.rows), func(r row) bool { return r.Severity < checks.Warning })
	if explained := len(severe) - len(problems); explained > 0 {
		text += " " + words.Count(explained, "further finding is", "further findings are") + " explained by another one."
	}
	return text
}

// say is a problem in a clause: "Event loop overloaded: synapse/1, for 2 h".
func (s standing) say(r row, view query.View) string {
	text := r.title()
	if name := r.Subject.NameIn(view); name != "" {
		text += ": " + name
	} else if alias := r.Subject.Pseudonym(); alias != "" {
		text += ": " + alias
	}
	if r.since != nil {
		text += ", for " + words.Duration(s.at.Sub(*r.since).Truncate(time.Minute))
	}
	return text
}

func (s standing) sayFine() string {
	return words.Count(s.counts[checks.OK], "check is fine", "checks are fine") + "."
}

// sayNoted names what is worth a look although it needs nobody.
func (s standing) sayNoted(view query.View) string {
	noted := slices.DeleteFunc(slices.Clone(s.rows), func(r row) bool { return r.Severity != checks.Info })
	if len(noted) == 0 {
		return ""
	}
	return "Worth a look: " + s.say(noted[0], view) + andMore(len(noted)-1) + "."
}

// sayBlind says how many checks can't look, and the reason that most of them have.
func (s standing) sayBlind() string {
	reasons := map[string]int{}
	common := ""
	for _, r := range s.rows {
		if r.Severity == checks.Unknown {
			if reasons[r.Evidence]++; reasons[r.Evidence] > reasons[common] {
				common = r.Evidence
			}
		}
	}
	n := s.counts[checks.Unknown]
	if n == 0 || common == "" {
		return ""
	}
	return fmt.Sprintf("%s look: %s", words.Count(n, "check can't", "checks can't"), strings.TrimSpace(common))
}

func andMore(n int) string {
	if n < 1 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}
