package checks

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// onServer is what every process has, and some answers.
func onServer(more map[string]float64) map[string]float64 {
	return together(map[string]float64{onProcess("inFlight", "1"): 3, onProcess("answered", "1"): 1800, onProcess("silentLately", "1"): 1}, more)
}

func forServlet(name, servlet string, more string) string {
	return onProcess(name, "1") + " servlet=" + servlet + more
}

func TestAvailability(t *testing.T) {
	const send, receipts = "RoomSendEventRestServlet", "ReceiptRestServlet"
	failing := onServer(map[string]float64{forServlet("errors", send, ""): 0.98, forServlet("errorAnswers", send, " code=500"): 120, forServlet("errorAnswers", receipts, " code=500"): 60})
	others := onServer(map[string]float64{forServlet("errors", receipts, ""): 1, forServlet("errors", "KeyUploadServlet", ""): 0.9, onProcess("errorSpread", "1"): 0.6,
		forServlet("errorAnswers", receipts, " code=500"): 60, forServlet("errorAnswers", "KeyUploadServlet", " code=500"): 20})
	hanging := onServer(map[string]float64{onProcess("fullPools", "1") + " name=database-master": 10, onProcess("finished", "1"): 3, onProcess("stuck", "1"): 3500})
	refused := &Refusal{Unreachable, "PostgreSQL could not be reached."}
	judgeCases(t, availability, map[string]judged{
		"well":                 {series: onServer(nil), want: OK},
		"nothing scraped":      {want: Unknown},
		"sends fail":           {series: failing, want: Critical, subject: "synapse/1", value: 0.98, free: []string{"open-files", "database-locks", "database-connections"}},
		"the database is gone": {series: failing, refusal: refused, want: Critical, subject: "synapse/1", value: 0.98},
		"half of the sends":    {series: onServer(map[string]float64{forServlet("errors", send, ""): 0.49, forServlet("errorAnswers", send, " code=500"): 30}), want: OK},
		"named codes": {series: onServer(map[string]float64{forServlet("errors", send, ""): 1, forServlet("errorAnswers", send, " code=HTTPStatus.BAD_GATEWAY"): 12}),
			want: Critical, subject: "synapse/1", value: 1},
		"other requests fail":            {series: others, want: Critical, subject: "synapse/1", value: 1},
		"one other kind fails":           {series: onServer(map[string]float64{forServlet("errors", receipts, ""): 1, onProcess("errorSpread", "1"): 0.4, forServlet("errorAnswers", receipts, " code=500"): 60}), want: OK},
		"two of many kinds":              {series: together(others, map[string]float64{onProcess("errorSpread", "1"): 0.1}), want: OK},
		"a few for long":                 {series: onServer(map[string]float64{forServlet("errorsLong", send, ""): 0.07, forServlet("errorAnswers", send, " code=500"): 22}), want: Warning, subject: "synapse/1", value: 0.07},
		"the authentication fails":       {series: together(failing, map[string]float64{forServlet("errorAnswers", send, " code=503"): 400}), want: Critical, subject: "synapse/1", value: 0.98},
		"all for long":                   {series: onServer(map[string]float64{forServlet("errorsLong", send, ""): 0.9, forServlet("errorAnswers", send, " code=500"): 300}), want: Warning, subject: "synapse/1", value: 0.9},
		"overridden":                     {series: onServer(map[string]float64{forServlet("errorsLong", send, ""): 0.07}), options: settings.Settings{Thresholds: overridden("availability", 0.1, 0.9)}, want: OK},
		"none answered":                  {series: onServer(map[string]float64{forServlet("unanswered", send, ""): 45}), want: Critical, subject: "synapse/1", value: 45, unit: "none"},
		"few unanswered":                 {series: onServer(map[string]float64{forServlet("unanswered", send, ""): 4}), want: Warning, subject: "synapse/1", value: 4, unit: "none"},
		"joins unanswered":               {series: onServer(map[string]float64{forServlet("joins", "JoinRoomAliasServlet", ""): 12, forServlet("errorAnswers", "JoinRoomAliasServlet", " code=500"): 12}), want: Critical, subject: "synapse/1", value: 12, unit: "none"},
		"requests hang":                  {series: onServer(map[string]float64{onProcess("stuck", "1"): 40}), want: Critical, subject: "synapse/1", value: 40, unit: "none", free: []string{"database-locks"}},
		"a send hangs":                   {series: onServer(map[string]float64{onProcess("sendsInFlight", "1"): 1}), want: Warning, subject: "synapse/1", value: 1, unit: "none"},
		"one room hangs":                 {series: onServer(map[string]float64{onProcess("oldestSend", "1"): 900}), want: Warning, subject: "synapse/1", value: 900, unit: "s", free: []string{"database-locks"}},
		"sends hang":                     {series: onServer(map[string]float64{onProcess("sendsInFlight", "1"): 7}), want: Critical, subject: "synapse/1", value: 7, unit: "none"},
		"the pool is full":               {series: hanging, want: Critical, subject: "synapse/1", value: 3, unit: "none"},
		"SQLite hangs":                   {series: onServer(map[string]float64{onProcess("fullPools", "1") + " name=database-master": 1}), want: Critical, subject: "synapse/1", unit: "none"},
		"hangs, and new connections too": {series: hanging, refusal: &Refusal{Deaf, "PostgreSQL accepted no new connection within 5 s."}, want: Critical, subject: "synapse/1", value: 3, unit: "none"},
		"a send hangs, refused":          {series: onServer(map[string]float64{onProcess("sendsInFlight", "1"): 1}), refusal: refused, want: Critical, subject: "synapse/1", value: 1, unit: "none"},
		"the loop is blocked": {series: onServer(map[string]float64{onProcess("blocked", "1"): 240, onProcess("stuck", "1"): 8}), want: Critical, subject: "synapse/1", value: 240, unit: "s",
			free: []string{"gc-pauses", "state-resolution"}},
		"blocked a little":       {series: onServer(map[string]float64{onProcess("blocked", "1"): 12}), want: Warning, subject: "synapse/1", value: 12, unit: "s"},
		"silent":                 {series: onServer(map[string]float64{onProcess("silent", "2"): 0, onProcess("silentLately", "2"): 1}), want: Critical, subject: "synapse/2"},
		"removed":                {series: onServer(map[string]float64{onProcess("silent", "2"): 0}), want: OK},
		"the only one is silent": {series: map[string]float64{onProcess("silent", "1"): 0}, want: Critical, subject: "synapse/1"},
		"two processes":          {series: onServer(map[string]float64{onProcess("stuck", "1"): 40, onProcess("blocked", "2"): 12}), want: Critical, subject: "synapse/1", count: 2, value: 40, unit: "none"},
		"refused alone":          {series: onServer(nil), refusal: refused, want: Warning, subject: "PostgreSQL"},
		"our password":           {series: onServer(nil), refusal: &Refusal{NotLetIn, "PostgreSQL refused the user."}, want: Warning, subject: "PostgreSQL"},
		"it starts":              {series: onServer(nil), refusal: &Refusal{Starting, "PostgreSQL is starting up."}, want: Info, subject: "PostgreSQL"},
		"used up":                {series: onServer(nil), refusal: &Refusal{NoneFree, "PostgreSQL has no connection left."}, want: Warning, subject: "PostgreSQL"},
	})
}

// An outage takes back what checks say that measure what finished; a refused data source alone does not.
func TestUnfinished(t *testing.T) {
	for name, c := range map[string]struct {
		judged judged
		want   bool
	}{
		"hang":    {judged{series: onServer(map[string]float64{onProcess("stuck", "1"): 40})}, true},
		"refused": {judged{series: onServer(nil), refusal: &Refusal{Unreachable, "No."}}, false},
		"well":    {judged{series: onServer(nil)}, false},
	} {
		if found := availability.Judge(c.judged.input(t, availability)); (found[0].Unfinished != "") != c.want {
			t.Errorf("%s: %q", name, found[0].Unfinished)
		}
	}
}
