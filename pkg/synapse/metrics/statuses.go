package metrics

import (
	"slices"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Statuses is a class of answers by label code. Synapse writes the code as Python prints it, and before Python 3.11 that is the
// enum's name (HTTPStatus.OK) wherever Synapse's source names it so. Whatever matches codes does it by these values.
type Statuses struct{ pattern string }

// The classes.
var (
	Succeeded    = statuses("2..", 200, 300)
	Refused      = statuses("4[0-8].|49[0-8]", 400, 499)
	ServerErrors = statuses("5..", 500, 600)
	// LoggedOut are answers to a token that is not valid (any more), TooMany those over a rate limit.
	LoggedOut = statuses("401", 401, 402)
	TooMany   = statuses("429", 429, 430)
	// InternalErrors are Synapse's own in every servlet: the other 5xx may pass on what somebody else's server answered.
	InternalErrors = statuses("500", 500, 501)
	// ClientLeft is the status of a request whose client did not wait: neither an answer nor an error.
	ClientLeft = Statuses{"499"}
)

// statusNames are the names that Python gives to the codes that Synapse uses.
var statusNames = map[string]int{
	"OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "FOUND": 302, "SEE_OTHER": 303, "NOT_MODIFIED": 304,
	"BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "NOT_ACCEPTABLE": 406, "REQUEST_TIMEOUT": 408,
	"CONFLICT": 409, "GONE": 410, "LENGTH_REQUIRED": 411, "PRECONDITION_FAILED": 412, "REQUEST_ENTITY_TOO_LARGE": 413, "UNSUPPORTED_MEDIA_TYPE": 415,
	"REQUESTED_RANGE_NOT_SATISFIABLE": 416, "TOO_MANY_REQUESTS": 429,
	"INTERNAL_SERVER_ERROR": 500, "NOT_IMPLEMENTED": 501, "BAD_GATEWAY": 502, "SERVICE_UNAVAILABLE": 503, "GATEWAY_TIMEOUT": 504,
}

const statusEnum = "HTTPStatus."

func statuses(numbers string, from, to int) Statuses {
	var names []string
	for name, code := range statusNames {
		if code >= from && code < to {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return Statuses{numbers + "|" + statusEnum + "(" + strings.Join(names, "|") + ")"}
}

// Are matches answers of the class.
func (s Statuses) Are() query.Matcher { return query.Matcher(`code=~"` + s.pattern + `"`) }

// AreNot matches all other answers.
func (s Statuses) AreNot() query.Matcher { return query.Matcher(`code!~"` + s.pattern + `"`) }

// StatusOf is a label's code as a number, 0 where it is none.
func StatusOf(code string) int {
	if name, is := strings.CutPrefix(code, statusEnum); is {
		return statusNames[name]
	}
	number, err := strconv.Atoi(code)
	if err != nil {
		return 0
	}
	return number
}
