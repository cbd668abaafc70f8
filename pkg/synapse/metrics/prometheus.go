package metrics

// What Prometheus says about its scrapes.
var (
	Up = declare(Metric{
		Name: "up", Kind: Gauge, Aggregate: PerProcess, Exists: Optional, Scope: OfTarget,
		Meaning: "1 where the last scrape succeeded, 0 where it failed; remote write may drop it.",
	})
	ScrapeDuration = declare(Metric{
		Name: "scrape_duration_seconds", Kind: Gauge, Unit: "s", Aggregate: PerProcess, Exists: Optional, Scope: OfTarget,
		Meaning: "Duration of the last scrape; remote write may drop it.",
	})
	ScrapeTimeout = declare(Metric{
		Name: "scrape_timeout_seconds", Kind: Gauge, Unit: "s", Aggregate: PerProcess, Exists: Optional, Scope: OfTarget,
		Meaning: "Timeout of a scrape; only where Prometheus is configured to store it.",
	})
)
