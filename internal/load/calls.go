package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/stat"
	"sentral/internal/telephony/headset"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/testphone"
)

// CallDocument is the invented centre of Document with a telephone: whatever number is dialled leads, with a notice of recording, to one queue that every
// agent answers.
func CallDocument(agents int) *config.Document {
	d := Document(agents)
	d.Capacities[0].Channels = d.Capacities[0].Channels[:1]
	d.Queues = d.Queues[:1]
	d.Queues[0].Steps = []config.Step{{Needs: []config.NeedText{{Skill: "norsk", Level: 1}}}}
	d.Queues[0].Channels, d.Queues[0].Survey = []string{"phone"}, false
	d.Brands[0].Topics = nil
	words := func(text string) config.Text { return config.Text{"nb": text} }
	d.Phone.On = true
	d.Phone.Trunks = []config.Trunk{{
		Identity: config.Identity{Key: "prove"}, Name: "Prøvetrunk", Transport: "udp", Sources: []string{"127.0.0.0/8"}, Codecs: []string{"pcmu", "pcma"}, SRTP: "optional", MaxCalls: 5000, Active: true,
	}}
	d.Phone.Lines = []config.PhoneLine{{Identity: config.Identity{Key: "alle"}, Name: "Alle numre", Number: "*", Brand: "lastproven", Language: "nb", Script: "rett-inn", Queue: d.Queues[0].Key}}
	script := config.Script{Identity: config.Identity{Key: "rett-inn"}, Name: "Rett inn"}
	script.Steps = []ivr.Step{
		{Key: "opptak", Do: "record", Purpose: "kvalitet", Basis: "notice", Text: ivr.Text{"nb": "Opptak."}},
		{Key: "ko", Do: "queue"},
	}
	d.Phone.Scripts = []config.Script{script}
	d.Phone.Recording.Purposes = []config.Purpose{{Identity: config.Identity{Key: "kvalitet"}, Name: words("Kvalitet"), Basis: "notice", RetentionDays: 1}}
	d.Defaults()
	return d
}

// The tones of the two sides.
const (
	customerHz = 440
	agentHz    = 1000
)

// CallOptions says how many call, and how.
type CallOptions struct {
	Node     Node
	Agents   int           // headsets that are worn; at most Node.Sessions
	Calls    int           // in all
	Rate     float64       // that begin each second
	Talk     time.Duration // from the moment both are connected
	Accept   time.Duration // how long it rings
	Patience time.Duration // how long a caller waits; default a minute
	HangUp   time.Duration // above zero: callers hang up at random in every state, each within this time of it
	Seed     uint64
	Counted  time.Duration // the server's use is taken over this time, in the middle of the run; default the last half of Talk
	Log      func(string)  // hears how far it is; may be nil
}

// CallReport is what was seen of the calls.
type CallReport struct {
	Agents  int           `json:"agents"`
	Talk    float64       `json:"talk_s"`
	Rate    float64       `json:"rate_per_s"`
	Seed    uint64        `json:"seed"`
	Sum     testphone.Sum `json:"calls"`
	Rings   Times         `json:"ring_ms"`          // INVITE sent -> the agent's line tells that it rings
	Accept  Times         `json:"accept_to_agent"`  // accept sent -> the agent hears the customer's tone
	Back    Times         `json:"accept_to_caller"` // accept sent -> the customer hears the agent's tone
	Errors  int           `json:"errors"`
	First   string        `json:"first_error,omitempty"`
	Before  PhoneState    `json:"server_before"` // every headset on, nobody calling
	During  PhoneState    `json:"server_during"`
	After   PhoneState    `json:"server_after"` // when all was over
	Cores   float64       `json:"server_cores"` // while all talked
	PerCall float64       `json:"server_memory_mb_per_call"`
	Machine Machine       `json:"machine"`
	Others  float64       `json:"others_cores"` // used by neither server nor generator
	Noisy   bool          `json:"noisy"`        // others used more than a tenth of the machine: times and losses are theirs too
}

// PhoneState is what the server said of itself.
type PhoneState struct {
	Calls      float64            `json:"calls"`
	Lines      float64            `json:"lines"`
	MemoryMB   float64            `json:"memory_mb"`
	Goroutines float64            `json:"goroutines"`
	Files      float64            `json:"open_files"`
	WorstTick  float64            `json:"worst_tick_ms"`
	LateTicks  float64            `json:"late_ticks"`
	Outcomes   map[string]float64 `json:"outcomes"`
	Agents     map[string]float64 `json:"agents"`
}

// calling is everybody who takes part in one run of calls.
type calling struct {
	*crowd
	o     CallOptions
	booth *testphone.Booth
	tone  *testphone.Voice

	mu      sync.Mutex
	sent    map[string]time.Time // From -> INVITE
	accepts map[string]time.Time // From -> accept
	rings   []float64
	toAgent []float64
	back    []float64
}

// callAgent is one of those who answer.
type callAgent struct {
	*calling
	b   *browser
	set *headset.Headset
}

// Calls lets the agents put on their headsets and the customers call, and reports what was seen.
func Calls(ctx context.Context, o CallOptions) (CallReport, error) {
	if o.Agents < 1 || o.Agents > len(o.Node.Sessions) || o.Calls < 1 || o.Rate <= 0 || o.Node.SIP == "" {
		return CallReport{}, centre.Errorf(centre.Invalid, "%d agents of %d sessions, %d calls at %g a second to %q: all must be there", o.Agents, len(o.Node.Sessions), o.Calls, o.Rate, o.Node.SIP)
	}
	if o.Patience <= 0 {
		o.Patience = time.Minute
	}
	if o.Counted <= 0 {
		o.Counted = o.Talk / 2
	}
	base := &crowd{Options: Options{Node: o.Node, Agents: o.Agents}.settled(), run: runName()}
	base.figures.begin(0)
	base.client = &http.Client{Transport: base.Transport}
	c := &calling{crowd: base, o: o, booth: testphone.NewBooth(), tone: testphone.Tone(agentHz), sent: map[string]time.Time{}, accepts: map[string]time.Time{}}
	defer c.booth.Close()
	desks, leave := context.WithCancel(ctx)
	defer func() {
		leave()
		c.desks.Wait()
	}()
	if err := c.putOn(desks); err != nil {
		return CallReport{}, err
	}
	return c.measure(ctx)
}

// putOn opens every desk and its line, a few at a time as people come to work.
func (c *calling) putOn(ctx context.Context) error {
	ready := make(chan error, c.o.Agents)
	slots := make(chan struct{}, 8)
	for i := range c.o.Agents {
		a := &callAgent{calling: c, b: &browser{crowd: c.crowd, cookie: c.Node.Sessions[i]}}
		c.desks.Go(func() {
			slots <- struct{}{}
			err := a.begin(ctx)
			<-slots
			ready <- err
			if err == nil {
				a.work(ctx)
			}
		})
	}
	for i := range c.o.Agents {
		if err := <-ready; err != nil {
			return err
		}
		if (i+1)%50 == 0 {
			c.say(fmt.Sprintf("%d of %d headsets are on", i+1, c.o.Agents))
		}
	}
	return nil
}

func (c *calling) say(text string) {
	if c.o.Log != nil {
		c.o.Log(text)
	}
}

func (a *callAgent) begin(ctx context.Context) (err error) {
	if err := a.b.call(ctx, "status", http.MethodPut, "/api/desk/status", map[string]any{"status": "ready"}, nil); err != nil {
		return err
	}
	a.set, err = headset.Connect(ctx, headset.Options{
		Address: a.Node.Address, Origin: a.Node.Address, Cookie: access.CookieName + "=" + a.b.cookie, Client: a.client, Booth: a.booth, Hear: []float64{customerHz}, Calls: a.told,
	})
	return err
}

// work answers what rings until the run ends.
func (a *callAgent) work(ctx context.Context) {
	defer a.set.Close()
	a.desks.Go(func() {
		for pause(ctx, beatEvery) {
			_ = a.b.call(ctx, "here", http.MethodPut, "/api/desk/here", nil, nil)
		}
	})
	for n := 0; ctx.Err() == nil; n++ {
		if n > 0 {
			a.figures.dropped()
			pause(ctx, time.Second)
		}
		err := a.b.follow(ctx, "/api/live", func(event string, data []byte) { a.event(ctx, event, data) })
		if err != nil && ctx.Err() == nil {
			a.figures.failed("desk stream", err)
		}
	}
}

// told notes when the line first tells of a call.
func (a *callAgent) told(calls []headset.Call) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range calls {
		if at, ok := a.sent[k.Number]; ok {
			a.rings = append(a.rings, float64(now.Sub(at).Microseconds())/1000)
			delete(a.sent, k.Number)
		}
	}
}

func (a *callAgent) event(ctx context.Context, event string, data []byte) {
	switch event {
	case "offer":
		var o offerEvent
		if json.Unmarshal(data, &o) == nil {
			a.desks.Go(func() { a.take(ctx, o) })
		}
	case "snapshot":
		var s struct {
			Offers []offerEvent `json:"offers"`
		}
		if json.Unmarshal(data, &s) == nil {
			for _, o := range s.Offers {
				a.desks.Go(func() { a.take(ctx, o) })
			}
		}
	case "agent":
		var g agentEvent
		if json.Unmarshal(data, &g) == nil && g.Status == "away" {
			a.figures.wentAway()
			a.desks.Go(func() {
				_ = a.b.call(ctx, "status", http.MethodPut, "/api/desk/status", map[string]any{"status": "ready"}, nil)
			})
		}
	}
}

// take accepts, speaks until the customer has gone, and wraps up.
func (a *callAgent) take(ctx context.Context, o offerEvent) {
	if !pause(ctx, a.o.Accept) {
		return
	}
	a.set.Forget()
	a.set.Say(a.tone)
	defer a.set.Say(nil)
	began := time.Now()
	if err := a.b.call(ctx, "accept", http.MethodPost, fmt.Sprintf("/api/offers/%d/accept", o.ID), nil, nil); err != nil {
		return // the customer was quicker; counted by call
	}
	number := ""
	within, stop := context.WithTimeout(ctx, 10*time.Minute)
	defer stop()
	seen := false
	_ = a.set.Await(within, func(calls []headset.Call) bool {
		i := slices.IndexFunc(calls, func(k headset.Call) bool { return k.Contact == o.Contact.ID && k.State != "ended" })
		if i >= 0 && !seen {
			seen, number = true, calls[i].Number
			a.mu.Lock()
			a.accepts[number] = began
			a.mu.Unlock()
		}
		return i < 0 && (seen || time.Since(began) > time.Second)
	})
	if h := a.set.Heard()[0]; !h.First.IsZero() {
		a.mu.Lock()
		a.toAgent = append(a.toAgent, float64(h.First.Sub(began).Microseconds())/1000)
		a.mu.Unlock()
	}
	path := fmt.Sprintf("/api/contacts/%d/wrap-up", o.Contact.ID)
	body := map[string]any{"reason_id": a.Node.Reason, "outcome": "solved"}
	for range 40 { // the log may hear of the hang-up after the line
		if a.b.send(ctx, http.MethodPost, path, body, nil) == nil {
			return
		}
		if !pause(ctx, 25*time.Millisecond) {
			return
		}
	}
}

// measure lets the customers call.
func (c *calling) measure(ctx context.Context) (CallReport, error) {
	p, err := testphone.Open(testphone.Options{Server: c.o.Node.SIP})
	if err != nil {
		return CallReport{}, err
	}
	defer p.Close()
	r := CallReport{Agents: c.o.Agents, Talk: c.o.Talk.Seconds(), Rate: c.o.Rate, Seed: c.o.Seed}
	if err := c.prove(ctx, p); err != nil {
		return r, err
	}
	if r.Before, _, err = c.state(ctx); err != nil {
		return r, err
	}
	load := loadAverage()
	counted := make(chan error, 1)
	go func() { counted <- c.count(ctx, &r) }()
	results, sum := p.RunMany(ctx, testphone.Crowd{Calls: c.o.Calls, Rate: c.o.Rate, Script: c.script, Result: c.over()})
	if err := <-counted; err != nil {
		return r, err
	}
	for _, x := range results {
		if at, ok := c.accepts[x.From]; ok && x.QueuedMS != nil {
			c.back = append(c.back, float64(x.AnsweredAt.Add(time.Duration(*x.QueuedMS*1e6)).Sub(at).Microseconds())/1000)
		}
	}
	r.Sum = sum
	r.Rings, r.Accept, r.Back = timesOf(c.rings), timesOf(c.toAgent), timesOf(c.back)
	r.Machine.LoadBefore, r.Machine.LoadAfter = load, loadAverage()
	c.say("all calls are over; the server is given time to tidy up")
	r.After, err = c.settle(ctx, r.Before)
	c.figures.mu.Lock()
	defer c.figures.mu.Unlock()
	r.Errors, r.First = c.figures.count.Errors, c.figures.count.FirstError
	return r, err
}

// prove makes one call before any is counted: a source that has completed a call may begin as many as it likes, and the centre then hears every one.
func (c *calling) prove(ctx context.Context, p *testphone.Phone) error {
	late := time.Now().Add(time.Minute)
	for {
		first := p.Run(ctx, testphone.Script{Invite: testphone.Invite{To: "+4700000100", From: "+4700999999", Voice: customerTone}, Moment: testphone.Answered})
		if first.Answered {
			break
		}
		if time.Now().After(late) || !pause(ctx, 200*time.Millisecond) { // a node that has just begun may not take calls yet
			return centre.Errorf(centre.Unavailable, "the centre does not answer: %d %s", first.Code, first.Reason)
		}
	}
	for {
		c.client.CloseIdleConnections()
		s, _, err := c.state(ctx)
		switch {
		case err != nil:
			return err
		case s.Calls == 0 && s.Agents["free"] >= float64(c.o.Agents) && len(s.Outcomes) > 0:
			return nil
		case time.Now().After(late) || !pause(ctx, 100*time.Millisecond):
			return centre.Errorf(centre.Unavailable, "the first call does not end: %+v", s)
		}
	}
}

func (c *calling) script(n int) testphone.Script {
	from := fmt.Sprintf("+4700%06d", n%1000000)
	s := testphone.Script{Invite: testphone.Invite{To: "+4700000100", From: from, Voice: customerTone, Hear: []float64{agentHz}}, Talk: c.o.Talk, Patience: c.o.Patience}
	if c.o.HangUp > 0 {
		s.At(stat.Stream(c.o.Seed, "hang-ups", uint64(n)), c.o.HangUp)
	}
	c.mu.Lock()
	c.sent[from] = time.Now()
	delete(c.accepts, from)
	c.mu.Unlock()
	return s
}

var customerTone = testphone.Tone(customerHz)

// over tells how far it is every few seconds.
func (c *calling) over() func(testphone.Result) {
	done, last := 0, time.Now()
	return func(testphone.Result) {
		if done++; time.Since(last) > 10*time.Second {
			last = time.Now()
			c.say(fmt.Sprintf("%d of %d calls are over", done, c.o.Calls))
		}
	}
}

// count takes the server's use while all talk: the last part of the first call's life, when every other has begun.
func (c *calling) count(ctx context.Context, r *CallReport) error {
	filled := time.Duration(float64(c.o.Calls) / c.o.Rate * float64(time.Second))
	from := filled
	if c.o.HangUp > 0 || c.o.Talk < filled {
		from = filled / 2
	}
	if !pause(ctx, from+2*time.Second) {
		return ctx.Err()
	}
	before, s0, err := c.state(ctx)
	if err != nil {
		return err
	}
	if !pause(ctx, max(2*time.Second, c.o.Counted)) {
		return ctx.Err()
	}
	during, s1, err := c.state(ctx)
	if err != nil {
		return err
	}
	took := s1.at.Sub(s0.at).Seconds()
	during.MemoryMB = max(during.MemoryMB, before.MemoryMB)
	r.During = during
	r.Cores = (s1.metrics["process_cpu_seconds_total"] - s0.metrics["process_cpu_seconds_total"]) / took
	r.Machine.GeneratorCores, r.Machine.BusyCores = (s1.generator-s0.generator).Seconds()/took, (s1.busy-s0.busy)/took
	r.Others = max(0, r.Machine.BusyCores-r.Machine.GeneratorCores-r.Cores)
	r.Noisy = r.Others > .1*float64(runtime.NumCPU())
	if during.Calls > 0 {
		r.PerCall = (during.MemoryMB - r.Before.MemoryMB) / during.Calls
	}
	return nil
}

// settle waits until the server stands as it stood before anybody called, at most two and a half minutes: SIP keeps ended transactions for 32 s, and who vanishes is missed after a minute.
func (c *calling) settle(ctx context.Context, before PhoneState) (PhoneState, error) {
	for began := time.Now(); ; {
		c.client.CloseIdleConnections() // they are the generator's, not what calls leave behind
		now, _, err := c.state(ctx)
		if err != nil {
			return now, err
		}
		still := now.Calls == 0 && now.Agents["free"] >= before.Agents["free"] && now.Goroutines <= before.Goroutines+5 && now.Files <= before.Files+16
		if still || time.Since(began) > 150*time.Second || !pause(ctx, 2*time.Second) {
			return now, nil
		}
	}
}

// state asks the server how it is.
func (c *calling) state(ctx context.Context) (PhoneState, sample, error) {
	w := &watcher{crowd: c.crowd}
	s, err := w.take(ctx)
	if err != nil {
		return PhoneState{}, s, fmt.Errorf("the node's metrics: %w", err)
	}
	p := PhoneState{
		Calls: s.metrics["sentral_calls"], Lines: s.metrics["sentral_lines"], MemoryMB: s.metrics["process_resident_memory_bytes"] / (1 << 20), Goroutines: s.metrics["go_goroutines"],
		Files: s.metrics["process_open_fds"], WorstTick: 1000 * s.metrics["sentral_sound_tick_worst_seconds"], LateTicks: s.metrics["sentral_sound_ticks_late_total"],
		Outcomes: map[string]float64{}, Agents: map[string]float64{},
	}
	for name, v := range s.metrics {
		if word, ok := strings.CutPrefix(name, `sentral_call_outcomes_total{outcome="`); ok && v > 0 {
			p.Outcomes[strings.TrimSuffix(word, `"}`)] = v
		}
		if word, ok := strings.CutPrefix(name, `sentral_agents{state="`); ok && v > 0 {
			p.Agents[strings.TrimSuffix(word, `"}`)] = v
		}
	}
	return p, s, nil
}
