package phone

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/quality/survey"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
)

// The log's words for what the phone adds to it. Payloads hold ids and numbers of the house, never what anybody dialled.
const (
	FactCall      = "call"       // a call has begun, or ended when it has an outcome
	FactPlace     = "place_kept" // somebody fell out of a queue; the entry's number is the place's id
	FactRecording = "recording"  // the entry's number is the recording's id
)

// Told is the payload of FactCall.
type Told struct {
	Call      int64          `json:"call,omitempty"` // zero: the entry's own number
	Direction string         `json:"direction,omitempty"`
	Line      int32          `json:"line,omitempty"`
	Brand     centre.BrandID `json:"brand,omitempty"`
	Outcome   string         `json:"outcome,omitempty"`
	Cause     string         `json:"cause,omitempty"`
}

// Unwritten is the trouble of a call whose end could not be written yet: it is kept, and tried again until the database is back.
const Unwritten = "unwritten"

// endPatience is how long the end of a call is tried before the agent is told that it is not on disk yet.
const endPatience = time.Second

// send runs a command until its outcome is known, or Options.Patience has ended.
func (r *Room) send(client, id string, plan func(p *live.Plan) error) (live.Receipt, error) {
	return r.insist(live.Command{Client: client, ID: id, Plan: plan}, r.Patience)
}

// attempt is how long one attempt may last.
const attempt = 30 * time.Second

// insist runs a command until its outcome is known, for so long; 0: for as long as the room lives. What is still not known then is mended at the next start.
func (r *Room) insist(command live.Command, most time.Duration) (live.Receipt, error) {
	began, each := time.Now(), attempt
	if most > 0 {
		each = min(each, most)
	}
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		ctx, cancel := context.WithTimeout(context.Background(), each)
		receipt, err := r.Centre.Do(ctx, command)
		cancel()
		if !away(err) || most > 0 && time.Since(began) >= most {
			return receipt, err
		}
		if s := r.Centre.Status(); !s.Owner && s.Addr != "" && s.Addr != r.NodeAddr {
			return receipt, err // somebody else's now, who mends it
		}
		select {
		case <-time.After(wait):
		case <-r.ctx.Done():
			return receipt, err
		}
	}
}

// away tells whether a command may succeed later.
func away(err error) bool {
	kind := centre.KindOf(err)
	return err != nil && (kind == centre.Unavailable || kind == centre.Exhausted)
}

func (c *call) command(what tellKind, plan func(p *live.Plan) error) (live.Receipt, error) {
	c.writes++
	command := live.Command{Client: fmt.Sprintf("call %d", c.id), ID: fmt.Sprintf("%s %d", what, c.writes), Plan: plan}
	if !c.m.closing {
		return c.room.insist(command, c.room.Patience)
	}
	receipt, err := c.room.insist(command, endPatience)
	if away(err) { // how it ended is kept until it can be written
		c.m.trouble = Unwritten
		c.show()
		receipt, err = c.room.insist(command, 0)
	}
	return receipt, err
}

// write puts something on disk and lets the machine hear what became of it.
func (c *call) write(t tell) {
	out := told{what: t.what}
	switch t.what {
	case tellArrive:
		out = c.arrive(t)
	case tellPromise:
		out = c.promise(t)
	default:
		c.askAfter()
		_, out.err = c.command(t.what, func(p *live.Plan) error { return c.plan(p, t) })
		c.asked(out.err == nil)
	}
	if out.err == nil && c.place.ID != 0 {
		c.room.places.keep(c.place)
		c.place = store.PlaceRow{}
	}
	if out.err != nil {
		c.room.Log.Warn("a change of a call was not kept", "call", c.id, "what", string(t.what), "error", out.err)
	}
	if c.m.closing && c.m.row.Outcome != "" && (t.what == tellRow || t.what == tellLeave || t.what == tellEnd) {
		c.room.count(Outcome(c.m.row.Outcome))
	}
	c.hear(out)
}

// plan is what one change does to the engine and the tables.
func (c *call) plan(p *live.Plan, t tell) error {
	switch t.what {
	case tellLeave:
		if c.m.row.Connected == 0 {
			c.keepPlace(p)
		}
		finish(p, c.m.row.Contact)
	case tellEnd:
		finish(p, c.m.row.Contact)
	case tellRequeue:
		p.Step(routing.Event{Kind: routing.Requeued, Contact: c.m.row.Contact, Agent: t.agent})
	case tellResult:
		p.Step(routing.Event{Kind: routing.CallbackResult, Contact: c.m.row.Contact, Agent: t.agent, Reached: t.ok})
	case tellSurvey:
		c.keepAnswer(p, t)
	case tellArrive, tellPromise, tellRow:
	}
	if c.asking != nil {
		c.asking.Write(p)
	}
	c.putRow(p)
	return nil
}

// putRow writes the call as it is now.
func (c *call) putRow(p *live.Plan) {
	row := c.m.row
	if row.Outcome != "" {
		p.Fact(FactCall, row.Contact, row.Agent, Told{Call: row.ID, Outcome: row.Outcome, Cause: row.Cause})
		for _, party := range c.parties {
			one := *party
			if one.Ended == 0 {
				one.Ended = row.Ended
			}
			p.Write(c.room.Phone.PutParty(one))
		}
	}
	p.Write(c.room.Phone.PutCall(row))
}

// finish ends a contact in the engine as its phase asks for: a conversation ends, a wait is given up. What is over already stays so.
func finish(p *live.Plan, contact centre.ContactID) {
	v, ok := p.Engine().Contact(contact)
	if !ok {
		return
	}
	switch v.Phase {
	case routing.InTalk, routing.InPark, routing.InHold:
		p.Step(routing.Event{Kind: routing.Ended, Contact: contact, Agent: v.Agent})
	case routing.InWrapUp:
	default:
		p.Step(routing.Event{Kind: routing.Abandoned, Contact: contact})
	}
}

// arrive begins the call's contact: the customer is looked for, a place that was kept is found again, and the queue takes the caller in or does not.
func (c *call) arrive(t tell) told {
	r, book := c.room, c.room.Rules.Book()
	queue := centre.QueueID(book.ID("queues", orElse(t.queue, c.m.terms.queue)))
	c.identify()
	e := routing.Event{Kind: routing.Arrived, Queue: queue, Channel: centre.Phone, Priority: uint8(max(0, min(9, t.priority)))}
	needs(&e, book.SkillsFor(c.m.row.Language, queue), t.needs, func(key string) centre.SkillID { return centre.SkillID(book.ID("skills", key)) })
	place, kept, ask := r.places.find(c.m.row, queue, r.instant(), proof{answers: answersOf(c.m.row.Line, t.menu), claimed: t.claim == claimYes})
	if ask && t.claim == "" {
		return told{what: tellArrive, ask: true}
	}
	type result struct {
		Contact centre.ContactID
		Closed  bool
	}
	row := c.m.row
	receipt, err := c.command(tellArrive, func(p *live.Plan) error {
		c.m.row = row
		if q, ok := p.Engine().Queue(queue); !ok || !q.Open {
			p.Result(result{Closed: true})
			return nil
		}
		id := p.NewContact()
		r.bind(id, c)
		e.Contact = id
		if e.Credit = 0; kept {
			e.Credit = place.WaitedMS + int64(p.Now()-place.At)
			p.Write(r.Phone.TakePlace(place.ID))
		}
		c.begin(p, id, queue, t.menu)
		p.Step(e)
		if c.aim != 0 {
			p.Step(aimAt(c.aim, id))
		}
		c.putRow(p)
		p.Result(result{Contact: id})
		return nil
	})
	out := told{what: tellArrive, err: err}
	if err == nil {
		var res result
		out.err = json.Unmarshal(receipt.Result, &res)
		out.contact, out.refused, out.found = res.Contact, res.Closed, kept && !res.Closed
		if kept && !res.Closed {
			r.places.take(place.ID)
		}
	}
	if out.refused {
		out.opens = c.opens(queue)
	}
	return out
}

// needs adds the language and what the script asks for to what the contact needs.
func needs(e *routing.Event, language routing.Need, list []ivr.Need, skill func(string) centre.SkillID) {
	if language.Skill != 0 {
		e.Needs[0], e.NeedCount = language, 1
	}
	for _, n := range list {
		if id := skill(n.Skill); id != 0 && int(e.NeedCount) < routing.MaxNeeds {
			e.Needs[e.NeedCount] = routing.Need{Skill: id, Level: uint8(max(1, min(9, n.Level)))}
			e.NeedCount++
		}
	}
}

// begin writes what screens and reports know of a contact that begins.
func (c *call) begin(p *live.Plan, id centre.ContactID, queue centre.QueueID, menu []string) {
	r, book := c.room, c.room.Rules.Book()
	if c.m.row.Customer == 0 && c.m.row.Number != "" {
		c.m.row.Customer = r.newCustomer(p, c.m.row.Number, c.m.row.Language)
		c.m.row.Known = "probably"
	}
	c.m.row.Contact, c.m.row.Queue = id, queue
	about := journal.AboutContact{Brand: c.m.row.Brand, Market: book.MarketOf(c.m.row.Brand), Customer: c.m.row.Customer, Key: fmt.Sprintf("call/%d", c.id),
		Attributes: map[string]string{"language": c.m.row.Language}}
	for i, choice := range menu {
		if i < 4 {
			about.Attributes[fmt.Sprintf("menu_%d", i+1)] = choice
		}
	}
	p.About(id, about)
	t := conversation.Thread{Contact: id, Customer: c.m.row.Customer, Verified: c.m.row.Known == "verified", Name: c.name, Language: c.m.row.Language}
	p.Write(r.Words.PutThread(t))
	r.Recent.PutThread(t)
}

// newCustomer begins a customer of whom only a number is known.
func (r *Room) newCustomer(p *live.Plan, number, language string) centre.CustomerID {
	row := store.CustomerRow{Phone: number, Language: language, Since: p.Now()}
	row.ID = centre.CustomerID(p.Fact("customer", 0, 0, struct{}{}))
	p.Write(r.Customers.Put(row))
	p.Write(r.Customers.Address(row.ID, "phone", number))
	return row.ID
}

// identify looks for the customer by number, unless a better proof has been given.
func (c *call) identify() {
	ctx, cancel := context.WithTimeout(c.room.ctx, 2*time.Second)
	defer cancel()
	if c.m.row.Customer == 0 && c.m.row.Number != "" {
		id, err := c.room.Customers.ByAddress(ctx, "phone", c.m.row.Number)
		if err != nil {
			c.room.Log.Warn("a caller could not be looked up", "call", c.id, "error", err)
		}
		if id != 0 {
			c.m.row.Customer, c.m.row.Known = id, "probably"
		}
	}
	if c.m.row.Customer != 0 && c.name == "" {
		if row, err := c.room.Customers.Get(ctx, c.m.row.Customer); err == nil {
			c.name = row.Name
		}
	}
}

// promise keeps the place of a caller who will be called: of the contact that waits, or of one that begins as a promise.
func (c *call) promise(t tell) told {
	r, book := c.room, c.room.Rules.Book()
	queue := centre.QueueID(book.ID("queues", orElse(t.queue, c.m.terms.queue)))
	number := r.bare(t.number, c.m.row.Brand)
	if allowed, _, _ := r.plan(number); !allowed {
		return told{what: tellPromise, refused: true}
	}
	c.identify()
	row, contact := c.m.row, c.m.row.Contact
	var made bool
	receipt, err := c.command(tellPromise, func(p *live.Plan) error {
		c.m.row, made = row, false
		until := p.Now() + centre.Instant(book.Phone.Wait.PromiseWithinS)*1000
		id := contact
		if q, ok := p.Engine().Queue(queue); id == 0 && (!ok || !q.Open) {
			p.Result(made)
			return nil
		}
		var decisions []routing.Decision
		if id != 0 {
			decisions = p.Step(routing.Event{Kind: routing.CallbackAsked, Contact: id, Until: until})
		} else {
			id = p.NewContact()
			r.bind(id, c)
			c.begin(p, id, queue, t.menu)
			decisions = p.Step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: queue, Channel: centre.Callback, Until: until})
		}
		for _, d := range decisions {
			made = made || d.Kind == routing.PromiseMade
		}
		if made {
			p.Write(r.Phone.PutPromise(store.PromiseRow{Contact: id, Number: number, Line: row.Line, Language: row.Language, Customer: c.m.row.Customer, Known: c.m.row.Known, At: p.Now()}))
		}
		c.putRow(p)
		p.Result(made)
		return nil
	})
	if err == nil {
		err = json.Unmarshal(receipt.Result, &made)
	}
	return told{what: tellPromise, err: err, refused: !made, contact: c.m.row.Contact}
}

// keepAnswer keeps what the caller answered afterwards.
func (c *call) keepAnswer(p *live.Plan, t tell) {
	r, book := c.room, c.room.Rules.Book()
	solved := orElse(t.solved, "dont_know")
	row := store.SurveyAnswer{Contact: c.m.row.Contact, Queue: c.m.row.Queue, Brand: book.BrandOf(c.m.row.Queue), Channel: channelOf(c.m.row).String(), OKS: t.oks, Solved: solved}
	if who, ok := r.Rules.Person(c.m.row.Agent); ok {
		row.Team, row.Partner = who.Team, who.Partner
	}
	survey.Keep(p, r.Surveys, row)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// look asks the engine for the caller's place and the expected wait, and whether a callback may be promised.
func (c *call) look(queueKey string) {
	book := c.room.Rules.Book()
	queue := centre.QueueID(book.ID("queues", orElse(queueKey, c.m.terms.queue)))
	var e looked
	err := c.room.Centre.View(c.room.ctx, func(v *live.View) error {
		e = looked{}
		if q, ok := v.Engine().Queue(queue); ok {
			e.callback = q.Open && (q.Cap < 0 || q.Promises < q.Cap)
		}
		if c.m.row.Contact != 0 {
			e.position = v.Engine().Position(c.m.row.Contact)
			if w := v.Engine().EstimateContact(c.m.row.Contact); w.Known {
				e.low, e.high = time.Duration(w.LowMS)*time.Millisecond, time.Duration(w.HighMS)*time.Millisecond
			}
		}
		return nil
	})
	if err != nil {
		e = looked{}
	}
	c.hear(e)
}

// find looks for the customer who has a number of the brand's own.
func (c *call) find(number string) {
	id, err := c.room.Phone.CustomerByNumber(c.room.ctx, number)
	if err != nil {
		c.room.Log.Warn("a customer number could not be looked up", "call", c.id, "error", err)
	}
	if id != 0 {
		c.name = ""
	}
	c.hear(found{customer: id})
}

// hours asks the calendar.
func (c *call) hours(d hours) {
	book := c.room.Rules.Book()
	h := book.Hours(centre.QueueID(book.ID("queues", orElse(d.queue, c.m.terms.queue))))
	if d.hours != "" {
		h = book.Opening(d.hours)
	}
	now := c.room.Now()
	if h == nil || h.Open(now) {
		c.hear(opening{open: true})
		return
	}
	e := opening{}
	if next, ok := h.NextOpening(now); ok {
		e.opens = ivr.MomentOf(now.In(c.room.zone(c.m.row.Brand)), next)
	}
	c.hear(e)
}

// opens is when a queue opens next.
func (c *call) opens(queue centre.QueueID) ivr.Moment {
	h, now := c.room.Rules.Book().Hours(queue), c.room.Now()
	if h == nil {
		return ivr.Moment{}
	}
	next, ok := h.NextOpening(now)
	if !ok {
		return ivr.Moment{}
	}
	return ivr.MomentOf(now.In(c.room.zone(c.m.row.Brand)), next)
}
