package world

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Vitals are what the plugin's process holds.
type Vitals struct {
	Goroutines, Descriptors, Sessions int
	Memory                            int64 // resident, in bytes
}

// Vitals reads them from the plugin's own metrics, and the sessions from PostgreSQL.
func (w *World) Vitals(ctx context.Context) (v Vitals, err error) {
	text, err := w.Plugin.Metrics(ctx)
	if err != nil {
		return v, err
	}
	w.Watch.scrape(text)
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		number, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "go_goroutines":
			v.Goroutines = int(number)
		case "process_open_fds":
			v.Descriptors = int(number)
		case "process_resident_memory_bytes":
			v.Memory = int64(number)
		}
	}
	v.Sessions, _, err = w.Sessions(ctx)
	return v, err
}

// ForgetPeak makes the kernel measure the most that the plugin holds anew. Linux only.
func (w *World) ForgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", w.Plugin.PID()), []byte("5"), 0o200)
}
