package routing

import (
	"encoding/binary"
	"encoding/json"

	"sentral/internal/centre"
)

// The forms of a snapshot. Restore reads every form that ever was, and the oldest that can hold the state is written, so that a state that was possible
// then has the bytes and the hash that it had.
const (
	firstForm   = 1
	reachForm   = 2 // with what agents can be reached in, and what they began
	fareForm    = 3 // with how guesses of waits have fared
	formsToRead = fareForm
)

// form gives the oldest form that can hold the state.
func (e *Engine) form() int64 {
	for i := range e.queues {
		if *e.queues[i].fares != (fares{}) {
			return fareForm
		}
	}
	for i := range e.contacts {
		if c := &e.contacts[i]; c.id != 0 && c.guessHigh > 0 {
			return fareForm
		}
	}
	if e.placed > 0 {
		return reachForm
	}
	for i := range e.agents {
		if e.agents[i].profile != nil && e.agents[i].reach != 0 {
			return reachForm
		}
	}
	return firstForm
}

// Snapshot gives the whole state as bytes. Two engines that were told the same events give the same bytes, however they came by them, unless
// different waits have been read (EstimateContact).
func (e *Engine) Snapshot() []byte {
	c := &codec{b: make([]byte, 0, 4096+256*e.live+96*len(e.agents))}
	order := e.contactsByID()
	e.state(c, order)
	for _, ci := range order {
		x := &e.contacts[ci]
		c.flag(&x.told)
		number(c, &x.toldLow)
		number(c, &x.toldHigh)
	}
	return binary.LittleEndian.AppendUint64(c.b, sum(0, c.b))
}

// Hash folds the whole state and every event and decision so far into one number. It is equal live, replayed and simulated. It walks the whole
// state: Digest is the cheap one.
func (e *Engine) Hash() uint64 {
	c := &codec{b: e.hashed[:0]}
	e.state(c, e.contactsByID())
	e.hashed = c.b[:0]
	return sum(e.digest, c.b)
}

// Digest folds every event and decision so far into one number, at no cost.
func (e *Engine) Digest() uint64 { return e.digest }

// Restore makes the engine what it was when the snapshot was taken. On an error of kind Invalid it is left as it was.
func (e *Engine) Restore(b []byte) error {
	if len(b) < 8 || sum(0, b[:len(b)-8]) != binary.LittleEndian.Uint64(b[len(b)-8:]) {
		return centre.Errorf(centre.Invalid, "engine snapshot: the checksum does not match: the snapshot is damaged")
	}
	n := New()
	c := &codec{b: b[:len(b)-8], reading: true}
	order := n.state(c, nil)
	for _, ci := range order {
		x := &n.contacts[ci]
		c.flag(&x.told)
		number(c, &x.toldLow)
		number(c, &x.toldHigh)
	}
	if c.err == nil && len(c.b) > 0 {
		c.fail("%d bytes too many", len(c.b))
	}
	if c.err == nil {
		n.relink(c, order)
	}
	if c.err != nil {
		return c.err
	}
	*e = *n
	return nil
}

// contactsByID gives the slots of all contacts by id, a leg after the contact it is about.
func (e *Engine) contactsByID() []int32 {
	order := e.ordered[:0]
	for i := range e.contacts {
		if e.contacts[i].id != 0 {
			order = append(order, int32(i))
		}
	}
	e.sortByID(order)
	e.ordered = order
	return order
}

// state passes everything that decides what the engine does next. It gives the slots of the contacts in the order they are passed.
func (e *Engine) state(c *codec, order []int32) []int32 {
	if c.form = c.int(e.form()); c.form < firstForm || c.form > formsToRead {
		c.fail("version %d is not known", c.form)
		return nil
	}
	number(c, &e.now)
	number(c, &e.asked)
	c.word(&e.digest)
	number(c, &e.events)
	number(c, &e.arrived)
	if c.form >= reachForm {
		number(c, &e.placed)
	}
	for i := range e.counts {
		number(c, &e.counts[i])
	}
	for i := range e.endings {
		number(c, &e.endings[i])
	}
	number(c, &e.closed)
	number(c, &e.nextOffer)
	e.offersState(c)
	e.seen.state(c)
	e.rulesState(c)
	e.queuesState(c)
	e.lendingsState(c)
	e.agentsState(c)
	return e.contactsState(c, order)
}

// offersState passes how the latest offers ended.
func (e *Engine) offersState(c *codec) {
	for id := max(1, e.nextOffer-endedOffers); id < e.nextOffer && c.err == nil; id++ {
		r := &e.ended[int(id)%endedOffers]
		end := NotEnded
		if r.offer == id {
			end = r.end
		}
		if number(c, &end); c.reading && end != NotEnded {
			*r = endedOffer{offer: id, end: end}
		}
	}
}

// state passes the window as runs of equal words.
func (w *window) state(c *codec) {
	number(c, &w.top)
	for i := 0; i < len(w.bits) && c.err == nil; {
		n := 1
		for !c.reading && i+n < len(w.bits) && w.bits[i+n] == w.bits[i] {
			n++
		}
		word := w.bits[i]
		n = int(c.int(int64(n)))
		c.word(&word)
		if n < 1 || i+n > len(w.bits) {
			c.fail("the window of arrivals is damaged")
			return
		}
		for end := i + n; i < end; i++ {
			w.bits[i] = word
		}
	}
}

// rulesState passes the rule book, and makes teams, queues and lendings of it when reading.
func (e *Engine) rulesState(c *codec) {
	c.bytes(&e.rulebook)
	if !c.reading || c.err != nil {
		return
	}
	if len(e.rulebook) == 0 {
		e.rulebook = nil
		return
	}
	s := &Settings{}
	if err := json.Unmarshal(e.rulebook, s); err != nil {
		c.fail("rules: %w", err)
		return
	}
	if err := ValidateSettings(s); err != nil {
		c.fail("rules: %w", err)
		return
	}
	e.settings, e.carries = s, carryingFrom(s.Capacity)
	e.teamsFrom(s)
	e.queuesFrom(s)
	e.out = e.out[:0]
}

func (e *Engine) queuesState(c *codec) {
	slots := make([]int32, 0, len(e.queues))
	for _, qi := range e.queueByID {
		if qi >= 0 {
			slots = append(slots, qi)
		}
	}
	n := c.count(len(slots))
	for i := 0; i < n && c.err == nil; i++ {
		var id centre.QueueID
		if !c.reading {
			id = e.queues[slots[i]].rules.ID
		}
		number(c, &id)
		var gone []byte
		if !c.reading && e.queues[slots[i]].gone {
			gone, _ = json.Marshal(&e.queues[slots[i]].rules)
		}
		c.bytes(&gone)
		qi := e.findQueue(id)
		if c.reading && len(gone) > 0 {
			qi = e.goneQueue(c, id, gone)
		}
		if qi < 0 {
			c.fail("queue %d is not in the rules", id)
			return
		}
		e.queues[qi].state(c)
	}
}

// goneQueue makes a queue that the rules in force no longer name.
func (e *Engine) goneQueue(c *codec, id centre.QueueID, text []byte) int32 {
	q := queue{gone: true, pool: none, fares: new(fares)}
	err := json.Unmarshal(text, &q.rules)
	v := &validation{}
	v.between(nil, "weight", q.rules.Weight, 1, maxWeight) // what it was validated with otherwise may be gone
	v.between(nil, "target_ms", q.rules.TargetMS, 1, maxDuration)
	v.between(nil, "offer_ms", q.rules.OfferMS, 1, maxDuration)
	v.between(nil, "steps", int64(len(q.rules.Steps)), 1, maxSteps)
	if err != nil || v.err != nil || q.rules.ID != id || id <= 0 || id > maxQueueID || e.findQueue(id) >= 0 {
		c.fail("the rules of queue %d are damaged", id)
		return none
	}
	e.queues = append(e.queues, q)
	for int(id) >= len(e.queueByID) {
		e.queueByID = append(e.queueByID, none)
	}
	e.queueByID[id] = int32(len(e.queues) - 1)
	return e.queueByID[id]
}

func (q *queue) state(c *codec) {
	c.flag(&q.open)
	number(c, &q.cap)
	number(c, &q.promises)
	for i := range q.counts {
		number(c, &q.counts[i])
	}
	for i := range q.endings {
		number(c, &q.endings[i])
	}
	number(c, &q.arrived)
	number(c, &q.measure.handlingMS)
	number(c, &q.measure.served)
	number(c, &q.measure.exposureMS)
	number(c, &q.measure.left)
	if c.form >= reachForm {
		number(c, &q.placed)
	}
	if c.form >= fareForm {
		for i := range q.fares {
			q.fares[i].pass(c)
		}
	}
}

func (f *fare) pass(c *codec) {
	number(c, &f.low)
	number(c, &f.high)
	number(c, &f.judged)
	if f.low < fareLeast-1000 || f.low > fareMost-1000 || f.high < fareLeast-1000 || f.high > fareMost-1000 || f.judged < 0 || f.judged > fareSpan {
		c.fail("what was learnt of waits is damaged")
	}
}

func (e *Engine) lendingsState(c *codec) {
	number(c, &e.reviewAt)
	n := c.count(len(e.lendings))
	for i := 0; i < n && c.err == nil; i++ {
		var l lending
		if !c.reading {
			l = e.lendings[i]
		}
		number(c, &l.rules.Lender)
		number(c, &l.rules.Queue)
		c.flag(&l.open)
		c.flag(&l.byHand)
		number(c, &l.hand)
		if !c.reading {
			continue
		}
		if l.team, l.queue = e.findTeam(l.rules.Lender), e.findQueue(l.rules.Queue); l.team < 0 || l.queue < 0 {
			c.fail("a lending names a team or queue that is not in the rules")
			return
		}
		for _, r := range e.settings.Lending {
			if r.Lender == l.rules.Lender && r.Queue == l.rules.Queue {
				l.rules = r
			}
		}
		e.lendings = append(e.lendings, l)
	}
}

func (e *Engine) agentsState(c *codec) {
	var slots []int32
	if !c.reading {
		for _, a := range e.agentByID {
			if a >= 0 {
				slots = append(slots, a)
			}
		}
	}
	n := c.count(len(slots))
	for i := 0; i < n && c.err == nil; i++ {
		p := &Profile{}
		if !c.reading {
			p = e.agents[slots[i]].profile
		}
		p.state(c)
		a := e.findAgent(p.Agent)
		if c.reading {
			if err := ValidateProfile(p); err != nil || a >= 0 {
				c.fail("the profile of agent %d is damaged", p.Agent)
				return
			}
			for int(p.Agent) >= len(e.agentByID) {
				e.agentByID = append(e.agentByID, none)
			}
			a = e.newAgent(p.Agent)
			e.agents[a].profile = p
			e.agents[a].learnSkills()
		}
		e.agents[a].pass(c)
	}
}

func (p *Profile) state(c *codec) {
	number(c, &p.Agent)
	number(c, &p.Team)
	number(c, &p.Partner)
	number(c, &p.Capacity)
	n := c.count(len(p.Skills))
	if c.reading && n > 0 {
		p.Skills = make([]Need, n)
	}
	for i := range p.Skills {
		number(c, &p.Skills[i].Skill)
		number(c, &p.Skills[i].Level)
	}
}

func (ag *agent) pass(c *codec) {
	number(c, &ag.status)
	number(c, &ag.pause)
	c.flag(&ag.signedIn)
	c.flag(&ag.lost)
	number(c, &ag.lapses)
	number(c, &ag.freeSince)
	number(c, &ag.since)
	number(c, &ag.told.status)
	number(c, &ag.told.state)
	number(c, &ag.told.pause)
	if c.form >= reachForm {
		number(c, &ag.reach)
	}
	if ag.status >= statusCount {
		c.fail("agent %d has no such status", ag.id)
	}
}

// contactsState passes the contacts by id.
func (e *Engine) contactsState(c *codec, order []int32) []int32 {
	n := c.count(len(order))
	last := none
	for i := 0; i < n && c.err == nil; i++ {
		var ci int32
		if c.reading {
			if ci = e.readContact(c, last); c.err != nil {
				return nil
			}
			order = append(order, ci)
		} else {
			ci = order[i]
			number(c, &e.contacts[ci].id)
			leg := e.contacts[ci].isLeg()
			c.flag(&leg)
			e.contactState(c, ci)
		}
		if c.err == nil && !e.contacts[ci].isLeg() {
			last = ci
		}
	}
	return order
}

// readContact reads a contact into a new slot; last is the contact that a leg is about.
func (e *Engine) readContact(c *codec, last int32) int32 {
	var id centre.ContactID
	var leg bool
	number(c, &id)
	c.flag(&leg)
	parent := none
	if leg {
		parent = last
	}
	if id <= 0 || leg && (last < 0 || e.contacts[last].id != id || e.contacts[last].leg >= 0) || !leg && e.findContact(id) >= 0 {
		c.fail("contact %d is damaged", id)
		return none
	}
	ci := e.newContact(id, parent)
	if leg {
		e.contacts[parent].leg = ci
	}
	e.contactState(c, ci)
	return ci
}

// contactState passes one contact; agents, teams and queues are named by their ids.
func (e *Engine) contactState(c *codec, ci int32) {
	x := &e.contacts[ci]
	for _, p := range []*int64{&x.place, &x.since, &x.arrived, &x.due, &x.until, &x.aimUntil, &x.window, &x.started, &x.handled, &x.coolUntil} {
		number(c, p)
	}
	number(c, &x.offer)
	number(c, &x.snoozer)
	number(c, &x.attempts)
	number(c, &x.phase)
	number(c, &x.channel)
	number(c, &x.priority)
	number(c, &x.aim)
	c.flag(&x.promise)
	c.flag(&x.aimed)
	c.flag(&x.wasParked)
	if c.form >= reachForm {
		c.flag(&x.placed)
	}
	if c.form >= fareForm {
		number(c, &x.guessLow)
		number(c, &x.guessHigh)
		if x.guessLow < 0 || x.guessHigh < 0 || x.guessHigh > longestGuessedMS*8 {
			c.fail("contact %d is damaged", x.id)
		}
	}
	e.slotOfQueue(c, &x.queue)
	e.slotOfTeam(c, &x.team)
	e.slotOfAgent(c, &x.agent)
	e.slotOfAgent(c, &x.expecter)
	e.slotOfAgent(c, &x.aimAt)
	number(c, &x.needN)
	number(c, &x.coolN)
	if x.needN > MaxNeeds || x.coolN > maxCooling || x.phase == Nowhere || x.phase >= phaseCount || int(x.channel) >= centre.ChannelCount || x.priority > 9 || x.aim > aimNotYet {
		c.fail("contact %d is damaged", x.id)
		return
	}
	for i := range int(x.needN) {
		number(c, &x.needs[i].Skill)
		number(c, &x.needs[i].Level)
		if x.needs[i].Skill <= 0 {
			c.fail("contact %d needs no such skill", x.id)
		}
	}
	for i := range int(x.coolN) {
		number(c, &x.cool[i].agent)
		number(c, &x.cool[i].until)
	}
	if x.phase == InOffer {
		number(c, &x.offered)
		x.why.pass(c)
	}
	// The first of a lane carries when its lane is next due.
	due := int64(0)
	if !c.reading && x.lane >= 0 {
		if l := &e.lanes[x.lane]; l.waiting()[0].slot == ci {
			due = l.timerAt
		}
	}
	number(c, &due)
	if c.reading {
		c.dues = append(c.dues, due)
	}
}

func (w *Why) pass(c *codec) {
	number(c, &w.Rule)
	number(c, &w.Step)
	number(c, &w.Fit)
	number(c, &w.Load)
	number(c, &w.WaitedMS)
	number(c, &w.FreeMS)
	number(c, &w.Score)
	number(c, &w.Candidates)
	number(c, &w.Overtaken)
	number(c, &w.OvertakenBy)
}

func (e *Engine) slotOfQueue(c *codec, p *int32) {
	var id centre.QueueID
	if !c.reading {
		id = e.queues[*p].rules.ID
	}
	if number(c, &id); c.reading {
		if *p = e.findQueue(id); *p < 0 {
			c.fail("a contact is in queue %d, which is not known", id)
		}
	}
}

func (e *Engine) slotOfTeam(c *codec, p *int32) {
	var id centre.TeamID
	if !c.reading && *p >= 0 {
		id = e.teams[*p].id
	}
	if number(c, &id); c.reading && id != 0 {
		if *p = e.findTeam(id); *p < 0 {
			c.fail("a contact is kept for team %d, which is not known", id)
		}
	}
}

func (e *Engine) slotOfAgent(c *codec, p *int32) {
	var id centre.AgentID
	if !c.reading && *p >= 0 {
		id = e.agents[*p].id
	}
	if number(c, &id); c.reading && id != 0 {
		if *p = e.findAgent(id); *p < 0 {
			c.fail("a contact is with agent %d, who is not known", id)
		}
	}
}
