// Package model predicts the hit ratio of a larger cache, with an 80% interval, from what Synapse's metrics tell about the
// present one. It is experimental: docs/cache-model.md says how it works, docs/cache-evaluation.md how often it was right. No
// verdict rests on it.
//
// The functions are pure: they take samples and return numbers. Sizes are in the cache's own unit, which for iterable
// caches is elements, not keys; everything holds in that unit.
package model
