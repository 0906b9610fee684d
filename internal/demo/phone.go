package demo

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
	"sentral/internal/stat"
	"sentral/internal/telephony/headset"
	"sentral/internal/telephony/testphone"
)

// voices are what simulated people say on the phone, by language: sentences of the dialogues, spoken by espeak-ng or babbled. They are made when first needed.
type voices struct {
	mu    sync.Mutex
	ready map[string][]*testphone.Voice
}

// pausesBetween is the quiet after each time somebody has spoken.
const pausesBetween = 1800 * time.Millisecond

// pick is one voice; side 0 is the customer's, 1 the agent's.
func (v *voices) pick(ctx context.Context, language string, side int, rng *stat.Rand) *testphone.Voice {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := fmt.Sprint(language, side)
	if v.ready == nil {
		v.ready = map[string][]*testphone.Voice{}
	}
	if v.ready[key] == nil {
		list := dialogues[language]
		if len(list) == 0 {
			list = dialogues["nb"]
		}
		for i, d := range list[:min(4, len(list))] {
			if side < len(d.lines) {
				v.ready[key] = append(v.ready[key], testphone.Spoken(ctx, d.lines[side], language, uint64(10*side+i)).Looped(pausesBetween))
			}
		}
	}
	return v.ready[key][rng.IntN(len(v.ready[key]))]
}

// openPhones sets up what speaks and is called: the booth in which agents sit, the phone that customers call with, and the world that is called.
func (c *cast) openPhones(ctx context.Context) error {
	if c.SIP == "" {
		return nil
	}
	c.booth = testphone.NewBooth()
	p, err := testphone.Open(testphone.Options{Server: c.SIP})
	if err != nil {
		return err
	}
	c.outside = p
	if at := c.world(); at.IsValid() {
		w, err := testphone.Open(testphone.Options{Listen: at, Incoming: func(r *testphone.Ring) { c.called(ctx, r) }})
		if err != nil {
			c.Log.Warn("nobody outside can be called: the demo's world has no port", "error", err)
		} else {
			c.people = w
		}
	}
	return nil
}

func (c *cast) closePhones() {
	for _, p := range []*testphone.Phone{c.outside, c.people} {
		if p != nil {
			p.Close()
		}
	}
	if c.booth != nil {
		c.booth.Close()
	}
}

// world is where the demo's trunk "verden" expects the people outside.
func (c *cast) world() netip.AddrPort {
	for _, t := range c.Rules.Book().Phone.Trunks {
		if t.Key == "verden" {
			at, _ := netip.ParseAddrPort(t.Host)
			return at
		}
	}
	return netip.AddrPort{}
}

// called is somebody outside who is called: picks up after a while, talks, and hangs up in the end. One in eight does not answer.
func (c *cast) called(ctx context.Context, r *testphone.Ring) {
	rng := stat.Stream(uint64(c.Seed), "demo outside", uint64(time.Now().UnixNano()))
	a := testphone.Answering{Ring: seconds(2 + rng.Exponential(4)), Talk: seconds(20 + rng.Exponential(40))}
	if rng.Bool(.12) {
		a.Code = 480
	} else {
		a.Voice = c.voices.pick(ctx, "nb", 0, rng)
	}
	a.Take(ctx, r)
}

// callsPerHour is how many customers call each line in an hour of the demo.
var callsPerHour = map[string]float64{"fjordglimt": 60, "alvljus": 24}

// mostCalls is how many simulated customers are on the phone at the same time, so that a slow machine is not drowned.
const mostCalls = 12

// calls lets customers call a line by the same swell as the chats.
func (c *cast) calls(ctx context.Context, line config.PhoneLine, rng *stat.Rand) {
	began := time.Now()
	for n := uint64(1); ; n++ {
		phase := time.Since(began).Seconds() * float64(c.Speed) / 1800 * 2 * math.Pi
		rate := callsPerHour[line.Key] * (1 + .45*math.Sin(phase))
		if !c.pause(ctx, seconds(rng.Exponential(3600/rate))) {
			return
		}
		if c.outside.Calls() < mostCalls {
			own := rng.Split(n)
			c.running.Go(func() { c.caller(ctx, line, own) })
		}
	}
}

// caller is one customer's call: through the menu by key or by waiting, patience in the queue, a conversation that the agent ends, now and then the customer.
func (c *cast) caller(ctx context.Context, line config.PhoneLine, rng *stat.Rand) {
	ways := []string{"wait,1", "wait,2,wait,#", "wait,3", "wait,0", ""}
	if line.Key == "fjordglimt" && rng.Bool(.1) {
		ways = []string{"wait,4,wait,1"} // a link by text message is all they want
	}
	keys, err := testphone.ParseKeys(ways[rng.IntN(len(ways))])
	if err != nil {
		return
	}
	script := testphone.Script{
		Invite: testphone.Invite{
			To: line.Number, From: fmt.Sprintf("+4700%06d", 300000+rng.IntN(90000)), Voice: c.voices.pick(ctx, line.Language, 0, rng),
		},
		Keys: keys, Talk: min(seconds(90+rng.Exponential(400)), 20*time.Minute) / time.Duration(min(c.Speed, 4)),
	}
	if line.Language == "sv" {
		script.From = fmt.Sprintf("+46701740%03d", 605+rng.IntN(95)) // mobile numbers that belong to nobody
	}
	r := c.outside.Run(ctx, script)
	c.Log.Debug("a demo customer called", "line", line.Key, "outcome", r.Outcome, "seconds", r.DurationMS/1000)
}

// wear keeps an agent's line open: the headset is put on again when the line is lost.
func (d *desk) wear(ctx context.Context) {
	voice := d.voice(ctx)
	for ctx.Err() == nil {
		h, err := headset.Connect(ctx, headset.Options{
			Address: d.Address, Origin: d.Origin, Cookie: access.CookieName + "=" + d.b.cookie, Client: d.client, Booth: d.booth, Calls: d.onCalls,
		})
		if err != nil {
			if ctx.Err() == nil {
				d.Log.Debug("a demo agent has no line", "error", err)
			}
			d.pause(ctx, time.Duration(d.Speed)*2*time.Second)
			continue
		}
		d.mu.Lock()
		d.set = h
		d.mu.Unlock()
		d.speak(h, voice)
		select {
		case <-h.Done():
		case <-ctx.Done():
		}
		d.mu.Lock()
		d.set = nil
		d.mu.Unlock()
		h.Close()
	}
}

// voice is what the agent says: the tone that was asked for, or words.
func (d *desk) voice(ctx context.Context) *testphone.Voice {
	if d.AgentTone > 0 {
		return d.tone
	}
	return d.voices.pick(ctx, d.who.Language, 1, d.rng.Split(11))
}

// speak lets the agent talk whenever there is a call, until the headset is put down.
func (d *desk) speak(h *headset.Headset, voice *testphone.Voice) {
	d.running.Go(func() {
		for {
			busy := slices.ContainsFunc(h.Calls(), func(c headset.Call) bool { return d.AgentTone > 0 || c.State == "talking" && !c.OnHold })
			if busy {
				h.Say(voice)
			} else {
				h.Say(nil)
			}
			select {
			case <-d.nudge:
			case <-h.Done():
				return
			}
		}
	})
}

// onCalls hears of every change of the line's calls.
func (d *desk) onCalls([]headset.Call) {
	select {
	case d.nudge <- struct{}{}:
	default:
	}
}

// onPhone tells whether a contact is talked about rather than written.
func onPhone(c contact.Summary) bool {
	return c.Channel == centre.Phone || c.Channel == centre.Callback
}

// talk is a conversation on the phone: the agent listens and speaks, now and then puts the customer on hold or hands the call on, ends it and wraps up. An
// agent with a tone stays until the customer hangs up.
func (d *desk) talk(ctx context.Context, c contact.Summary) {
	path := fmt.Sprintf("/api/contacts/%d", c.ID)
	rng := d.rng.Split(uint64(c.ID), 5)
	length := seconds(50 + rng.Lognormal(4.2, .6))
	if d.AgentTone > 0 {
		length = 24 * time.Hour * time.Duration(d.Speed)
	}
	steps := []time.Duration{length}
	kind := rng.Float64()
	if d.AgentTone == 0 && kind < .2 {
		steps = []time.Duration{length / 3, 8 * time.Second * time.Duration(d.Speed), length / 3}
	}
	for i, step := range steps {
		if len(steps) == 3 && i > 0 {
			_ = d.b.call(ctx, http.MethodPost, fmt.Sprintf("/api/phone/calls/%d/hold", c.ID), map[string]any{"on": i == 1}, nil)
		}
		if !d.stays(ctx, c.ID, step) {
			if ctx.Err() == nil {
				d.wrapCall(ctx, c)
			}
			return
		}
	}
	if kind > .95 && d.handOn(ctx, path, c) {
		return
	}
	_ = d.b.call(ctx, http.MethodPost, path+"/end", nil, nil)
	d.wrapCall(ctx, c)
}

// handOn transfers the call to another queue with a word.
func (d *desk) handOn(ctx context.Context, path string, c contact.Summary) bool {
	for _, key := range []string{"faktura", "fiber", "strom"} {
		if q := centre.QueueID(d.Rules.Book().ID("queues", key)); q != 0 && q != c.Queue {
			return d.b.call(ctx, http.MethodPost, path+"/transfer", map[string]any{"to": "queue", "queue_id": q, "words": "Kunden har et spørsmål som dere kan bedre enn jeg."}, nil) == nil
		}
	}
	return false
}

// stays waits while the call is the agent's; false when it has gone or the demo is over.
func (d *desk) stays(ctx context.Context, id centre.ContactID, length time.Duration) bool {
	d.mu.Lock()
	h := d.set
	d.mu.Unlock()
	if h == nil {
		return d.pause(ctx, min(length, 10*time.Second))
	}
	ctx, cancel := context.WithTimeout(ctx, length/time.Duration(d.Speed))
	defer cancel()
	has := func(calls []headset.Call) bool {
		return slices.ContainsFunc(calls, func(c headset.Call) bool { return c.Contact == id && c.State != "ended" })
	}
	begun := false
	err := h.Await(ctx, func(calls []headset.Call) bool {
		begun = begun || has(calls)
		return begun && !has(calls)
	})
	return err != nil && ctx.Err() == context.DeadlineExceeded
}

// wrapCall says why the customer called. An agent with a tone does so at once.
func (d *desk) wrapCall(ctx context.Context, c contact.Summary) {
	if d.AgentTone == 0 {
		d.wrapUp(ctx, c, nil)
		return
	}
	path := fmt.Sprintf("/api/contacts/%d/wrap-up", c.ID)
	for range 20 { // the engine may hear of the hang-up a moment after the line
		if d.b.call(ctx, http.MethodPost, path, map[string]any{"reason_id": d.reasons["annet"], "outcome": "solved"}, nil) == nil {
			return
		}
		t := time.NewTimer(50 * time.Millisecond)
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// Numbers are the demo's telephone numbers, with what is behind each.
func Numbers(d *config.Document) []string {
	var out []string
	for _, l := range d.Phone.Lines {
		if !strings.HasPrefix(l.Number, "*") {
			out = append(out, fmt.Sprintf("%-14s %s", l.Number, l.Name))
		}
	}
	return out
}
