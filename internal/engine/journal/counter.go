package journal

import (
	"cmp"
	"slices"
	"time"

	"sentral/internal/centre"
)

// WaitBounds are the upper bounds, in milliseconds, of the wait histograms' first eleven classes; the twelfth holds what is longer. A wait equal to a
// bound belongs to the class it closes. They never change: counters of other years would no longer add up.
var WaitBounds = [11]int64{5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 180_000, 300_000, 600_000, 3_600_000, 28_800_000}

// WaitClasses is the number of classes of a wait histogram.
const WaitClasses = len(WaitBounds) + 1

// ShortAbandonMS is the wait up to which a customer who leaves is counted as a short abandon too: misdials, mostly.
const ShortAbandonMS = 5_000

func waitClass(ms int64) int {
	for i, bound := range WaitBounds {
		if ms <= bound {
			return i
		}
	}
	return len(WaitBounds)
}

// BucketMS is the length of an interval: a quarter of an hour.
const BucketMS = 15 * 60 * 1000

// Bucket numbers the quarters of an hour since 1970 in UTC; every zone in use begins its hours at one of them.
func Bucket(at centre.Instant) int64 { return int64(at) / BucketMS }

// QueueKey names one row of queue counters. Slot is a bucket or a day, the one in which the contact arrived: a row tells how those who
// came in that time fared, whenever they were answered, so that its parts are shares of its whole.
type QueueKey struct {
	Slot    int64
	Queue   centre.QueueID
	Channel centre.Channel
}

// QueueCounts is what is counted of the contacts that arrived in one queue, channel and time.
type QueueCounts struct {
	Arrived        int64 // taken in
	TurnedAway     int64 // not taken in
	Answered       int64
	AnsweredIn     int64 // of these, within the queue's target as it was when answered
	Abandoned      int64
	AbandonedIn    int64 // of these, within the target
	AbandonedShort int64 // of these, within ShortAbandonMS
	Promised       int64 // took a callback instead of waiting; not counted as answered, kept or not
	HandedOff      int64 // answered by self-service
	Unanswered     int64 // closed by the centre without an answer
	Moved          int64 // transfers and requeues
	WaitMS         int64 // of the answered
	WaitMaxMS      int64 // longest of the answered and the abandoned; the one field that does not add up but is compared
	AbandonMS      int64 // waits of the abandoned
	TalkMS         int64
	WrapMS         int64
	AnsweredBy     [WaitClasses]int64 // answered, by wait
	AbandonedBy    [WaitClasses]int64 // abandoned, by wait
	Placed         int64              // begun by agents, and in none of the counts above: they neither came nor waited
	PlacedTalkMS   int64              // of the placed
	PlacedWrapMS   int64              // of the placed
}

// Add adds other to c.
func (c *QueueCounts) Add(other *QueueCounts) {
	longest := max(c.WaitMaxMS, other.WaitMaxMS)
	to, from := c.Numbers(), other.Numbers()
	for i := range to {
		*to[i] += *from[i]
	}
	c.WaitMaxMS = longest
}

// QueueCountNames are the columns of the queue counters, in the order of Numbers.
var QueueCountNames = []string{"arrived", "turned_away", "answered", "answered_in", "abandoned", "abandoned_in", "abandoned_short", "promised",
	"handed_off", "unanswered", "moved", "wait_ms", "wait_max_ms", "abandon_ms", "talk_ms", "wrap_ms",
	"h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "h10", "h11",
	"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11",
	"placed", "placed_talk_ms", "placed_wrap_ms"}

// Numbers gives the address of every count, in the order of QueueCountNames.
func (c *QueueCounts) Numbers() []*int64 {
	n := []*int64{&c.Arrived, &c.TurnedAway, &c.Answered, &c.AnsweredIn, &c.Abandoned, &c.AbandonedIn, &c.AbandonedShort, &c.Promised,
		&c.HandedOff, &c.Unanswered, &c.Moved, &c.WaitMS, &c.WaitMaxMS, &c.AbandonMS, &c.TalkMS, &c.WrapMS}
	for i := range c.AnsweredBy {
		n = append(n, &c.AnsweredBy[i])
	}
	for i := range c.AbandonedBy {
		n = append(n, &c.AbandonedBy[i])
	}
	return append(n, &c.Placed, &c.PlacedTalkMS, &c.PlacedWrapMS)
}

// AgentKey names one row of agent counters. Slot is a bucket or a day.
type AgentKey struct {
	Slot  int64
	Agent centre.AgentID
}

// AgentCounts is what is counted of one agent in one time. The eight times are parts of the time signed in: where the agent was in a conversation
// and in wrap-up at once, it is conversation. They are counted when the agent's state changes, so that the stretch that is running is
// not in them yet.
type AgentCounts struct {
	Offered    int64
	Accepted   int64
	Declined   int64
	Lapsed     int64
	Withdrawn  int64
	Connected  int64 // conversations begun by an offer or a hand-over
	Consulted  int64 // conversations joined as adviser
	FreeMS     int64 // ready, nothing in hand
	DirectMS   int64 // taking only what is aimed at them, nothing in hand
	PausedMS   int64
	AwayMS     int64
	RingingMS  int64
	TalkingMS  int64
	WrappingMS int64
	LostMS     int64 // signed in, connection gone
	Placed     int64 // conversations that the agent began
}

// Add adds other to c.
func (c *AgentCounts) Add(other *AgentCounts) {
	to, from := c.Numbers(), other.Numbers()
	for i := range to {
		*to[i] += *from[i]
	}
}

// AgentCountNames are the columns of the agent counters, in the order of Numbers.
var AgentCountNames = []string{"offered", "accepted", "declined", "lapsed", "withdrawn", "connected", "consulted",
	"free_ms", "direct_ms", "paused_ms", "away_ms", "ringing_ms", "talking_ms", "wrapping_ms", "lost_ms", "placed"}

// Numbers gives the address of every count, in the order of AgentCountNames.
func (c *AgentCounts) Numbers() []*int64 {
	return []*int64{&c.Offered, &c.Accepted, &c.Declined, &c.Lapsed, &c.Withdrawn, &c.Connected, &c.Consulted,
		&c.FreeMS, &c.DirectMS, &c.PausedMS, &c.AwayMS, &c.RingingMS, &c.TalkingMS, &c.WrappingMS, &c.LostMS, &c.Placed}
}

// QueueRow is one row of queue counters.
type QueueRow struct {
	QueueKey
	QueueCounts
}

// AgentRow is one row of agent counters.
type AgentRow struct {
	AgentKey
	AgentCounts
}

// Calendar numbers the days of one time zone. It remembers the last day it was asked for, and belongs to one goroutine.
type Calendar struct {
	zone     *time.Location
	from, to centre.Instant // the day found last
	number   int64
}

// NewCalendar makes the calendar of a zone.
func NewCalendar(zone *time.Location) *Calendar { return &Calendar{zone: zone} }

// Day numbers the days since 1970-01-01 as the zone's calendar has them.
func (c *Calendar) Day(at centre.Instant) int64 {
	if at < c.from || at >= c.to {
		y, m, d := at.Time().In(c.zone).Date()
		c.from = centre.At(time.Date(y, m, d, 0, 0, 0, 0, c.zone))
		c.to = centre.At(time.Date(y, m, d+1, 0, 0, 0, 0, c.zone))
		c.number = time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	return c.number
}

func sortedQueueRows(m map[QueueKey]*QueueCounts) []QueueRow {
	rows := make([]QueueRow, 0, len(m))
	for k, c := range m {
		rows = append(rows, QueueRow{k, *c})
	}
	slices.SortFunc(rows, func(a, b QueueRow) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Queue, b.Queue), cmp.Compare(a.Channel, b.Channel))
	})
	return rows
}

func sortedAgentRows(m map[AgentKey]*AgentCounts) []AgentRow {
	rows := make([]AgentRow, 0, len(m))
	for k, c := range m {
		rows = append(rows, AgentRow{k, *c})
	}
	slices.SortFunc(rows, func(a, b AgentRow) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Agent, b.Agent))
	})
	return rows
}
