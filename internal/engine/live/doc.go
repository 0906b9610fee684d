// Package live drives the routing engine with the wall clock: one goroutine for each centre takes commands, lets each plan what shall happen, puts
// the whole batch on disk in one transaction, and only then answers, tells the screens and lets decisions be carried out.
//
// It owns the order of things: the sequence, the lease that says which node owns the centre, timers, de-duplication, the rebuild after any
// failed commit, and a clock that never goes back. It refuses SQL (store), rules (routing) and rooms' business (their plans). Nothing is acknowledged that is not on
// disk; nothing uncommitted is shown to anybody.
//
// Begin reading with Centre.Do and Plan; then batch.go (one turn of the goroutine) and term.go (how a centre is taken, rebuilt and given up).
package live
