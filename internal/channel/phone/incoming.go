package phone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/live"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/signal"
)

// sipWire is a call by SIP.
type sipWire struct{ *signal.Call }

func (w sipWire) Sound() media.Leg       { return w.Leg() }
func (w sipWire) SendDigits(keys string) { w.Leg().SendDigits(keys) }

// askAfter is how long a customer's line may have been silent before it is asked, when an agent is about to be given to it, whether anybody is there.
const askAfter = 2 * time.Second

// Ask asks a silent caller whether they are there; who is not is hung up.
func (w sipWire) Ask() { w.AskIfSilent(askAfter) }

// Lost is the share of packets that never came.
func (w sipWire) Lost() float64 {
	s := w.Leg().Stats()
	if s.Received+s.Lost == 0 {
		return 0
	}
	return float64(s.Lost) / float64(s.Received+s.Lost)
}

// SIP codes that we answer with.
const (
	sipForbidden   = 403
	sipNotFound    = 404
	sipUnavailable = 480
	sipFull        = 503
)

// incoming takes a call that a trunk or a desk phone brings. It is on disk before it is answered; a node that cannot write it down leaves it to others.
func (r *Room) incoming(sc *signal.Call) {
	if !r.ready.Load() || r.ctx.Err() != nil {
		r.turnAway(sc, sipFull)
		return
	}
	if sc.Account() != "" {
		r.fromDesk(sc)
		return
	}
	if old := sc.Replaces(); old != nil {
		r.replace(sc, old)
		return
	}
	book := r.Rules.Book()
	l, ok := book.Line(sc.Numbers()...)
	if !ok || !book.Phone.On {
		r.turnAway(sc, sipNotFound)
		return
	}
	_ = sc.Ring() // who has given up already is written down all the same
	row := store.CallRow{Direction: "in", Line: l.Key, Trunk: sc.Trunk(), Brand: l.Brand, Language: l.Language, Number: config.Bare(firstOf(sc.Asserted(), sc.From()), l.Country), Known: "none"}
	c, err := r.write(row, l)
	if err != nil {
		r.Log.Warn("a call could not be written down", "trunk", sc.Trunk(), "error", err)
		_ = sc.Reject(sipFull)
		return
	}
	c.wires[1] = sipWire{sc}
	sc.OnDigit(func(k rune) { c.tell(keyed{k}) })
	sc.OnHold(func(held bool) { c.tell(holding{1, held}) })
	r.start(c)
	go c.watch(1, sc)
}

// watch tells the call when one of its ends is gone; one that another phone has taken over is not.
func (c *call) watch(person int64, sc *signal.Call) {
	<-sc.Done()
	if e := sc.Ending(); e.Kind != signal.Replaced {
		c.tell(gone{person: person, cause: endOf(e)})
	}
}

// replace lets a party's exchange move its end of a call to another of its phones (RFC 3891): the call goes on, whoever speaks.
func (r *Room) replace(sc, old *signal.Call) {
	for _, c := range r.all() {
		if sc.Trunk() != old.Trunk() {
			break // nobody takes over another's call
		}
		id, err := int64(0), error(nil)
		err = c.ask(r.ctx, func(*machine) error {
			for person, w := range c.wires {
				if s, ok := w.(sipWire); ok && s.Call == old {
					id = person
				}
			}
			return nil
		})
		if err == nil && id != 0 {
			r.moveLeg(c, id, sipWire{old}, sc)
			return
		}
	}
	_ = sc.Reject(481)
}

// moveLeg answers the new end and puts it in the old one's place; the old one's end is nobody's then.
func (r *Room) moveLeg(c *call, id int64, old sipWire, sc *signal.Call) {
	c.post(func() { delete(c.wires, id) })
	if err := sc.Answer(r.ctx); err != nil {
		c.post(func() { c.wires[id] = old })
		return
	}
	sc.OnDigit(func(k rune) { c.tell(keyed{k}) })
	sc.OnHold(func(held bool) { c.tell(holding{id, held}) })
	c.post(func() {
		c.wires[id] = sipWire{sc}
		c.hear(holding{id, false})
		c.m.do(mix{}, show{})
	})
	r.actors.Go(func() { c.watch(id, sc) })
}

// turnAway refuses a call that is not written down, since it is nobody's or this node takes none.
func (r *Room) turnAway(sc *signal.Call, code int) {
	_ = sc.Reject(code)
	r.count(TurnedAway)
}

// endOf is why a leg ended, in our words.
func endOf(e signal.Ending) string {
	if e.Kind == signal.Failed || e.Kind == signal.Rejected {
		return fmt.Sprintf("sip_%d", e.Code)
	}
	return e.Kind.String()
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// beginPatience is how long a caller waits for the call to be on disk.
const beginPatience = 5 * time.Second

// unsureMost bounds the calls of which it is not known whether they are on disk. Further ones are counted, and mended at the next start.
const unsureMost = 1000

// write puts a new call on disk and makes its machine. A call that is not taken for want of the database has its outcome all the same.
func (r *Room) write(row store.CallRow, l rulebook.PhoneLine) (*call, error) {
	ctx, cancel := context.WithTimeout(r.ctx, beginPatience)
	defer cancel()
	command := live.Command{Client: r.run, ID: fmt.Sprintf("begin %d", r.begun.Add(1)), Plan: func(p *live.Plan) error {
		one := row // the plan may run after we have ceased to wait for it
		one.Began = p.Now()
		one.ID = p.Fact(FactCall, row.Contact, row.Agent, Told{Direction: row.Direction, Line: l.ID, Brand: row.Brand})
		p.Write(r.Phone.PutCall(one))
		p.Result(one.Began)
		return nil
	}}
	receipt, err := r.Centre.Do(ctx, command)
	switch {
	case err == nil:
	case !errors.Is(err, live.ErrUnknown):
		r.count(TurnedAway)
		return nil, err
	default:
		if r.unsure.Add(1) > unsureMost {
			r.unsure.Add(-1)
			r.count(TurnedAway)
			return nil, err
		}
		r.actors.Go(func() {
			defer r.unsure.Add(-1)
			r.disown(command, row)
		})
		return nil, err
	}
	if err := begin(&row, receipt); err != nil {
		return nil, err
	}
	return newCall(r, newMachine(r.termsOf(l, row), row, r.runOf(l, row))), nil
}

// begin takes the call's number and instant from what is on disk.
func begin(row *store.CallRow, receipt live.Receipt) error {
	row.ID = receipt.Seq
	return json.Unmarshal(receipt.Result, &row.Began)
}

// disown ends a call that was turned away before it was known to be on disk, once that is known.
func (r *Room) disown(command live.Command, row store.CallRow) {
	receipt, err := r.insist(command, 0)
	if err == nil {
		err = begin(&row, receipt)
	}
	if err != nil {
		r.count(TurnedAway)
		return
	}
	_, err = r.insist(live.Command{Client: command.Client, ID: command.ID + " disown", Plan: func(p *live.Plan) error {
		row.Ended, row.Outcome, row.Cause = p.Now(), string(Refused), "not_kept"
		p.Fact(FactCall, row.Contact, row.Agent, Told{Call: row.ID, Outcome: row.Outcome, Cause: row.Cause})
		p.Write(r.Phone.PutCall(row))
		return nil
	}}, 0)
	if err == nil {
		r.count(Refused)
	}
}

// straight is the script of a line that has none: it leads to the queue, and asks the two questions afterwards when the centre asks by keys.
func straight(keys bool) *ivr.Script {
	s := &ivr.Script{Steps: []ivr.Step{{Key: "queue", Do: ivr.Queue}}}
	if keys {
		s.Steps[0].After = "survey"
		s.Steps = append(s.Steps, ivr.Step{Key: "survey", Do: ivr.Survey})
	}
	s.Defaults()
	return s
}

// runOf is the caller's way through the line's script.
func (r *Room) runOf(l rulebook.PhoneLine, row store.CallRow) *ivr.Run {
	book := r.Rules.Book()
	script := l.Script
	if len(script.Steps) == 0 {
		script = straight(book.Phone.Survey.By == "keys")
	}
	caller := ivr.Caller{NoTexts: !r.sendsTexts(), Fixed: r.fixed(row.Number, l.Country), Number: row.Number, Language: l.Language, Queue: l.PhoneLine.Queue, Notices: book.Notices(row.Brand, r.instant().Time(), r.queueState)}
	if b := book.Brand(row.Brand); b != nil {
		caller.Brand = b.Name
	}
	return ivr.NewRun(script, caller)
}

// queueState is the expected wait of a queue and whether it takes anybody.
func (r *Room) queueState(queue centre.QueueID) (wait time.Duration, open bool) {
	ctx, cancel := context.WithTimeout(r.ctx, time.Second)
	defer cancel()
	_ = r.Centre.View(ctx, func(v *live.View) error {
		if q, ok := v.Engine().Queue(queue); ok {
			open = q.Open
		}
		if e := v.Engine().EstimateQueue(queue); e.Known {
			wait = time.Duration(e.HighMS) * time.Millisecond
		}
		return nil
	})
	return wait, open
}

// lineGrace is how long an agent's line may be gone in a call.
const lineGrace = 10 * time.Second

// ringFor is how long somebody outside is rung.
const ringFor = 30 * time.Second

func (r *Room) termsOf(l rulebook.PhoneLine, row store.CallRow) terms {
	book := r.Rules.Book()
	w := book.Phone.Wait
	t := terms{
		queue: l.PhoneLine.Queue, announce: time.Duration(w.EveryS) * time.Second, tellPlace: w.Position, tellWait: w.Expected, grace: lineGrace, ring: ringFor,
		longest: time.Duration(book.Phone.Outbound.MaxMinutes) * time.Minute, lifted: func(agent centre.AgentID) bool { return r.deskOf(agent) != nil },
	}
	if !w.CallbackOff {
		t.offerAfter = max(time.Duration(w.CallbackAboveS)*time.Second, 1)
	}
	if t.whisper = book.Phone.Whisper.When; t.whisper != config.WhisperOff {
		t.brief = book.Phone.Whisper.Text
	}
	if b := book.Brand(row.Brand); b != nil {
		t.brand = b.Name
	}
	t.queueNames = map[centre.QueueID]string{}
	for i := range book.Queues {
		t.queueNames[centre.QueueID(book.Queues[i].ID)] = book.Queues[i].Name
	}
	t.cardPause = time.Duration(book.Phone.Recording.CardPauseMaxS) * time.Second
	return t
}

// trunks are the configuration's trunks with their secrets.
func (r *Room) trunks(book *rulebook.Book) []signal.Trunk {
	var out []signal.Trunk
	if !book.Phone.On {
		return nil
	}
	for _, t := range book.Phone.Trunks {
		if !t.Active {
			continue
		}
		s := signal.Trunk{
			Key: t.Key, Host: t.Host, Transport: t.Transport, User: t.User, Register: t.Register, SRTP: t.SRTP, InBandDTMF: t.InBandDTMF, Rel100: t.Rel100,
			SessionTimers: t.SessionTimers, Priority: int(t.Priority), MaxCalls: int(t.MaxCalls), CallerID: t.CallerID, Optional: t.Optional, KeepAlive: time.Duration(t.KeepAliveS) * time.Second,
		}
		if t.KeepAliveS == 0 {
			s.KeepAlive = -1
		}
		for _, text := range t.Sources {
			p, err := netip.ParsePrefix(text)
			if a, bad := netip.ParseAddr(text); err != nil && bad == nil {
				p, err = netip.PrefixFrom(a, a.BitLen()), nil
			}
			if err == nil {
				s.Sources = append(s.Sources, p)
			}
		}
		for _, name := range t.Codecs {
			if codec, ok := codecs[strings.ToLower(name)]; ok && !slices.Contains(s.Codecs, codec) {
				s.Codecs = append(s.Codecs, codec)
			}
		}
		s.Secret = r.secretOf("trunk " + t.Key)
		out = append(out, s)
	}
	return out
}

var codecs = map[string]media.Codec{"pcma": media.PCMA, "pcmu": media.PCMU}

// secretOf opens what was sealed for a trunk or an account; empty when there is none.
func (r *Room) secretOf(name string) string {
	sealed, err := r.Phone.TrunkSecret(r.ctx, name)
	if err != nil || sealed == nil {
		return ""
	}
	secret, err := r.Access.Unseal(sealed, name)
	if err != nil {
		r.Log.Error("a secret could not be opened", "of", name, "error", err)
		return ""
	}
	return string(secret)
}

// account tells a desk phone's secret.
func (r *Room) account(user string) (secret string, ok bool) {
	if a, _, found := r.Rules.Book().Account(user); found {
		secret = r.secretOf("account " + a.Key)
	}
	return secret, secret != ""
}
