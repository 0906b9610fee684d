package sim

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Centre is one simulated centre: its rule book, its people, its customers and how both behave. Read it from a file with ReadCentre,
// or take one of Demo and Large. It is immutable once a run has begun, so many runs share it.
type Centre struct {
	Name      string
	Settings  routing.Settings
	Agents    []Agent   // agent i has the id i+1
	Traffic   []Traffic // streams of arrivals
	Hours     []Hours   // of Settings.Queues, by index
	DayFactor float64   // coefficient of variation of the factor that scales a whole day's arrivals; 0 = none
	Behaviour Behaviour

	QueueNames []string // of Settings.Queues, by index
	TeamNames  []string // of Settings.Teams, by index
}

// Agent is one person who answers, with a shift that repeats every day.
type Agent struct {
	Profile routing.Profile
	From    time.Duration // after midnight
	To      time.Duration // after midnight; not after From means round the clock
}

// Hours is when a queue takes contacts; To not after From means round the clock.
type Hours struct{ From, To time.Duration }

// Traffic is one stream of arrivals: customers of one kind in one channel of one queue.
type Traffic struct {
	Queue    centre.QueueID
	Channel  centre.Channel
	Interval time.Duration // length of one entry of PerInterval
	From     time.Duration // when the first interval begins, after midnight
	// PerInterval is the mean number of arrivals in each interval on a usual day.
	PerInterval []float64
	Handling    Spread
	WrapUp      Spread
	Patience    Patience
	Kinds       []Kind // what some of them need beside the queue's requirements; shares add up to at most 1
}

// Kind is a share of a stream's customers with needs of their own, such as a language.
type Kind struct {
	Share float64
	Needs []routing.Need
}

// Shape names a family of distributions.
type Shape uint8

// The shapes.
const (
	Lognormal Shape = iota
	Exponential
	Constant
	Uniform
)

// Spread is a distribution of durations. SD is read by Lognormal and Uniform alone.
type Spread struct {
	Shape Shape
	Mean  time.Duration
	SD    time.Duration
}

// Patience is how long a customer waits before giving up: a mixture. With no parts the customer waits for ever.
type Patience struct {
	AtOnce float64 // share that leaves unless answered without waiting
	Parts  []PatiencePart
}

// PatiencePart is one component of a mixture; shares are relative to each other.
type PatiencePart struct {
	Share  float64
	Spread Spread
}

// Behaviour is what people do, as probabilities, rates and distributions. The zero value is a textbook centre: everyone answers at
// once, nobody pauses, transfers, redials or fails.
type Behaviour struct {
	Answer  Spread  // from the offer to the acceptance
	Decline float64 // share of offers that are declined
	Lapse   float64 // share of offers that nobody answers
	Notice  Spread  // until an agent who was set Away says Ready again

	Late         Spread  // how late an agent signs in
	PauseEvery   Spread  // between pauses
	Pause        Spread  // length of a pause
	LostEvery    Spread  // between lost connections
	LostFor      Spread  // until the connection is back
	LineEvery    Spread  // between lost lines, where the rules want reach to be told
	LineFor      Spread  // until the line is back
	PlaceEvery   Spread  // between calls that an agent places
	ForceOut     float64 // share of shifts that end by a forced sign-out in mid-conversation
	DirectOnly   float64 // share of pauses spent reachable for colleagues only
	ProfileEvery Spread  // between changes of one agent's skills, centre-wide

	Transfer  float64 // share of conversations that end by a transfer
	Requeue   float64 // share that go back to the queue
	Consult   float64 // share with a question to a colleague
	ConsultIn Spread  // length of a consultation
	Snooze    float64 // share of deferred conversations that are snoozed
	SnoozeFor Spread
	Woken     float64 // share of the snoozed whose customer writes before time
	HangUp    float64 // share of conversations that the customer leaves instead of ending
	Extend    float64 // share of wrap-ups that ask for more time
	Forget    float64 // share of wrap-ups that nobody ends, so that the limit does

	Priority   float64 // share that arrives with a priority from 1 to 9
	LastAgent  float64 // share that asks for the agent who helped last
	Raise      float64 // share of the waiting that a leader moves up
	Due        float64 // share of the waiting that are given a due time
	SelfServe  float64 // share of the waiting taken over by self-service
	SelfAfter  Spread
	Callback   float64 // share of waiting phone customers who ask to be called back
	AskAfter   Spread  // how long they wait before asking
	Window     Spread  // how long the promise stands
	Reached    float64 // share of dials that are answered
	Ring       Spread  // how long a dial takes
	BrokenOff  float64 // share of dials that our own side breaks off
	Redial     float64 // share of those who gave up that approach again
	RedialIn   Spread  // after which time
	RedialKeep float64 // share of redials that find their waiting again as credit
	LeverEvery Spread  // between a leader's hand on the lending and promise levers, centre-wide
	RuleEvery  Spread  // between changes of the rule book, centre-wide
	ForceClose float64 // share of closings that turn away those still waiting
}

// Validate tells whether the centre can be simulated: ids dense, queues and teams named, shares between 0 and 1.
func (c *Centre) Validate() error {
	if len(c.Settings.Queues) == 0 {
		return centre.Errorf(centre.Invalid, "centre %q has no queue", c.Name)
	}
	if len(c.Hours) != len(c.Settings.Queues) || len(c.QueueNames) != len(c.Settings.Queues) || len(c.TeamNames) != len(c.Settings.Teams) {
		return centre.Errorf(centre.Invalid, "centre %q: hours and names must stand for every queue and team", c.Name)
	}
	for i, q := range c.Settings.Queues {
		if q.ID != centre.QueueID(i+1) {
			return centre.Errorf(centre.Invalid, "queue %d has id %d: ids must be dense from 1", i, q.ID)
		}
	}
	for i, a := range c.Agents {
		if a.Profile.Agent != centre.AgentID(i+1) {
			return centre.Errorf(centre.Invalid, "agent %d has id %d: ids must be dense from 1", i, a.Profile.Agent)
		}
		if int(a.Profile.Capacity) >= len(c.Settings.Capacity) || a.Profile.Capacity < 0 {
			return centre.Errorf(centre.Invalid, "agent %d: no capacity %d", i, a.Profile.Capacity)
		}
	}
	if len(c.Traffic) > maxTraffic {
		return centre.Errorf(centre.Invalid, "centre %q has %d streams of arrivals, at most %d", c.Name, len(c.Traffic), maxTraffic)
	}
	for i, t := range c.Traffic {
		if t.Queue < 1 || int(t.Queue) > len(c.Settings.Queues) {
			return centre.Errorf(centre.Invalid, "traffic %d: no queue %d", i, t.Queue)
		}
		if t.Interval <= 0 || t.From < 0 || t.From+t.Interval*time.Duration(len(t.PerInterval)) > day {
			return centre.Errorf(centre.Invalid, "traffic %d: its intervals must lie within one day", i)
		}
		for _, n := range t.PerInterval {
			if !(n >= 0) || n > maxPerInterval {
				return centre.Errorf(centre.Invalid, "traffic %d: %g arrivals in an interval, want 0 to %d", i, n, maxPerInterval)
			}
		}
	}
	return nil
}

const (
	day            = 24 * time.Hour
	maxTraffic     = 1 << 12
	maxPerInterval = 1 << 17
)
