package store

import "sentral/internal/centre"

// Board reads the counters behind the wall of one centre.
type Board struct {
	DB     *DB
	Domain centre.ID
}
