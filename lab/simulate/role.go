package simulate

import "fmt"

// role is what one process of the homeserver is there for, and how the scrape configuration names it.
type role struct {
	job, index string
	baseCPU    float64 // cores used for what the tables do not name
}

const (
	mainProcess = iota
	sender
	firstWorker
	secondWorker
	persister
	processCount
)

var roles = [processCount]role{
	mainProcess:  {"synapse", "1", 0.32},
	sender:       {"federation_sender", "1", 0.10},
	firstWorker:  {"generic_worker", "1", 0.14},
	secondWorker: {"generic_worker", "2", 0.14},
	persister:    {"event_persister", "1", 0.12},
}

// placements say which share of some work each process does: main, sender, both generic workers, persister.
var placements = map[string][processCount]float64{
	"main":          {1, 0, 0, 0, 0},
	"sender":        {0, 1, 0, 0, 0},
	"persister":     {0, 0, 0, 0, 1},
	"persisters":    {0.03, 0, 0.11, 0.11, 0.75},
	"clients":       {0.08, 0, 0.46, 0.46, 0},
	"federation-in": {0.04, 0, 0.48, 0.48, 0},
	"everywhere":    {0.20, 0.10, 0.28, 0.28, 0.14},
	"all":           {0.20, 0.20, 0.20, 0.20, 0.20},
}

// key tells the noise of one process from that of another.
func (r role) key() string { return r.job + r.index }

func share(placement string, process int) (float64, error) {
	shares, ok := placements[placement]
	if !ok {
		return 0, fmt.Errorf("unknown placement %q", placement)
	}
	return shares[process], nil
}
