package forwardextremities

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// bounds are the buckets of both histograms (storage/databases/main/metrics.py, storage/controllers/persist_events.py).
var bounds = []int64{1, 2, 3, 5, 7, 10, 15, 20, 50, 100, 200, 500}

const (
	roomsBucket  = "synapse_forward_extremities_bucket"
	roomsCount   = "synapse_forward_extremities_gcount"
	eventsBucket = "synapse_storage_events_forward_extremities_persisted_bucket"
	eventsCount  = "synapse_storage_events_forward_extremities_persisted_count"
)

// bound is the largest bucket bound that is not above n; 0: there is none, everything counts.
func bound(n int64) int64 {
	best := int64(0)
	for _, b := range bounds {
		if b <= n {
			best = b
		}
	}
	return best
}

// le matches one bucket, written 10 or 10.0.
func le(b int64) query.Matcher { return query.Matcher(fmt.Sprintf(`le=~"%d([.]0)?"`, b)) }

// parseBound reads a bucket's bound; Synapse writes the top one of the rooms' histogram "inf".
func parseBound(text string) (float64, bool) {
	if strings.EqualFold(strings.TrimPrefix(text, "+"), "inf") {
		return math.Inf(1), true
	}
	value, err := strconv.ParseFloat(text, 64)
	return value, err == nil
}

// bandName is the range of extremities between two bounds: "1", "4–5", "over 500".
func bandName(below, bound float64) string {
	switch {
	case math.IsInf(bound, 1):
		return fmt.Sprintf("over %g", below)
	case bound == below+1:
		return fmt.Sprintf("%g", bound)
	}
	return fmt.Sprintf("%g–%g", below+1, bound)
}
