// Package checks holds the diagnosis' checks, one file each: everything about a check stands in it. A check declares what it
// measures and judges what was measured; it asks nobody itself, so it is a pure function with a table test. Finding, alert
// rules, documentation page and dashboard links are all made from the declaration.
package checks
