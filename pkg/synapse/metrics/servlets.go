package metrics

import (
	"regexp"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Servlets is a group of kinds of requests by label servlet: alternatives of a regular expression. Source: classes of Synapse
// 1.157, and the names that they had since 1.60.
type Servlets string

// What people do.
const (
	SendServlets  Servlets = "RoomSendEventRestServlet|RoomStateEventRestServlet|RoomRedactEventRestServlet"
	SyncServlets  Servlets = "SyncRestServlet|SlidingSyncRestServlet"
	JoinServlets  Servlets = "JoinRoomAliasServlet"
	LoginServlets Servlets = "LoginRestServlet"
	// TransactionServlets are what other homeservers send.
	TransactionServlets Servlets = "FederationSendServlet"
)

const (
	// LongPolls wait for news by design.
	LongPolls Servlets = "SyncRestServlet|SlidingSyncRestServlet|EventStreamRestServlet"
	// SlowByNature may take minutes on a healthy homeserver: they wait for other homeservers, for a slow client, for a rate
	// limiter or for another process.
	SlowByNature Servlets = "JoinRoomAliasServlet|KnockRoomAliasServlet|RoomMembershipRestServlet|RoomMessageListRestServlet|KeyQueryServlet|OneTimeKeyServlet|" +
		"PublicRoomListRestServlet|DownloadResource|ThumbnailResource|PreviewUrlResource|FederationMedia.*|FederationSendServlet|Replication.*"
	// PassingOnErrors answer 5xx where somebody else's server failed.
	PassingOnErrors Servlets = "Profile.*|ClientDirectory.*|PublicRoom.*|JoinRoom.*|KnockRoom.*|RoomMembership.*|Download.*|Thumbnail.*|PreviewUrl.*|FederationMedia.*|" +
		"AppservicePing.*|Email.*|Msisdn.*|Threepid.*"
	// NotOfUsers are requests of monitoring and of Synapse's own processes.
	NotOfUsers Servlets = "HealthResource|Replication.*"
)

// NotPreflight leaves out the requests of browsers that only ask what is allowed.
const NotPreflight query.Matcher = `method!="OPTIONS"`

// Or joins two groups.
func (s Servlets) Or(other Servlets) Servlets { return s + "|" + other }

// Are matches requests of the group.
func (s Servlets) Are() query.Matcher { return query.Matcher(`servlet=~"` + string(s) + `"`) }

// AreNot matches all other requests.
func (s Servlets) AreNot() query.Matcher { return query.Matcher(`servlet!~"` + string(s) + `"`) }

// Has tells whether a servlet belongs to the group.
func (s Servlets) Has(servlet string) bool {
	return regexp.MustCompile("^(?:" + string(s) + ")$").MatchString(servlet)
}

// UsualRefusal tells whether a status is a normal answer of a servlet: the first step of an authentication in several steps,
// a question whether something exists, a client that probes for features, a room that was left, a limit that does its work.
func UsualRefusal(servlet string, status int) bool {
	switch status {
	case 401:
		return Servlets("RegisterRestServlet|DeleteDevicesRestServlet|DeviceRestServlet|SigningKeyUploadServlet|PasswordRestServlet|Federation.*").Has(servlet)
	case 403:
		return LoginServlets.Or("Federation.*").Has(servlet)
	case 404:
		return Servlets("RoomStateEventRestServlet|AccountDataServlet|RoomAccountDataServlet|RoomKeysServlet|RoomKeysVersionServlet|RoomKeysNewVersionServlet|" +
			"Profile.*|ClientDirectoryServer|DownloadResource|ThumbnailResource|Federation.*|ClientRestResource|unrecognised_request_handler").Has(servlet)
	case 429:
		return Servlets("PresenceStatusRestServlet").Or(LoginServlets).Or(TransactionServlets).Or(SyncServlets).Has(servlet)
	}
	return false
}
