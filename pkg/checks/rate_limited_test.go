package checks

import "testing"

func overLimits(servlet string, share, rate, hard float64) map[string]float64 {
	of := " servlet=" + servlet
	series := map[string]float64{"scraped": 1, "limited" + of: rate, "share" + of: share}
	if hard > 0 {
		series["hard"+of] = hard
	}
	return series
}

func TestRateLimited(t *testing.T) {
	const send = "RoomSendEventRestServlet"
	judgeCases(t, rateLimited, map[string]judged{
		"none":                {series: map[string]float64{"scraped": 1}, want: OK},
		"few of many":         {series: overLimits(send, 0.01, 0.3, 0), want: OK},
		"a bot":               {series: overLimits(send, 0.4, 0.3, 0), want: Info, subject: send, value: 0.4},
		"a bridge, many":      {series: overLimits(send, 0.4, 3, 0.4), want: Warning, subject: send, value: 0.4},
		"many of very many":   {series: overLimits(send, 0.1, 3, 0.1), want: Info, subject: send, value: 0.1},
		"guessed passwords":   {series: overLimits("LoginRestServlet", 0.9, 4, 0), want: Info, subject: "LoginRestServlet", value: 0.9},
		"something else":      {series: overLimits("KeyUploadServlet", 0.9, 4, 0), want: Info, subject: "KeyUploadServlet", value: 0.9},
		"nothing is measured": {want: Unknown},
	})
}
