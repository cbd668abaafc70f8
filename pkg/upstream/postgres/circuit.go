package postgres

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// circuitFirst is how long a statement is not asked again that reached its limit; each further time it is twice as long, up to
	// circuitLast.
	circuitFirst = time.Minute
	circuitLast  = 15 * time.Minute
)

// circuits keep statements away from a database that can't finish them: whoever asks again would hold a connection and read the same
// pages once more, for every viewer.
type circuits struct {
	mu   sync.Mutex
	open map[string]circuit // by statement
}

type circuit struct {
	until time.Time
	pause time.Duration
}

// blocked says that a statement is not asked now; nil: it may be.
func (c *circuits) blocked(sql string, limit time.Duration, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	until := c.open[sql].until
	if !now.Before(until) {
		return nil
	}
	meters.blocked.Inc()
	return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusServiceUnavailable,
		Message: fmt.Sprintf("PostgreSQL did not finish this statement within %s, so it is not asked again for %s.", words.Duration(limit), words.Duration(until.Sub(now).Round(time.Second))),
		Remedy:  "The database is slow or busy for this data source. Look for what loads it, or raise the statement timeout in the data source settings."}
}

// trip opens the circuit of a statement that reached its limit.
func (c *circuits) trip(sql string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, again := c.open[sql]; !again {
		openCircuits.Inc()
	}
	pause := min(max(circuitFirst, 2*c.open[sql].pause), circuitLast)
	if c.open == nil {
		c.open = map[string]circuit{}
	}
	c.open[sql] = circuit{now.Add(pause), pause}
	meters.opened.Inc()
}

// heal forgets statements that were finished.
func (c *circuits) heal(finished []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, sql := range finished {
		if _, held := c.open[sql]; held {
			openCircuits.Dec()
			delete(c.open, sql)
		}
	}
}

// close forgets all of them, with their data source.
func (c *circuits) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	openCircuits.Sub(float64(len(c.open)))
	c.open = nil
}
