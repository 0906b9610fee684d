package store

import "sentral/internal/centre"

// Webhook keeps subscriptions and deliveries of one centre.
type Webhook struct {
	DB     *DB
	Domain centre.ID
}
