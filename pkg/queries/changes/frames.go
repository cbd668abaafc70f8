package changes

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// event is one annotation.
type event struct {
	at, end     time.Time
	kind        string
	server      string
	title, text string
	processes   []string // that restarted
}

// id stays the same however often the event is asked for, and while a rollout goes on.
func (e event) id() string {
	what := e.title
	if e.kind == restart {
		what = "" // it counts processes
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d|%s", e.kind, e.server, e.at.Unix(), what))
	return hex.EncodeToString(sum[:])[:16]
}

func (e event) tags() string {
	tags := []string{"synapse", e.kind}
	if e.server != "" {
		tags = append(tags, e.server)
	}
	return strings.Join(tags, ",")
}

// around is what a link to the time of the event adds to an address.
func (e event) around() string {
	const before = time.Hour
	until := e.at
	if e.end.After(until) {
		until = e.end
	}
	return fmt.Sprintf("from=%d&to=%d", e.at.Add(-before).UnixMilli(), until.Add(before).UnixMilli())
}

var columns = []query.Column[event]{
	query.TimeColumn("time", "Time", "When it happened.", func(e event) *time.Time { return &e.at }),
	query.TimeColumn("timeEnd", "Until", "When the last of several changes that belong together happened; empty for a single one.", func(e event) *time.Time {
		if !e.end.After(e.at) {
			return nil
		}
		return &e.end
	}),
	query.TextColumn("title", "Title", "What happened.", func(e event) string { return e.title }),
	query.TextColumn("text", "Text", "Which processes or caches changed, from what to what.", func(e event) string { return e.text }).AsSentence(),
	query.TextColumn("tags", "Tags", "synapse, the kind, the homeserver.", event.tags),
	query.TextColumn("id", "Id", "The same for the same event.", event.id),
	query.TextColumn("around", "Around", "The time from an hour before to an hour after, as an address of Grafana has it.", event.around).Behind(),
}

type events []event

func (e events) Frames(view query.View) data.Frames {
	frame := query.TableFrame("changes", columns, e, view)
	for _, field := range frame.Fields { // Grafana reads annotations by field name
		field.Config.DisplayName = ""
	}
	return data.Frames{frame}
}
