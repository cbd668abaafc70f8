// Package model predicts what a larger cache would bring, from what Synapse's metrics tell about the present one.
//
// Three kinds of statements, in falling strength:
//
//   - Bounds are proved: no enlargement avoids more misses, no size above the largest useful one changes anything.
//   - Predict estimates the hit ratio at larger sizes with an 80 % interval.
//   - NextStep says whether to go on after a step whose effect has been measured.
//
// The functions are pure: they take samples and return numbers. Sizes are in the cache's own unit, which for iterable
// caches is elements, not keys; everything holds in that unit.
package model
