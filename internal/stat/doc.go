// Package stat holds the statistics that every other room reckons with: random streams, distributions, quantiles, intervals,
// survey weights, control charts, rankings, survival curves and the measures of how well a forecast did.
//
// It owns pure functions of numbers and a seed: no clock, no file, no goroutine, no logger, and it refuses to know what a number
// means (an index, a queue, a day). Every formula names its source where it stands, and docs/spec/statistics.md works an example of
// each. Bad input gives an Invalid error that says which element is wrong; no function returns NaN or an infinity without saying so
// in its comment.
//
// Begin reading in stream.go, then interval.go.
package stat
