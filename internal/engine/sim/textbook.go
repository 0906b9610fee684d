package sim

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Textbook is the queue of the formulas, M/M/n and with patience M/M/n+M: Poisson arrivals round the clock, exponential handling without
// wrap-up, agents who answer at once and never leave. Patience 0 means that nobody gives up. The target is 20 s.
func Textbook(agents int, arrivals float64, per, handling, patience time.Duration) *Centre {
	c := &Centre{Name: "textbook", QueueNames: []string{"calls"}, TeamNames: []string{"all"}, Hours: []Hours{{}}}
	capacity := routing.Capacity{Total: 1}
	capacity.Weight[centre.Phone], capacity.Max[centre.Phone] = 1, 1
	c.Settings = routing.Settings{
		Version: 1, Capacity: []routing.Capacity{capacity}, Teams: []routing.Team{{ID: 1}},
		Queues: []routing.Queue{{ID: 1, Weight: 100, TargetMS: 20_000, OfferMS: 20_000, Steps: []routing.Step{{AllHands: true}}, Open: true}},
	}
	for i := range agents {
		c.Agents = append(c.Agents, Agent{Profile: routing.Profile{Agent: centre.AgentID(i + 1), Team: 1}})
	}
	t := Traffic{Queue: 1, Channel: centre.Phone, Interval: time.Minute, Handling: Spread{Shape: Exponential, Mean: handling}}
	for range 24 * 60 {
		t.PerInterval = append(t.PerInterval, arrivals*float64(time.Minute)/float64(per))
	}
	if patience > 0 {
		t.Patience.Parts = []PatiencePart{{Share: 1, Spread: Spread{Shape: Exponential, Mean: patience}}}
	}
	c.Traffic = []Traffic{t}
	return c
}
