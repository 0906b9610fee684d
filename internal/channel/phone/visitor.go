package phone

import (
	"context"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/webleg"
)

// browserWire is a visitor's call from a brand's page.
type browserWire struct {
	leg  *webleg.Leg
	up   chan struct{}
	once *sync.Once
}

func (w browserWire) Sound() media.Leg { return w.leg }

// Answer waits until sound can flow.
func (w browserWire) Answer(ctx context.Context) error {
	select {
	case <-w.up:
		return nil
	case <-time.After(browserPatience):
		return centre.Errorf(centre.Unavailable, "no sound came from the browser")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w browserWire) Ask()              {} // the line itself is asked all the time
func (w browserWire) Reject(int) error  { w.leg.Close(); return nil }
func (w browserWire) Hangup()           { w.leg.Close() }
func (w browserWire) SendDigits(string) {}

// Lost is the share of packets that never came.
func (w browserWire) Lost() float64 {
	s := w.leg.Stats()
	if s.Received+s.Lost == 0 {
		return 0
	}
	return float64(s.Lost) / float64(s.Received+s.Lost)
}

const (
	browserPatience = 10 * time.Second
	visitorsAtOnce  = 200 // calls from browsers in all
	visitorsEach    = 10  // from one network address
)

// Visitor is who calls from a brand's page.
type Visitor struct {
	Key      string // the brand's public widget key
	Origin   string // the site that the browser is on
	Language string
	Address  string // the network address, to bound what one of them may do; never stored
}

// VisitorLine is a visitor's call from a brand's page, until the browser or the call ends.
func (r *Room) VisitorLine(ctx context.Context, v Visitor, end LineEnd) error {
	book := r.Rules.Book()
	b := book.ByWidget(v.Key)
	if b == nil {
		return centre.ErrorAt(centre.Missing, "key", "no brand has this widget key")
	}
	if !r.fromHere(b.Origins, v.Origin) {
		return centre.ErrorAt(centre.Forbidden, "origin", "%s may not call %s", v.Origin, b.Name)
	}
	l, ok := book.LineOfBrand(centre.BrandID(b.ID), v.Language)
	if !ok || !book.Phone.On {
		return centre.Errorf(centre.Conflict, "the brand takes no calls from browsers")
	}
	full, leave := r.enter(v.Address)
	defer leave()
	if full {
		return centre.Errorf(centre.Exhausted, "too many call at once: try again in a moment")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := end.Tell(ctx, LineTold{Type: "hello", ICEServers: r.iceServersFor("visitor")}); err != nil {
		return err
	}
	said, err := end.Hear(ctx)
	if err != nil || said.Type != "offer" {
		return err
	}
	row := store.CallRow{Direction: "browser", Line: l.Key, Brand: l.Brand, Language: l.Language, Known: "none"}
	if said.Identity != "" {
		row.Customer, err = r.Vouched(ctx, l.Brand, said.Identity)
		if k := centre.KindOf(err); err != nil && (k == centre.Unknown || k == centre.Invalid) {
			return end.Tell(ctx, LineTold{Type: "problem", Text: err.Error(), Where: "identity"})
		}
		if err != nil {
			return err
		}
		row.Known = "verified"
	}
	leg, answer, err := r.web.Accept(said.SDP)
	if err != nil {
		return err
	}
	c, err := r.write(row, l)
	if err != nil {
		leg.Close()
		return err
	}
	w := browserWire{leg: leg, up: make(chan struct{}), once: &sync.Once{}}
	c.wires[1] = w
	leg.OnDigit(func(k rune) { c.tell(keyed{k}) })
	leg.OnState(func(s webleg.State) {
		switch s {
		case webleg.Up:
			w.once.Do(func() { close(w.up) })
		case webleg.Lost:
			c.tell(gone{person: 1, cause: "media_lost"})
		}
	})
	if err := end.Tell(ctx, LineTold{Type: "answer", SDP: answer}); err != nil {
		c.tell(gone{person: 1, cause: "cancelled"})
	}
	r.start(c)
	return r.visit(ctx, c, end)
}

// enter counts a visitor's call until it leaves, and tells whether too many call already.
func (r *Room) enter(address string) (full bool, leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	full = r.visitors >= visitorsAtOnce || r.visiting[address] >= visitorsEach
	r.visitors++
	r.visiting[address]++
	return full, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.visitors--
		if r.visiting[address]--; r.visiting[address] == 0 {
			delete(r.visiting, address)
		}
	}
}

// visit tells the visitor how the call is, and takes keys, until one of the two ends it.
func (r *Room) visit(ctx context.Context, c *call, end LineEnd) error {
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		for {
			said, err := end.Hear(ctx)
			if err != nil {
				return
			}
			if said.Type == "keys" && len(said.Keys) <= 16 {
				for _, k := range said.Keys {
					if strings.ContainsRune("0123456789*#", k) {
						c.tell(keyed{k})
					}
				}
			}
		}
	}()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	var before LineTold
	var wait visitorWait
	for {
		select {
		case <-heard:
			c.tell(gone{person: 1, cause: "caller_hung_up"})
			return nil
		case <-ctx.Done():
			c.tell(gone{person: 1, cause: "caller_hung_up"})
			return nil
		case <-tick.C:
			state := "connecting"
			if x := c.shown.Load(); x != nil {
				state = map[string]string{"menu": "menu", "waiting": "waiting", "ringing": "waiting", "talking": "talking", "survey": "talking"}[x.stage]
			}
			if c.gone() {
				return end.Tell(ctx, LineTold{Type: "state", State: "ended"})
			}
			now := LineTold{Type: "state", State: state}
			if state == "waiting" {
				r.visitorPlace(ctx, c, &wait)
				now.Place, now.WaitFrom, now.WaitTo = wait.place, wait.from, wait.to
			}
			if !reflect.DeepEqual(now, before) {
				before = now
				if err := end.Tell(ctx, now); err != nil {
					c.tell(gone{person: 1, cause: "caller_hung_up"})
					return err
				}
			}
		}
	}
}

// visitorWait is what a visitor has been told of the wait: it only ever gets better.
type visitorWait struct {
	place    int
	from, to int
	low      time.Duration
	high     time.Duration // zero: nothing is known yet
	asked    time.Time
}

// placeEvery is how often a visitor's place is looked for.
const placeEvery = 3 * time.Second

// visitorPlace brings what a visitor is told of the wait up to date, as far as callers are told it.
func (r *Room) visitorPlace(ctx context.Context, c *call, w *visitorWait) {
	x := c.shown.Load()
	if x == nil || x.call.Contact == 0 || time.Since(w.asked) < placeEvery {
		return
	}
	w.asked = time.Now()
	told := r.Rules.Book().Phone.Wait
	_ = r.Centre.View(ctx, func(v *live.View) error {
		if n := v.Engine().Position(x.call.Contact); told.Position && n > 0 && (w.place == 0 || n < w.place) {
			w.place = n
		}
		if e := v.Engine().EstimateContact(x.call.Contact); told.Expected && e.Known {
			w.better(time.Duration(e.LowMS)*time.Millisecond, time.Duration(e.HighMS)*time.Millisecond)
		}
		return nil
	})
}

// better takes an estimate when it is better than what was told before.
func (w *visitorWait) better(low, high time.Duration) {
	if high = max(low, high, 1); w.high == 0 || high < w.high {
		w.low, w.high = low, high
		w.from, w.to = ivr.WaitRange(low, high)
	}
}

// fromHere tells whether a site may show the brand's call button: its own sites and the centre's own pages.
func (r *Room) fromHere(origins []string, origin string) bool {
	if slices.Contains(origins, origin) {
		return true
	}
	u, err := url.Parse(r.Address)
	return origin == "" || err == nil && origin == u.Scheme+"://"+u.Host
}

func (r *Room) iceServersFor(user string) (out []ICEServer) {
	for _, i := range r.web.ICEServers(user) {
		out = append(out, ICEServer{URLs: i.URLs, Username: i.Username, Credential: i.Credential})
	}
	return out
}
