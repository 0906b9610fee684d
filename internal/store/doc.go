// Package store keeps everything that must survive: the log of each centre, what follows from it, and the rooms' own tables, in SQLite (one machine) or
// PostgreSQL (several nodes), with one hand-written SQL text for both.
//
// It owns connections, transactions, the lease and its fence, migrations and backup; a room's queries stand in a file named after the room. It refuses an
// ORM, SQL that only one database understands (the marks $1, $2 ... are turned into SQLite's), a SQLite that may forget a commit at a power cut
// (synchronous below FULL), a PostgreSQL that may forget one at a crash (fsync or synchronous_commit off), and a cancellable context on
// anything that writes.
//
// Begin reading with Open, then DB.Update and DB.Read (how rooms write and read), then lease.go and journal.go (how the log is written by one
// owner at a time). The measurements behind these choices are in docs/adr.
package store
