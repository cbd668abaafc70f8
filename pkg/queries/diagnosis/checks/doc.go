// Package checks holds one file per check of the diagnosis. A check declares what it measures and judges what was
// measured; it asks nobody itself, so it is a pure function with a table test.
package checks
