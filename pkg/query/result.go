package query

import "github.com/grafana/grafana-plugin-sdk-go/data"

// Result is what a Run computed, before anybody looks at it. It is kept and shared between viewers, so Frames must
// not change it; Frames makes new frames for one viewer.
type Result interface {
	Frames(view View) data.Frames
}
