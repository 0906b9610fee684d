package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/rulebook"
	"sentral/internal/stat"
	"sentral/internal/telephony/testphone"
)

// Options says how lively the demo is.
type Options struct {
	Address string // where the centre answers
	Origin  string // its public address
	Speed   int    // how much faster than life, 1 to 60
	Seed    int64
	SIP     string // where the centre takes calls, host:port; empty: nobody calls
	// AgentTone in hertz makes every agent answer at once and send that tone until the caller hangs up; no simulated customer comes then. 0: they speak.
	AgentTone float64
	Mobile    *Mobile // the customers' mobile phone; nil: they get no text messages
	Access    *access.Room
	Rules     *rulebook.Room
	Log       *slog.Logger
}

// cast is everybody who is simulated.
type cast struct {
	Options
	client  *http.Client
	reasons map[string]centre.ReasonID
	running sync.WaitGroup

	voices  voices
	tone    *testphone.Voice // of Options.AgentTone
	booth   *testphone.Booth // in which agents wear their headsets; nil without a phone
	outside *testphone.Phone // the customers'
	people  *testphone.Phone // those who are called
}

// Start lets the simulated agents sign in and the simulated customers come, until the context ends or the function returned is called.
func Start(ctx context.Context, o Options) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &cast{Options: o, reasons: map[string]centre.ReasonID{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	c.tone = testphone.Tone(o.AgentTone)
	if err := c.openPhones(ctx); err != nil {
		cancel()
		return nil, err
	}
	book := o.Rules.Book()
	for _, r := range book.Reasons {
		c.reasons[r.Key] = centre.ReasonID(r.ID)
	}
	for i := range book.People {
		p := &book.People[i]
		if p.Capacity == "" || isPersona(p.Email) {
			continue
		}
		s, err := o.Access.SessionFor(ctx, centre.AgentID(p.ID))
		if err != nil {
			cancel()
			return nil, err
		}
		b := &browser{address: o.Address, origin: o.Origin, cookie: s.Token, client: c.client}
		rng := stat.Stream(uint64(o.Seed), "demo agent", uint64(p.ID))
		c.running.Go(func() { c.agent(ctx, b, p, rng) })
	}
	if o.AgentTone == 0 {
		c.customers(ctx, book)
	}
	return func() { cancel(); c.closePhones(); c.running.Wait() }, nil
}

// customers begin to write and to call.
func (c *cast) customers(ctx context.Context, book *rulebook.Book) {
	for i := range book.Brands {
		b := book.Brands[i]
		if perHour[b.Key] == 0 { // a brand to try by oneself
			continue
		}
		rng := stat.Stream(uint64(c.Seed), "demo customers", uint64(b.ID))
		c.running.Go(func() { c.arrivals(ctx, b, rng) })
	}
	if c.SIP == "" {
		return
	}
	c.answerTexts(ctx)
	for _, l := range book.Phone.Lines {
		if callsPerHour[l.Key] > 0 {
			rng := stat.Stream(uint64(c.Seed), "demo callers", uint64(l.ID))
			c.running.Go(func() { c.calls(ctx, l, rng) })
		}
	}
}

// pause waits for d of demo time; false when the demo is over.
func (c *cast) pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d / time.Duration(c.Speed))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// perHour is how many customers write to each brand in an hour of the demo.
var perHour = map[string]float64{"fjordglimt": 700, "alvljus": 250}

// arrivals lets customers come by a Poisson process whose rate swells and ebbs over half an hour of demo time; some come at once, so that there is something
// to see.
func (c *cast) arrivals(ctx context.Context, b config.Brand, rng *stat.Rand) {
	for i := range 14 {
		c.customer(ctx, b, rng, uint64(i))
	}
	began := time.Now()
	for n := uint64(100); ; n++ {
		phase := time.Since(began).Seconds() * float64(c.Speed) / 1800 * 2 * math.Pi
		rate := perHour[b.Key] * (1 + .45*math.Sin(phase))
		if !c.pause(ctx, seconds(rng.Exponential(3600/rate))) {
			return
		}
		c.customer(ctx, b, rng, n)
	}
}

// customer lets one customer come.
func (c *cast) customer(ctx context.Context, b config.Brand, rng *stat.Rand, n uint64) {
	own := rng.Split(n)
	c.running.Go(func() {
		if err := c.visit(ctx, b, own); err != nil && ctx.Err() == nil {
			c.Log.Debug("a demo customer gave up", "error", err)
		}
	})
}

// visit is one customer's visit: write, wait with patience, answer what the agent asks, say how it went.
func (c *cast) visit(ctx context.Context, brand config.Brand, rng *stat.Rand) error {
	language := "nb"
	if brand.Market == "sverige" {
		language = "sv"
	} else if rng.Float64() < .04 {
		language = "en"
	}
	d := dialogues[language][rng.IntN(len(dialogues[language]))]
	name := firstNames[language][rng.IntN(len(firstNames[language]))] + " " + lastNames[language][rng.IntN(len(lastNames[language]))]
	b := &browser{address: c.Address, origin: c.Origin, client: c.client}
	var token chat.Token
	if err := b.call(ctx, http.MethodPost, "/api/chat/visitor", chat.Introduction{Key: brand.WidgetKey}, &token); err != nil {
		return err
	}
	b.token = token.Token
	var now chat.Conversation
	start := chat.Start{
		Key: key(rng), Queue: centre.QueueID(c.Rules.Book().ID("queues", d.topic)), Text: d.lines[0], Name: name, Language: language,
		Page: "https://www." + brand.Key + ".example/kundeservice",
	}
	if err := b.call(ctx, http.MethodPost, "/api/chat/contacts", start, &now); err != nil {
		return err
	}
	v := visit{cast: c, b: b, d: d, rng: rng, said: make(chan conversation.Message, 64), state: make(chan chat.State, 16)}
	return v.talk(ctx, now)
}

func key(rng *stat.Rand) string { return fmt.Sprintf("demo-%016x", rng.Uint64()) }

type visit struct {
	*cast
	b     *browser
	d     dialogue
	rng   *stat.Rand
	said  chan conversation.Message
	state chan chat.State
}

// listen reads the visitor's stream.
func (v *visit) listen(ctx context.Context) {
	_ = v.b.follow(ctx, "/api/chat/live", func(event string, data []byte) {
		switch event {
		case "message":
			var m conversation.Message
			if json.Unmarshal(data, &m) == nil && m.Author != conversation.ByCustomer {
				offer(v.said, m)
			}
		case "snapshot", "state":
			var s chat.State
			if json.Unmarshal(data, &s) == nil {
				offer(v.state, s)
			}
		}
	})
}

func offer[T any](ch chan T, x T) {
	select {
	case ch <- x:
	default:
	}
}

// talk goes on until the conversation is over or patience is.
func (v *visit) talk(ctx context.Context, now chat.Conversation) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	v.running.Go(func() { v.listen(ctx) })
	patience := time.NewTimer(seconds(60+v.rng.Exponential(420)) / time.Duration(v.Speed))
	defer patience.Stop()
	line := 2
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience.C:
			return v.b.call(ctx, http.MethodPost, "/api/chat/end", nil, nil)
		case s := <-v.state:
			if s.State == "talking" {
				patience.Stop()
			}
			if s.State == "ended" {
				return v.survey(ctx, now.Contact, s)
			}
		case m := <-v.said:
			if m.Author == conversation.ByAgent && line < len(v.d.lines) {
				if err := v.answer(ctx, v.d.lines[line]); err != nil {
					return err
				}
				line += 2
			}
		}
	}
}

// answer thinks, types and writes.
func (v *visit) answer(ctx context.Context, text string) error {
	if !v.pause(ctx, seconds(3+v.rng.Exponential(8))) {
		return ctx.Err()
	}
	_ = v.b.call(ctx, http.MethodPost, "/api/chat/typing", nil, nil)
	if !v.pause(ctx, seconds(2+float64(len(text))/12)) {
		return ctx.Err()
	}
	return v.b.call(ctx, http.MethodPost, "/api/chat/messages", map[string]any{"key": key(v.rng), "text": text}, nil)
}

// survey is answered by some six of ten.
func (v *visit) survey(ctx context.Context, id centre.ContactID, s chat.State) error {
	if s.Survey != "open" || v.rng.Float64() > .6 || !v.pause(ctx, seconds(2+v.rng.Exponential(10))) {
		return nil
	}
	a := chat.SurveyAnswer{Contact: id, OKS: 4 + v.rng.IntN(3), Solved: "yes"}
	if v.d.outcome != "solved" {
		a.OKS, a.Solved = 2+v.rng.IntN(4), []string{"no", "dont_know", "yes"}[v.rng.IntN(3)]
	}
	return v.b.call(ctx, http.MethodPost, "/api/chat/survey", a, nil)
}
