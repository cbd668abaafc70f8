package synapse

// Metric is a metric under its present name and the one it had before.
type Metric struct {
	Name  string
	Older string // empty where it never had another
	Since string // the version that gave it the present name
}

// The two counters of database transactions. Before 1.64 they were the count and sum of a histogram; on 1.60 to 1.63
// only the older names exist, later only the present ones.
var (
	TransactionCount = Metric{Name: "synapse_storage_transaction_time_count_total", Older: "synapse_storage_transaction_time_count", Since: "1.64"}
	TransactionSum   = Metric{Name: "synapse_storage_transaction_time_sum_total", Older: "synapse_storage_transaction_time_sum", Since: "1.64"}
)

// Rate gives the per-second rate of the metric over a window, under whichever name the server exposes it.
func (m Metric) Rate(selector, window string) string {
	rate := func(name string) string { return "rate(" + name + selector + window + ")" }
	if m.Older == "" {
		return rate(m.Name)
	}
	return "(" + rate(m.Name) + " or " + rate(m.Older) + ")"
}
