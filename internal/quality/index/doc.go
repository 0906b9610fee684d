// Package index turns answers, contacts and queue events into the measures that a customer service centre is steered by: perceived
// service (OKS), CSAT, effort, NPS, solved at first contact, service level in every formula in use, handling figures, the
// mystery-shopping score, the employee index with its group thresholds, and benchmark cells with their publication rules. The
// satisfaction index and driver weights are in the room inside it, pathmodel.
//
// It owns formulas: pure functions of values that are handed in, each with its formula, source and worked example in
// docs/spec/index.md. It refuses to fetch, store or show anything, and it leaves general statistics (intervals, raking, charts) to
// room stat. A measure without a value says why; NaN never leaves the room.
//
// Begin reading in scale.go and servicelevel.go.
package index
