// Package synapse is knowledge that two or more query types share: the names of metrics and how they aggregate, what a
// process is, which labels say what.
package synapse
