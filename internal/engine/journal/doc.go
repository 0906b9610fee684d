// Package journal is the ordered, versioned log of everything a centre was told and everything it decided, and what follows from it: the
// contact rows and the interval counters are a fold over the log and nothing else.
//
// It owns the form of an entry on disk, the snapshot that shortens a replay, and the fold. It refuses databases (store writes what it hands out), clocks
// (time stands in the entry) and every word of a conversation, name or address: entries hold ids and numbers, so that the log can be
// kept, shared and replayed after the customer has been erased. Old forms stay readable for ever, and history never changes because code changed.
//
// Begin reading in entry.go (what one line holds), then ledger.go (what follows from the lines) and snapshot.go.
package journal
