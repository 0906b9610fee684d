package phone

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/allowance"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/telephony/signal"
)

// spending is what calls out have come to, by the minutes that have begun. What is here is on disk too: a minute is written before it is spent.
type spending struct {
	allowance.Ledger[centre.AgentID]
}

func (s *spending) load(ctx context.Context, from store.Phone, now centre.Instant) error {
	rows, err := from.Spent(ctx, allowance.Since(now))
	if err != nil {
		return err
	}
	list := make([]allowance.Entry[centre.AgentID], len(rows))
	for i, r := range rows {
		list[i] = minuteOf(r)
	}
	s.Load(list)
	return nil
}

const day = centre.Instant(24 * time.Hour / time.Millisecond)

func minuteOf(r store.SpendRow) allowance.Entry[centre.AgentID] {
	return allowance.Entry[centre.AgentID]{ID: r.Call, Part: r.Minute, Who: r.Agent, At: r.At, CostOre: r.CostOre}
}

func capsOf(c config.DialCaps) allowance.Caps {
	return allowance.Caps{HourCount: int64(c.CallsPerHour), DayCount: int64(c.CallsPerDay), HourOre: c.CostOrePerHour, DayOre: c.CostOrePerDay}
}

// plan tells whether a number may be called, and what a minute costs.
func (r *Room) plan(number string) (allowed bool, ore int64, err error) {
	_, rule, err := r.Rules.Book().MayDial(number, "")
	if err != nil {
		return false, 0, err
	}
	return true, int64(rule.CostOrePerMin), nil
}

var errCap = centre.ErrorAt(centre.Exhausted, "number", "calls out have reached their limit: a leader can see what has been spent")

// spendMinute writes a minute down before it begins.
func (r *Room) spendMinute(row store.SpendRow) error {
	o := r.Rules.Book().Phone.Outbound
	if !r.spend.Reserve(minuteOf(row), capsOf(o.Centre), capsOf(o.Agent)) {
		return errCap
	}
	ctx, cancel := context.WithTimeout(r.ctx, 5*time.Second)
	defer cancel()
	_, err := r.Centre.Do(ctx, live.Command{Client: fmt.Sprintf("call %d", row.Call), ID: fmt.Sprintf("minute %d", row.Minute), Plan: func(p *live.Plan) error {
		p.Write(r.Phone.PutSpend(row))
		return nil
	}})
	if err != nil {
		r.spend.Give(minuteOf(row))
	}
	return err
}

// PlaceCall calls a number for an agent.
func (r *Room) PlaceCall(ctx context.Context, s access.Subject, w Place) (Call, error) {
	if s.Person == 0 || !access.Can(s, access.CallOut, access.Object{Agent: s.Person, Team: s.Team, Partner: s.Partner}) {
		return Call{}, forbidden(access.CallOut)
	}
	if r.stack == nil {
		return Call{}, centre.Errorf(centre.Conflict, "the centre has no trunk to call by")
	}
	book := r.Rules.Book()
	l, ok := r.lineOut(book, w.Line, s)
	if !ok {
		return Call{}, centre.ErrorAt(centre.Invalid, "line", "there is no line to call from")
	}
	number, _, err := book.MayDial(w.Number, l.Country)
	if err != nil {
		return Call{}, err
	}
	if !r.reachable(s.Person) {
		return Call{}, noLine(r.deskOf(s.Person) != nil)
	}
	row := store.CallRow{Direction: "out", Line: l.Key, Brand: l.Brand, Queue: l.Queue, Language: l.Language, Number: number, Customer: w.Customer, Known: "none", Agent: s.Person}
	if row.Customer == 0 {
		if row.Customer, err = r.Customers.ByAddress(ctx, "phone", number); err != nil {
			return Call{}, err
		}
	}
	if row.Customer != 0 {
		row.Known = "probably"
	}
	c, err := r.placed(ctx, s, l, row)
	if err != nil {
		return Call{}, err
	}
	return c, nil
}

// lineOut is the line that a call out comes from: the one asked for, the configuration's, else the first.
func (r *Room) lineOut(book *rulebook.Book, key string, _ access.Subject) (rulebook.PhoneLine, bool) {
	if key != "" {
		return book.LineByKey(key)
	}
	if l, ok := book.LineByKey(book.Phone.Outbound.Line); ok {
		return l, true
	}
	for _, l := range book.Phone.Lines {
		if l.Number != "*" || l.CallerID != "" {
			return book.LineByKey(l.Key)
		}
	}
	return rulebook.PhoneLine{}, false
}

// placed writes a call out down, with its contact in the agent's hands, and begins to ring.
func (r *Room) placed(ctx context.Context, s access.Subject, l rulebook.PhoneLine, row store.CallRow) (Call, error) {
	t := r.termsOf(l, row)
	t.lift = r.legOf(s.Person) == nil // a desk phone, not lifted yet
	c := newCall(r, newMachine(t, row, nil))
	fresh := row
	var refused routing.Code
	_, err := r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		row, refused = fresh, routing.NoCode
		a, ok := p.Engine().Agent(s.Person)
		if !ok || a.State == routing.Gone || a.State == routing.Lost {
			return centre.Errorf(centre.Conflict, "sign in at the desk first")
		}
		if a.Offer != 0 {
			return centre.Errorf(centre.Conflict, "answer what rings first")
		}
		row.Began = p.Now()
		id := p.NewContact()
		r.bind(id, c)
		row.ID = p.Fact(FactCall, id, s.Person, Told{Direction: row.Direction, Line: l.ID, Brand: row.Brand})
		c.id, c.m.row = row.ID, row
		for _, d := range p.Step(routing.Event{Kind: routing.Placed, Contact: id, Agent: s.Person, Queue: row.Queue, Channel: centre.Phone}) {
			if d.Kind == routing.Refused {
				refused = d.Code
			}
		}
		if refused == routing.NoCode {
			c.begin(p, id, row.Queue, nil)
		} else {
			c.m.row.Ended, c.m.row.Outcome, c.m.row.Cause = p.Now(), string(NotAllowed), refused.String()
		}
		p.Write(r.Phone.PutCall(c.m.row))
		return nil
	}})
	if err == nil && refused != routing.NoCode {
		r.count(NotAllowed)
		err = centre.Errorf(centre.Conflict, "you cannot call now (%s)", refused)
	}
	if err != nil {
		r.forget(c)
		return Call{}, err
	}
	if c.m.row.Customer != 0 {
		if known, err := r.Customers.Get(ctx, c.m.row.Customer); err == nil {
			c.name = known.Name
		}
	}
	c.m.since, c.m.at = c.m.row.Began, c.m.row.Began
	c.m.scene.add(person{kind: theAgent, agent: s.Person, lost: t.lift})
	c.show()
	out := c.shown.Load().call
	r.start(c)
	return out, nil
}

// callBack rings a promised customer: the engine has decided that it is their turn. A promise whose number is not known any more is not reached.
func (r *Room) callBack(contact centre.ContactID, agent centre.AgentID) {
	if r.of(contact) != nil && !r.of(contact).gone() {
		return // it is being rung
	}
	r.actors.Go(func() {
		if err := r.ringPromised(contact, agent); err != nil {
			r.Log.Warn("a promised call could not be begun", "contact", int64(contact), "error", err)
			_, _ = r.send("", "", func(p *live.Plan) error {
				if v, ok := p.Engine().Contact(contact); ok && v.Phase == routing.InDial {
					p.Step(routing.Event{Kind: routing.CallbackResult, Contact: contact, Agent: v.Agent})
				}
				return nil
			})
		}
	})
}

func (r *Room) ringPromised(contact centre.ContactID, agent centre.AgentID) error {
	promise, err := r.Phone.Promise(r.ctx, contact)
	if err != nil {
		return err
	}
	book := r.Rules.Book()
	l, ok := book.LineByKey(promise.Line)
	if !ok {
		if l, ok = r.lineOut(book, "", access.Subject{}); !ok {
			return centre.Errorf(centre.Conflict, "there is no line to call from")
		}
	}
	row := store.CallRow{Contact: contact, Direction: "callback", Line: l.Key, Brand: l.Brand, Queue: l.Queue, Language: promise.Language, Number: promise.Number,
		Customer: promise.Customer, Known: promise.Known, Agent: agent}
	err = r.Centre.View(r.ctx, func(v *live.View) error {
		if c, ok := v.Engine().Contact(contact); ok {
			row.Queue = c.Queue
		}
		return nil
	})
	if err != nil {
		return err
	}
	c, err := r.write(row, l)
	if err != nil {
		return err
	}
	c.m.run, c.m.terms.offerAfter = r.afterwards(l, c.m.row), 0
	c.identify()
	r.bind(contact, c)
	r.start(c)
	return nil
}

// gone tells whether the actor has ended.
func (c *call) gone() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// dial rings a number in a goroutine of its own: plan, caps, then the trunks.
func (c *call) dial(d dial) {
	ctx, cancel := context.WithCancel(c.room.ctx)
	c.cancels[d.person] = cancel
	row := store.SpendRow{Call: c.id, Minute: c.minutes, Agent: c.m.row.Agent, At: c.room.instant()}
	c.minutes++
	line := c.m.row.Line
	go func() {
		sc, cause, code := c.ring(ctx, d, row, line)
		if sc == nil {
			c.tell(dialled{person: d.person, code: code, cause: cause})
			return
		}
		c.post(func() {
			w := sipWire{sc}
			if p := c.m.scene.byID(d.person); p == nil || !p.ringing || c.m.closing {
				go w.Hangup() // nobody waits for it any more
				return
			}
			c.wires[d.person] = w
			if d.person == 1 {
				c.m.row.Trunk = sc.Trunk()
				sc.OnDigit(func(k rune) { c.tell(keyed{k}) })
			}
			sc.OnHold(func(held bool) { c.tell(holding{d.person, held}) })
			c.hear(dialled{person: d.person, ok: true})
			c.nextMinute(row)
		})
		c.watch(d.person, sc)
	}()
}

// ring asks the plan, the caps and the trunks.
func (c *call) ring(ctx context.Context, d dial, row store.SpendRow, line string) (_ *signal.Call, cause string, code int) {
	r, book := c.room, c.room.Rules.Book()
	l, _ := book.LineByKey(line)
	number, rule, err := book.MayDial(d.number, l.Country)
	if err != nil {
		return nil, "not_allowed", 403
	}
	row.CostOre = int64(rule.CostOrePerMin)
	if err := r.spendMinute(row); err != nil {
		r.Log.Warn("a call out was not begun", "call", c.id, "error", err)
		return nil, "cap", 403
	}
	if r.stack == nil {
		return nil, "no_trunk", 503
	}
	from := ""
	if l.PhoneLine != nil {
		from = orElse(l.CallerID, l.Number)
		if from == "*" {
			from = ""
		}
	}
	sc, err := r.stack.Dial(ctx, signal.Dial{To: number, From: from, Ringing: func(bool) { c.tell(dialled{person: d.person, ringing: true}) }})
	if err == nil {
		return sc, "", 0
	}
	var f *signal.Failure
	if errors.As(err, &f) {
		return nil, causeOf(f.Code), f.Code
	}
	return nil, "failed", 500
}

func causeOf(code int) string {
	switch code {
	case 486, 600:
		return "busy"
	case 408, 480, 487, 603:
		return "no_answer"
	case 404, 410, 484, 604:
		return "no_such_number"
	}
	return "failed"
}

// nextMinute counts the minutes of a call out: each is written before it begins, and a call that may not have it ends.
func (c *call) nextMinute(row store.SpendRow) {
	_, ore, err := c.room.plan(c.numberOf(row))
	if err != nil {
		ore = 0
	}
	longest, began := c.m.terms.longest, time.Now()
	var tick func()
	tick = func() {
		if c.m.closing || c.over {
			return
		}
		row.Minute, row.At, row.CostOre = c.minutes, c.room.instant(), ore
		c.minutes++
		ok := c.room.spendMinute(row) == nil && (longest == 0 || time.Since(began) < longest)
		c.hear(spent{ok})
		if ok {
			time.AfterFunc(time.Minute, func() { c.post(tick) })
		}
	}
	time.AfterFunc(time.Minute, func() { c.post(tick) })
}

func (c *call) numberOf(store.SpendRow) string {
	if p := c.m.scene.one(anOutsider); p != nil {
		return p.number
	}
	return c.m.row.Number
}

// Spend tells what calls out have cost; everybody sees their own, those who may read the configuration see all.
func (r *Room) Spend(_ context.Context, s access.Subject) (Spend, error) {
	if !access.Somewhere(s, access.CallOut) && !access.Everywhere(s, access.ReadConfig) {
		return Spend{}, forbidden(access.CallOut)
	}
	now, o := r.instant(), r.Rules.Book().Phone.Outbound
	out := Spend{Agents: []AgentSpend{}}
	everybody := access.Everywhere(s, access.ReadConfig)
	if everybody {
		x := r.spend.Of(0, now)
		out.HourOre, out.DayOre, out.HourCapOre, out.DayCapOre = x.HourOre, x.DayOre, o.Centre.CostOrePerHour, o.Centre.CostOrePerDay
	} else {
		x := r.spend.Of(s.Person, now)
		out.HourOre, out.DayOre, out.HourCapOre, out.DayCapOre = x.HourOre, x.DayOre, o.Agent.CostOrePerHour, o.Agent.CostOrePerDay
	}
	for _, agent := range r.spend.Who() {
		if agent == 0 || (!everybody && agent != s.Person) {
			continue
		}
		x := r.spend.Of(agent, now)
		one := AgentSpend{Agent: agent, HourOre: x.HourOre, DayOre: x.DayOre, DayCalls: int(x.DayCount)}
		if p, ok := r.Rules.Person(agent); ok {
			one.Name = p.Name
		}
		out.Agents = append(out.Agents, one)
	}
	slices.SortFunc(out.Agents, func(a, b AgentSpend) int { return int(a.Agent - b.Agent) })
	return out, nil
}
