// Package testdata holds what real servers answered, for lab/ to imitate and to be compared with.
package testdata

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the stored scrape
	"io"
)

//go:embed synapse-1.160-metrics.txt.gz
var synapseMetrics []byte

// SynapseMetrics returns one scrape of a Synapse 1.160 main process that was used for about eleven minutes.
func SynapseMetrics() ([]byte, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(synapseMetrics))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(unpacked)
}
