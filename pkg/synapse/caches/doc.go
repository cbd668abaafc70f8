// Package caches knows Synapse's caches and judges whether one is too small. Whoever speaks about the size of a cache (the
// table of cache factors, the check, a transaction's cache) takes the numbers, the questions to Prometheus, the verdict and
// the sentences from here.
//
// The catalogue (caches.csv, transactions.csv) says how large each cache is at factor 1, whether a factor changes it, what its
// size counts, and which transactions its misses cause.
package caches
