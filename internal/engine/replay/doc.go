// Package replay is the engine's second driver: it sends a recorded sequence of events through an engine and compares what is decided now
// with what was decided then.
//
// It owns the comparison: hashes, and the first decisions that differ, named by event, decision and field. It refuses to know where a recording
// comes from (a journal, a simulation, a test hands in its steps) and to carry anything out.
//
// Begin reading in replay.go.
package replay
