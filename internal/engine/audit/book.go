package audit

import (
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// place is where a contact is, in the auditor's own book.
type place uint8

const (
	nowhere place = iota // between two places, within one step
	queued
	promised // waits for its hour or its next attempt
	offered
	dialled
	talking
	parked
	held
	snoozed
	wrapping
	closed
	placeCount
)

var placeNames = [placeCount]string{"nowhere", "queue", "promise", "offer", "dial", "talk", "park", "hold", "snooze", "wrap-up", "closed"}

func (p place) String() string { return placeNames[p] }

// contact is one contact in the auditor's book, or one consultation about it.
type contact struct {
	id        centre.ContactID
	consult   bool
	place     place
	channel   centre.Channel
	priority  uint8
	needCount uint8
	promise   bool // has hung up against a promise, and not been reached since
	placed    bool // begun by an agent
	queue     int32
	agent     centre.AgentID // rings at, or in the hands of
	offer     centre.OfferID
	toAgent   centre.AgentID // aimed at this person alone
	toTeam    centre.TeamID  // aimed at this team alone
	said      bool           // toAgent was named by a person, or put the contact aside
	aimTill   int64          // when the queue may serve it whatever the aim; 0 = when the person leaves or refuses
	last      centre.AgentID // who helped last, as said at arrival
	snoozer   centre.AgentID
	since     int64 // arrival less credit
	due       int64 // a promise's or a leader's due time; 0 = none
	until     int64 // when the present place ends by itself; 0 = open
	limit     int64 // how far a wrap-up may be extended
	window    int64 // when the promise closes; 0 = never
	dials     int32
	needs     [routing.MaxNeeds]routing.Need
	cool      []cooling
	watched   bool             // is on the list of those to be looked at when the step ends
	ended     routing.OfferEnd // how the offer of this step ended, while the contact is between places
}

type cooling struct {
	agent centre.AgentID
	until int64
}

// agent is one person in the auditor's book.
type agent struct {
	id        centre.AgentID
	index     int              // of its bit in every set
	profile   *routing.Profile // nil when removed
	in, lost  bool
	status    routing.Status
	pause     centre.PauseID
	told      told
	reach     uint16                     // channels in which the agent was said to be reachable
	ringing   int32                      // offers out to this agent
	rings     *contact                   // the latest of them, while ringing is not zero
	talk      [centre.ChannelCount]int32 // in conversation, dialled or held
	park      [centre.ChannelCount]int32
	talking   int32 // sum of talk
	parked    int32
	wrapping  int32
	lapses    int32
	freeSince int64
	dirty     bool
	leaving   bool // removed in this step
	team      *team
	free      bool   // counted among the team's free
	freed     bool   // is on the list of those who became able to take something
	able      uint16 // channels that a queue may offer
	direct    uint16 // channels that may be offered to the person alone
}

// told is what the engine last said of an agent.
type told struct {
	status routing.Status
	state  routing.State
	pause  centre.PauseID
}

// queueRules is one queue with the sets of agents that each step admits.
type queueRules struct {
	routing.Queue
	own      [][]uint64 // by step: the agents whom this very step admits
	admits   [][]uint64 // by step: those whom it or an earlier one admits
	open     bool
	gone     bool  // left out of the rules in force
	cap      int32 // promises open at once
	pledged  int32
	waiting  []*contact // by place: oldest first
	loans    []loan     // to it, open
	perCh    [centre.ChannelCount]int32
	channels uint16 // of those who wait
	aimed    int32  // of those who wait, kept for a person or a team
}

// book is everything the auditor knows.
type book struct {
	rules     *routing.Settings
	queues    []queueRules
	queueAt   map[centre.QueueID]int32
	agents    []*agent // by index
	byID      []*agent
	contacts  map[int64]*contact // by keyOf
	spare     []*contact
	able      [centre.ChannelCount][]uint64 // agents who can take one more from a queue
	teams     map[centre.TeamID]*team
	dirty     []*agent
	freed     []*agent
	everybody []uint64
}

// loan is one team's open lending to a queue.
type loan struct {
	team    *team
	after   int64
	minFree int32
}

// team is the people of one leader.
type team struct {
	id   centre.TeamID
	free int32 // who are ready and have nothing in hand
}

func has(set []uint64, i int) bool { return set[i>>6]>>(i&63)&1 != 0 }

func put(set []uint64, i int, in bool) {
	if in {
		set[i>>6] |= 1 << (i & 63)
	} else {
		set[i>>6] &^= 1 << (i & 63)
	}
}

func (b *book) words() int { return (len(b.agents) + 63) / 64 }

// level is how well the agent knows a skill; 0 is not at all.
func (a *agent) level(s centre.SkillID) uint8 {
	if a.profile != nil {
		for _, n := range a.profile.Skills {
			if n.Skill == s {
				return n.Level
			}
		}
	}
	return 0
}

func (a *agent) meets(needs []routing.Need) bool {
	for _, n := range needs {
		if a.level(n.Skill) < n.Level {
			return false
		}
	}
	return true
}

// admits tells whether one step of a queue admits an agent, the contact's own needs aside.
func admits(s *routing.Step, a *agent) bool {
	if a.profile == nil || !a.meets(s.Needs) {
		return false
	}
	switch {
	case s.AllHands:
		return true
	case a.profile.Partner != 0:
		return slices.Contains(s.Partners, a.profile.Partner) || slices.Contains(s.Teams, a.profile.Team)
	case len(s.Teams) > 0:
		return slices.Contains(s.Teams, a.profile.Team)
	default:
		return true
	}
}

// reindex rebuilds every set after the rule book changed or a person came.
func (b *book) reindex() {
	words := b.words()
	for q := range b.queues {
		rules := &b.queues[q]
		rules.own, rules.admits = rules.own[:0], rules.admits[:0]
		for range rules.Steps {
			rules.own, rules.admits = append(rules.own, make([]uint64, words)), append(rules.admits, make([]uint64, words))
		}
		for _, a := range b.agents {
			rules.admit(a)
		}
	}
	b.everybody = make([]uint64, words)
	for c := range b.able {
		b.able[c] = make([]uint64, words)
	}
	for _, a := range b.agents {
		put(b.everybody, a.index, true)
		a.able, a.direct = 0, 0
		b.refresh(a)
	}
}

// admit enters one agent in the sets of one queue's steps.
func (q *queueRules) admit(a *agent) {
	before := false
	for s := range q.Steps {
		now := admits(&q.Steps[s], a)
		before = before || now
		put(q.own[s], a.index, now)
		put(q.admits[s], a.index, before)
	}
}

// reindexAgent renews one person's bits after a change of profile.
func (b *book) reindexAgent(a *agent) {
	for q := range b.queues {
		b.queues[q].admit(a)
	}
	put(b.everybody, a.index, true)
	b.refresh(a)
}

// refresh recomputes what an agent can take, after anything about them changed.
func (b *book) refresh(a *agent) {
	able, direct := uint16(0), uint16(0)
	if a.profile != nil && a.in && !a.lost && a.ringing == 0 && (a.status == routing.Ready || a.status == routing.DirectOnly) {
		for c := centre.Channel(1); int(c) < centre.ChannelCount; c++ {
			if b.fits(a, c) && b.reaches(a, c) {
				direct |= 1 << c
			}
		}
		if a.status == routing.Ready {
			able = direct
		}
	}
	for changed, c := able^a.able, 0; changed != 0; changed, c = changed>>1, c+1 {
		if changed&1 != 0 {
			put(b.able[c], a.index, able>>c&1 != 0)
		}
	}
	if (able&^a.able|direct&^a.direct) != 0 && !a.freed {
		a.freed = true
		b.freed = append(b.freed, a)
	}
	a.able, a.direct = able, direct
	b.countFree(a)
	if !a.dirty {
		a.dirty = true
		b.dirty = append(b.dirty, a)
	}
}

// countFree keeps the number of free people of each team.
func (b *book) countFree(a *agent) {
	free := a.profile != nil && a.in && !a.lost && a.status == routing.Ready && a.ringing+a.talking+a.parked+a.wrapping == 0
	if free == a.free {
		return
	}
	a.free = free
	if free {
		a.team.free++
	} else {
		a.team.free--
	}
}

// carries is the rules of what the agent carries at once.
func (b *book) carries(a *agent) *routing.Capacity {
	if i := int(a.profile.Capacity); i < len(b.rules.Capacity) {
		return &b.rules.Capacity[i]
	}
	return &b.rules.Capacity[0]
}

// reaches tells whether the agent can be reached in a channel: everybody can where nobody need be told.
func (b *book) reaches(a *agent, c centre.Channel) bool {
	return b.rules.Told>>c&1 == 0 || a.reach>>c&1 != 0
}

// fits tells whether one more contact of a channel may be offered beside or over what the agent has in hand, presence aside.
func (b *book) fits(a *agent, c centre.Channel) bool {
	return (a.wrapping == 0 || b.carries(a).WrapUp) && b.holds(a, c)
}

// holds tells whether one more contact of a channel finds room. Parked contacts and wrap-up use no units; held ones and dialling do.
func (b *book) holds(a *agent, c centre.Channel) bool {
	k := b.carries(a)
	if k.Max[c] == 0 || k.Weight[c] > k.Total {
		return false
	}
	if a.talking+a.parked == 0 {
		return true
	}
	if a.talk[c]+a.park[c] >= k.Max[c] {
		return false
	}
	units := k.Weight[c]
	for h := range a.talk {
		if a.talk[h] == 0 || k.Parks[h]>>c&1 != 0 {
			continue
		}
		if k.Beside[h]>>c&1 == 0 {
			return false
		}
		units += a.talk[h] * k.Weight[h]
	}
	return units <= k.Total
}

// state is what the agent is doing, by the order of the specification: talking before ringing before wrapping.
func (a *agent) state() routing.State {
	switch {
	case !a.in:
		return routing.Gone
	case a.lost:
		return routing.Lost
	case a.talking > 0:
		return routing.Talking
	case a.ringing > 0:
		return routing.Ringing
	case a.wrapping > 0:
		return routing.Wrapping
	case a.parked > 0:
		return routing.Talking
	}
	return routing.Free
}

// place is the instant by which a contact is ordered and its age runs: arrival less credit, or its due time less the queue's target.
func (b *book) placeOf(c *contact) int64 {
	if c.due > 0 {
		return c.due - b.queues[c.queue].TargetMS
	}
	return c.since
}

// age is how long a contact counts as having waited.
func (b *book) age(c *contact, now int64) int64 { return max(0, now-b.placeOf(c)) }

// standing orders the contacts of one queue: earlier is further ahead.
func (b *book) standing(c *contact) int64 { return b.placeOf(c) - b.rules.PriorityCredit[c.priority] }

// enqueue puts a contact into its queue's order.
func (b *book) enqueue(c *contact) {
	q := &b.queues[c.queue]
	i, _ := slices.BinarySearchFunc(q.waiting, c, b.compare)
	q.waiting = slices.Insert(q.waiting, i, c)
	q.count(c, +1)
}

// count keeps what is known of those who wait in a queue.
func (q *queueRules) count(c *contact, by int32) {
	if q.perCh[c.channel] += by; q.perCh[c.channel] > 0 {
		q.channels |= 1 << c.channel
	} else {
		q.channels &^= 1 << c.channel
	}
	if c.toAgent != 0 || c.toTeam != 0 {
		q.aimed += by
	}
}

// concerns tells whether anybody who waits in the queue could possibly be this agent's: by channel, by some step, by a loan or by aim.
func (q *queueRules) concerns(a *agent) bool {
	return (a.able|a.direct)&q.channels != 0 && (has(q.admits[len(q.admits)-1], a.index) || len(q.loans) > 0 || q.aimed > 0)
}

// dequeue takes it out; false when it was not where it should be.
func (b *book) dequeue(c *contact) bool {
	q := &b.queues[c.queue]
	i, found := slices.BinarySearchFunc(q.waiting, c, b.compare)
	if !found {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	q.count(c, -1)
	return true
}

func (b *book) compare(x, y *contact) int {
	if sx, sy := b.standing(x), b.standing(y); sx != sy {
		if sx < sy {
			return -1
		}
		return 1
	}
	switch {
	case x.id < y.id:
		return -1
	case x.id > y.id:
		return 1
	}
	return 0
}

// step is the index of the last step of its queue that a contact has reached.
func (b *book) step(c *contact, now int64) int {
	steps, age := b.queues[c.queue].Steps, b.age(c, now)
	k := 0
	for k+1 < len(steps) && age >= steps[k+1].AfterMS {
		k++
	}
	return k
}

// mayTake tells whether an agent is admitted to a contact at this instant, by step or loan, own needs, aim and cooling; able or not.
func (b *book) mayTake(a *agent, c *contact, now int64) bool {
	switch {
	case a.profile == nil || c.cooling(a.id, now):
		return false
	case c.toAgent != 0:
		return c.toAgent == a.id
	case c.toTeam != 0:
		return c.toTeam == a.profile.Team && b.admitsTeam(a, c, now)
	}
	q := &b.queues[c.queue]
	for k := b.step(c, now); k >= 0; k-- {
		if has(q.own[k], a.index) && (q.Steps[k].DropContactNeeds || a.meets(c.needs[:c.needCount])) {
			return true
		}
	}
	return b.borrows(a, c, now)
}

// admitsTeam tells whether a member of the team that a contact is aimed at has what the step asks for.
func (b *book) admitsTeam(a *agent, c *contact, now int64) bool {
	q := &b.queues[c.queue]
	for k := b.step(c, now); k >= 0; k-- {
		if a.meets(q.Steps[k].Needs) && (q.Steps[k].DropContactNeeds || a.meets(c.needs[:c.needCount])) {
			return true
		}
	}
	return false
}

// cooling tells whether the contact is kept from an agent who just refused it or had it.
func (c *contact) cooling(a centre.AgentID, now int64) bool {
	for _, k := range c.cool {
		if k.agent == a && now < k.until {
			return true
		}
	}
	return false
}

// mostCooling is how many agents one contact is kept from at once; the one that ends first makes room.
const mostCooling = 6

// keepFrom keeps the contact from an agent for as long as the rules say.
func (b *book) keepFrom(c *contact, a centre.AgentID, now int64) (until int64) {
	ms := max(b.rules.DeclineCoolMS, 1) // in the same step others are asked first, whatever the rules say
	kept, first := c.cool[:0], 0
	for _, k := range c.cool {
		if k.until > now && k.agent != a {
			kept = append(kept, k)
			if k.until < kept[first].until {
				first = len(kept) - 1
			}
		}
	}
	if len(kept) == mostCooling {
		kept = append(kept[:first], kept[first+1:]...)
	}
	c.cool = append(kept, cooling{a, now + ms})
	return now + ms
}

// borrows tells whether an open loan admits the agent to the contact: enough of the team stay behind free, and the agent has what the
// contact's step asks for.
func (b *book) borrows(a *agent, c *contact, now int64) bool {
	if c.consult || c.toTeam != 0 {
		return false
	}
	q := &b.queues[c.queue]
	for i := range q.loans {
		if l := &q.loans[i]; l.team == a.team {
			return b.age(c, now) >= l.after && l.team.free > l.minFree && b.admitsTeam(a, c, now)
		}
	}
	return false
}

// person gives the agent of an id, nil for one whom nobody has defined.
func (b *book) person(id centre.AgentID) *agent {
	if id < 0 || int(id) >= len(b.byID) {
		return nil
	}
	return b.byID[id]
}

// teamOf gives the team of an id, a new one when it is not known.
func (b *book) teamOf(id centre.TeamID) *team {
	t := b.teams[id]
	if t == nil {
		t = &team{id: id}
		b.teams[id] = t
	}
	return t
}

// lend opens or closes a loan; false when it was so already.
func (b *book) lend(t centre.TeamID, queue int32, open bool) bool {
	q, lender := &b.queues[queue], b.teamOf(t)
	at := slices.IndexFunc(q.loans, func(l loan) bool { return l.team == lender })
	if open == (at >= 0) {
		return false
	}
	if !open {
		q.loans = slices.Delete(q.loans, at, at+1)
		return true
	}
	q.loans = append(q.loans, loan{team: lender})
	b.termsOf(q)
	return true
}

// termsOf reads what the rules say of a queue's open loans; a leader's word alone sets no terms.
func (b *book) termsOf(q *queueRules) {
	for i := range q.loans {
		l := &q.loans[i]
		l.after, l.minFree = 0, 0
		for k := range b.rules.Lending {
			if r := &b.rules.Lending[k]; r.Lender == l.team.id && r.Queue == q.ID {
				l.after, l.minFree = r.AfterMS, r.MinFree
				break
			}
		}
	}
}
