package checks

import "testing"

func refusedWith(servlet, code string, rate, lately, all float64) map[string]float64 {
	return map[string]float64{
		"refusedLong servlet=" + servlet + " code=" + code: rate, "refused servlet=" + servlet + " code=" + code: lately, "answers servlet=" + servlet: all,
		"answers servlet=SyncRestServlet": 20, "youngest": 90000,
	}
}

func risenTo(servlet string, rate, usual, cpuShare float64) map[string]float64 {
	return map[string]float64{"rate servlet=" + servlet: rate, "usual servlet=" + servlet: usual, "cpuShare servlet=" + servlet: cpuShare, "answers servlet=" + servlet: rate, "youngest": 90000}
}

func TestRequestSurge(t *testing.T) {
	unknownThen := risenTo("SendToDeviceRestServlet", 40, 0.1, 0.1)
	delete(unknownThen, "usual servlet=SendToDeviceRestServlet")
	judgeCases(t, requestSurge, map[string]judged{
		"a loop of key uploads":    {series: refusedWith("KeyUploadServlet", "400", 20, 19, 20.03), want: Warning, subject: "KeyUploadServlet 400", value: 19},
		"named codes":              {series: refusedWith("KeyUploadServlet", "HTTPStatus.BAD_REQUEST", 20, 19, 20.03), want: Warning, subject: "KeyUploadServlet 400", value: 19},
		"a burst":                  {series: refusedWith("KeyUploadServlet", "400", 2, 0, 2), want: OK},
		"a slow one":               {series: refusedWith("KeyUploadServlet", "400", 0.9, 0.9, 0.9), want: OK},
		"a quarter is refused":     {series: refusedWith("RoomSendEventRestServlet", "403", 2, 2, 8), want: OK},
		"a bot without permission": {series: refusedWith("RoomSendEventRestServlet", "403", 2, 2, 2), want: OK},
		"many of very many":        {series: refusedWith("RoomSendEventRestServlet", "403", 12, 11, 80), want: Warning, subject: "RoomSendEventRestServlet 403", value: 11},
		"first steps":              {series: refusedWith("RegisterRestServlet", "401", 3, 3, 3), want: OK},
		"state that is not there":  {series: refusedWith("RoomStateEventRestServlet", "404", 30, 30, 31), want: OK},
		"presence over its limit":  {series: refusedWith("PresenceStatusRestServlet", "429", 5, 5, 5), want: OK},
		"scanners":                 {series: refusedWith("unrecognised_request_handler", "404", 5, 5, 5), want: OK},
		"left rooms":               {series: refusedWith("FederationStateIdsServlet", "403", 20, 20, 20), want: OK},
		"five times the usual":     {series: risenTo("SendToDeviceRestServlet", 40, 2, 0.1), want: Info, subject: "SendToDeviceRestServlet", value: 40},
		"it costs much":            {series: risenTo("SendToDeviceRestServlet", 40, 2, 0.45), want: Warning, subject: "SendToDeviceRestServlet", value: 40},
		"four times the usual":     {series: risenTo("SendToDeviceRestServlet", 40, 10, 0.45), want: OK},
		"unknown last week":        {series: unknownThen, want: OK},
		"after a restart":          {series: together(risenTo("SendToDeviceRestServlet", 40, 2, 0.45), map[string]float64{"youngest": 600}), want: OK},
		"after an outage":          {series: together(risenTo("SendToDeviceRestServlet", 40, 2, 0.45), map[string]float64{"errors": 0.2}), want: OK},
		"no request":               {want: OK},
	})
}
