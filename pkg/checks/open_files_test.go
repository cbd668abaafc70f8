package checks

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func filesOn(index string, open, limit, soon, uptime float64) map[string]float64 {
	series := map[string]float64{onProcess("open", index): open, onProcess("uptime", index): uptime}
	if limit > 0 {
		series[onProcess("share", index)], series[onProcess("soon", index)] = open/limit, soon
	}
	return series
}

func TestOpenFiles(t *testing.T) {
	const day = 86400
	silent := filesOn("1", 1010, 1024, 0, day)
	delete(silent, onProcess("soon", "1"))
	delete(silent, onProcess("uptime", "1"))
	judgeCases(t, openFiles, map[string]judged{
		"few":                          {series: filesOn("1", 300, 65536, 0.01, day), want: OK},
		"systemd's high limit":         {series: filesOn("1", 40000, 524288, 0.1, day), want: OK},
		"just below":                   {series: filesOn("1", 700, 1024, 0.69, day), want: OK},
		"near":                         {series: filesOn("1", 720, 1024, 0.7, day), want: Warning, subject: "synapse/1", value: 720. / 1024},
		"nearly full":                  {series: filesOn("1", 950, 1024, 0.95, day), want: Critical, subject: "synapse/1"},
		"full, and it does not answer": {series: silent, want: Critical, subject: "synapse/1"},
		"grows, soon full":             {series: filesOn("1", 600, 1024, 1.1, day), want: Warning, subject: "synapse/1"},
		"near, soon full":              {series: filesOn("1", 800, 1024, 1.1, day), want: Critical, subject: "synapse/1"},
		"grows from little":            {series: filesOn("1", 300, 1024, 1.1, day), want: OK},
		"grows after the start":        {series: filesOn("1", 600, 1024, 1.3, 300), want: OK},
		"near after the start":         {series: filesOn("1", 800, 1024, 1.3, 300), want: Warning, subject: "synapse/1"},
		"one of two":                   {series: together(filesOn("1", 300, 65536, 0, day), filesOn("2", 950, 1024, 0.9, day)), want: Critical, subject: "synapse/2"},
		"without a limit":              {series: filesOn("1", 5000, -1, 0, day), want: Unknown},
		"of the admin":                 {series: filesOn("1", 600, 1024, 0.6, day), options: settings.Settings{Thresholds: overridden("open-files", 0.5, 0)}, want: Warning, subject: "synapse/1"},
		"absent":                       {want: Unknown},
	})
}
