package main

import "fmt"

// measures are a check's PromQL queries by name.
type measures = map[string]string

// promql gives, per homeserver, the number that a check decides by, and nothing where the check would not judge. It is
// made of the check's own queries; only volume floors are repeated here, and a test compares both on the laboratory's
// servers.
var promql = map[string]func(measures) string{
	"event-send-time": func(m measures) string {
		return fmt.Sprintf("1 - (%s) / (%s >= 100)", m["slow"], m["sends"])
	},
	"cpu-saturation": func(m measures) string {
		return worst(m["cpu"] + unless(m["busy"]+" < 0.7") + unless(m["uptime"]+" < 900"))
	},
}

// worst leaves the highest of a homeserver.
func worst(expression string) string { return "max by (server_name) (" + expression + ")" }

// unless leaves out the processes that another expression has.
func unless(expression string) string {
	return " unless on (server_name, job, index, instance) (" + expression + ")"
}
