package checks

import "testing"

func pushesOf(failed, processed, usual float64) map[string]float64 {
	series := map[string]float64{"failed": failed, "processed": processed, "pushers": 40}
	if failed+processed > 0 {
		series["share"] = failed / (failed + processed)
	}
	if usual >= 0 {
		series["usual"] = usual
	}
	return series
}

func TestPush(t *testing.T) {
	const unknown = -1
	judgeCases(t, push, map[string]judged{
		"well":                         {series: pushesOf(5, 2000, 0.01), want: OK},
		"none failed":                  {series: map[string]float64{"processed": 200, "pushers": 40, "usual": 0}, want: OK},
		"the gateway is gone":          {series: pushesOf(300, 100, 0.02), want: Warning, value: 0.75},
		"just below":                   {series: pushesOf(49, 51, 0.02), want: OK},
		"few":                          {series: pushesOf(19, 0, 0.02), want: OK},
		"failed a week ago too":        {series: pushesOf(300, 100, 0.3), want: OK},
		"all fail, without history":    {series: pushesOf(95, 5, unknown), want: Info, value: 0.95},
		"many fail, without history":   {series: pushesOf(60, 40, unknown), want: OK},
		"nothing since the start":      {series: map[string]float64{"pushers": 40}, want: OK},
		"nobody wants any, or absence": {want: OK},
	})
}
