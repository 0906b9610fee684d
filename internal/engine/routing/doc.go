// Package routing is the pure queue engine: events in, decisions out.
//
// It owns who waits, who is free, who is offered what and why; it refuses clocks, chance, goroutines, locks, logs, I/O, floats and every word
// of a conversation. Time comes with the event and never goes back. The same engine runs live, replays a recorded day and simulates.
//
// Begin reading in event.go (what the engine is told), decision.go (what it answers) and settings.go (the rules it was given); then engine.go, where
// Step takes one event through the drawing of the contact's states in contact.go. The laws it keeps are in docs/spec/routing.md.
package routing
