// Package sim is the engine's third driver: it plays a centre's day from a seed, with customers who arrive, wait, give up and call
// again, agents who come late, let an offer lapse or lose their connection, and commands that are doubled, late or out of order.
//
// It owns the models of customers and agents, the pre-drawn arrivals, the agenda, faults, and what is measured; it refuses to
// decide anything that the engine decides, and it never reads the engine's state to steer people: they see decisions only, as in life.
// Every draw comes from a stream named by seed, contact and purpose, so that another rule book meets the same customers.
//
// Begin reading in centre.go (what is simulated), then run.go (one day from one seed) and study.go (many runs and what they say).
package sim
