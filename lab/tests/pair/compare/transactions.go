package compare

// Transactions compares the table of transactions: frequency, cost and mean duration of each kind on each homeserver,
// and that the ranking is complete down to the limit of the query.
func Transactions(report *Report, rows []Row, truths Truths, limit int) {
	for name, mine := range keyed(report, rows, "transaction", truths) {
		truth := truths[name]
		calls, cost := truth.Increases(callsMetric, "desc", nil), truth.Increases(costMetric, "desc", nil)
		report.Check(len(mine) > 0, "%s has no transactions", name)
		dearest := 0.0 // of those that are not in the table
		for desc, span := range cost {
			row, shown := mine[desc]
			if !shown {
				if calls[desc].High > 0 {
					dearest = max(dearest, span.Low)
				}
				continue
			}
			seconds := truth.Window.Seconds()
			report.Number(label(name, desc, "calls_per_second"), row.Number("calls_per_second"), calls[desc].Times(1/seconds))
			report.Number(label(name, desc, "cost"), row.Number("cost"), span.Times(1/seconds))
			if calls[desc].Low > 0 {
				report.Number(label(name, desc, "mean_duration"), row.Number("mean_duration"), ratio(span, calls[desc]))
			}
		}
		report.Check(dearest == 0 || len(mine) >= limit, "%s: transactions are missing although only %d are shown", name, len(mine))
		for desc := range mine {
			span, known := cost[desc]
			report.Check(known, "%s never ran %s", name, desc)
			report.Check(span.High >= dearest, "%s: %s is shown, a dearer one is not", name, desc)
		}
	}
}

func ratio(a, b Span) Span { return Span{a.Low / b.High, a.High / b.Low} }
