// Package audit checks the laws of the queue engine from outside, after every step.
//
// It owns a simple model of who is where, built from settings, events and decisions alone, and written apart from the engine so that one
// mistake is not made twice; it refuses to share code with the engine, to steer it, or to guess: where the engine tells a figure, the
// auditor computes its own and compares. A broken law is named with the seed and the number of the event.
//
// Begin reading in law.go (the laws), then auditor.go, where Step books one event and its decisions.
package audit
