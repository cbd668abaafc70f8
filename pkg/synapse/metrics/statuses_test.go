package metrics

import (
	"regexp"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// matches tells whether a label's value passes a matcher, as PromQL anchors it.
func matches(t *testing.T, m query.Matcher, value string) bool {
	t.Helper()
	_, pattern, _ := strings.Cut(string(m), `"`)
	found := regexp.MustCompile("^(?:" + strings.TrimSuffix(pattern, `"`) + ")$").MatchString(value)
	return found != strings.Contains(string(m), "!~")
}

func TestStatuses(t *testing.T) {
	for code, want := range map[string]struct {
		class  *Statuses
		number int
	}{
		"200": {&Succeeded, 200}, "HTTPStatus.OK": {&Succeeded, 200}, "HTTPStatus.CREATED": {&Succeeded, 201},
		"302": {nil, 302}, "400": {&Refused, 400}, "429": {&Refused, 429}, "HTTPStatus.TOO_MANY_REQUESTS": {&Refused, 429}, "HTTPStatus.FORBIDDEN": {&Refused, 403},
		"499": {&ClientLeft, 499}, "500": {&ServerErrors, 500}, "HTTPStatus.INTERNAL_SERVER_ERROR": {&ServerErrors, 500}, "HTTPStatus.GATEWAY_TIMEOUT": {&ServerErrors, 504},
		"ERR": {nil, 0}, "HTTPStatus.UNHEARD_OF": {nil, 0},
	} {
		for _, class := range []*Statuses{&Succeeded, &Refused, &ServerErrors, &ClientLeft} {
			if is := matches(t, class.Are(), code); is != (class == want.class) || is == matches(t, class.AreNot(), code) {
				t.Errorf("%s and %s: %t", code, class.Are(), is)
			}
		}
		if got := StatusOf(code); got != want.number {
			t.Errorf("%s is %d, want %d", code, got, want.number)
		}
	}
	if !matches(t, InternalErrors.Are(), "HTTPStatus.INTERNAL_SERVER_ERROR") || matches(t, InternalErrors.Are(), "502") {
		t.Error("502 may be somebody else's error")
	}
}

func TestServlets(t *testing.T) {
	for servlet, group := range map[string]Servlets{
		"RoomSendEventRestServlet": SendServlets, "SlidingSyncRestServlet": LongPolls, "ProfileFieldRestServlet": PassingOnErrors, "ProfileDisplaynameRestServlet": PassingOnErrors,
		"ReplicationSendEventsRestServlet": NotOfUsers, "KeyQueryServlet": SlowByNature,
	} {
		if !group.Has(servlet) || !matches(t, group.Are(), servlet) || matches(t, group.AreNot(), servlet) {
			t.Errorf("%s is not of %s", servlet, group)
		}
	}
	if SendServlets.Has("RoomSendEventRestServletX") || !SendServlets.Or(SyncServlets).Has("SyncRestServlet") {
		t.Error("groups match whole names")
	}
	for _, c := range []struct {
		servlet string
		status  int
		want    bool
	}{
		{"RegisterRestServlet", 401, true}, {"RoomSendEventRestServlet", 401, false}, {"RoomStateEventRestServlet", 404, true}, {"KeyUploadServlet", 400, false},
		{"FederationStateIdsServlet", 403, true}, {"PresenceStatusRestServlet", 429, true}, {"RoomSendEventRestServlet", 429, false},
	} {
		if got := UsualRefusal(c.servlet, c.status); got != c.want {
			t.Errorf("%d of %s is usual: %t", c.status, c.servlet, got)
		}
	}
}
