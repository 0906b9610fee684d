package phone

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/text"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/quality/survey"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/signal"
	"sentral/internal/telephony/webleg"
)

// Options is what the phone stands on.
type Options struct {
	Centre    *live.Centre
	Rules     *rulebook.Room
	Access    *access.Room
	Phone     store.Phone
	Customers store.Customer
	Words     store.Conversation
	Surveys   store.Survey
	Recent    *conversation.Recent
	Desk      *contact.Room // what a desk phone's keys do, the desk does
	Address   string        // the centre's own public address: its pages may always call
	NodeAddr  string        // of this node, to know whether another owns the centre

	SIP     signal.Options // where trunks and desk phones reach us; no address at all means no SIP. Ports, Incoming, Trunks and Accounts are the room's
	Web     webleg.Options // where browsers send sound
	Media   netip.Addr     // the address that SIP sound comes to; default 127.0.0.1
	PortLow uint16         // of SIP sound; default 20000
	PortTop uint16         // default 29999
	Folder  string         // of recordings
	Voice   Voice
	Texts   *text.Room   // sends links; nil sends none
	Asks    *survey.Room // asks by link how it was; nil asks nobody
	// Vouched is the customer whom a brand's signed identity names; a bad one is refused at identity.
	Vouched func(ctx context.Context, brand centre.BrandID, token string) (centre.CustomerID, error)

	Patience time.Duration // how long a change in the middle of a call is sent again while the database is away; default 30 s. How a call ended is kept for as long as it takes
	Now      func() time.Time
	Log      *slog.Logger
}

// Room is the phone.
type Room struct {
	Options

	ctx    context.Context // ends with the room
	cancel context.CancelFunc
	clock  *media.Clock
	ports  *media.Ports // nil without SIP
	faults uint64       // of sound, told to the log so far
	stack  *signal.Stack
	web    *webleg.Server
	tune   atomic.Pointer[media.Clip]
	spend  *spending
	places *places

	mu       sync.Mutex
	calls    map[int64]*call
	byWhat   map[centre.ContactID]*call
	lines    map[centre.AgentID]*agentLine
	seats    map[centre.AgentID]*call // in whose room an agent's leg is
	chosen   map[centre.AgentID]bool  // who has the desk phone for a line
	desks    map[centre.AgentID]*deskLine
	visitors int
	visiting map[string]int // calls from browsers, by network address
	epoch    int64
	outcomes [16]atomic.Int64
	run      string       // names this run's commands that begin calls
	begun    atomic.Int64 // calls in this run
	unsure   atomic.Int64 // calls of which it is not known whether they are on disk
	actors   tasks
	ready    atomic.Bool // what the engine decides is being heard
}

// New makes a room; Open makes it reachable, Run makes it live.
func New(o Options) *Room {
	if o.PortLow == 0 {
		o.PortLow, o.PortTop = 20000, 29999
	}
	if !o.Media.IsValid() {
		o.Media = netip.MustParseAddr("127.0.0.1")
	}
	if o.Patience <= 0 {
		o.Patience = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Room{
		Options: o, calls: map[int64]*call{}, byWhat: map[centre.ContactID]*call{}, lines: map[centre.AgentID]*agentLine{}, seats: map[centre.AgentID]*call{}, visiting: map[string]int{},
		chosen: map[centre.AgentID]bool{}, desks: map[centre.AgentID]*deskLine{},
		spend: &spending{}, places: &places{}, run: "calls " + rand.Text(),
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// Open opens the sockets. Without any SIP address the room takes browsers' sound only.
func (r *Room) Open() (err error) {
	r.clock = media.NewClock(0)
	if r.web, err = webleg.New(r.Web); err != nil {
		return err
	}
	s := r.SIP
	if s.UDP == "" && s.TCP == "" && s.TLS == "" {
		r.Rules.OnChange(r.configured)
		return nil
	}
	r.ports = media.NewPorts(r.Media, r.PortLow, r.PortTop)
	s.Ports = r.ports
	s.Incoming = r.incoming
	s.Turned = func(string, int) { r.count(TurnedAway) }
	s.Accounts = r.account
	s.Registered = r.registered
	s.Log = r.Log
	s.Trunks = r.trunks(r.Rules.Book())
	if r.stack, err = signal.Open(s); err != nil {
		return err
	}
	r.Rules.OnChange(r.configured)
	return nil
}

// configured takes a new configuration: trunks change without a restart, calls that are going on keep their terms.
func (r *Room) configured(b *rulebook.Book) {
	if r.stack != nil {
		if err := r.stack.SetTrunks(r.trunks(b)); err != nil {
			r.Log.Error("the trunks could not be changed", "error", err)
		}
	}
	r.retune()
}

// Drain refuses new calls, so that trunks bring them elsewhere, and waits until those that are going on have ended, or ctx has.
func (r *Room) Drain(ctx context.Context) {
	if r.stack != nil {
		r.stack.Drain()
		_ = r.stack.Wait(ctx) // what is left is ended by Close
	}
}

// Close ends every call and closes the sockets.
func (r *Room) Close() {
	if r.stack != nil {
		r.stack.Drain()
	}
	for _, c := range r.all() {
		c.tell(stop{"stopped"})
	}
	r.wait(3 * time.Second)
	r.cancel()
	if r.stack != nil {
		r.stack.Close()
	}
	if r.web != nil {
		r.web.Close()
	}
	r.wait(3 * time.Second)
	if r.clock != nil {
		r.clock.Close()
	}
}

// wait lets the calls end, for so long.
func (r *Room) wait(most time.Duration) {
	select {
	case <-r.actors.Ended():
	case <-time.After(most):
	}
}

func (r *Room) instant() centre.Instant { return centre.At(r.Now()) }

func (r *Room) all() (out []*call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.calls {
		out = append(out, c)
	}
	return out
}

// bind says which call a contact is. A plan may do it more than once.
func (r *Room) bind(id centre.ContactID, c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byWhat[id] != c {
		r.byWhat[id] = c
		c.bound = append(c.bound, id)
	}
}

// of finds the call of a contact; nil when there is none.
func (r *Room) of(id centre.ContactID) *call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byWhat[id]
}

// start makes a call an actor.
func (r *Room) start(c *call) {
	r.mu.Lock()
	r.calls[c.id] = c
	r.mu.Unlock()
	r.actors.Go(c.live)
	c.post(c.m.begin)
}

// forget drops a call that is over.
func (r *Room) forget(c *call) {
	r.mu.Lock()
	delete(r.calls, c.id)
	for _, id := range c.bound {
		if r.byWhat[id] == c {
			delete(r.byWhat, id)
		}
	}
	for agent, other := range r.seats {
		if other == c {
			delete(r.seats, agent)
		}
	}
	r.mu.Unlock()
	c.unshow()
}

func (r *Room) count(o Outcome) {
	for i, x := range Outcomes {
		if x == o {
			r.outcomes[i].Add(1)
		}
	}
}

// Figures are the room's numbers for metrics.
type Figures struct {
	Calls    int
	Lines    int
	Outcomes map[Outcome]int64
	Clock    media.ClockStats
	Faults   uint64 // caught in sound and its handlers: faults of ours
}

// Figures gives the numbers of now.
func (r *Room) Figures() Figures {
	f := Figures{Outcomes: map[Outcome]int64{}}
	for i, o := range Outcomes {
		f.Outcomes[o] = r.outcomes[i].Load()
	}
	if r.clock != nil {
		f.Clock = r.clock.Stats()
		f.Faults = f.Clock.Faults
	}
	if r.ports != nil {
		n, _ := r.ports.Faults()
		f.Faults += n
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f.Calls, f.Lines = len(r.calls), len(r.lines)
	return f
}

// bare is a number as it is compared and kept; what is no number stays as it was dialled, cut.
func (r *Room) bare(number string, brand centre.BrandID) string {
	book := r.Rules.Book()
	country := "NO"
	if b := book.Brand(brand); b != nil {
		country = config.CountryOf(&book.Document, b.Key)
	}
	return config.Bare(number, country)
}

// zone is where a brand's clock stands.
func (r *Room) zone(brand centre.BrandID) *time.Location {
	book := r.Rules.Book()
	name := book.Organisation.TimeZone
	if b := book.Brand(brand); b != nil {
		for _, m := range book.Markets {
			if m.Key == b.Market && m.TimeZone != "" {
				name = m.TimeZone
			}
		}
	}
	if z, err := time.LoadLocation(name); err == nil {
		return z
	}
	return time.UTC
}

// SIPAddrs are the addresses at which trunks reach this node; zero where it does not listen.
func (r *Room) SIPAddrs() signal.Addrs {
	if r.stack == nil {
		return signal.Addrs{}
	}
	return r.stack.Addrs()
}

// Ready tells whether this node takes calls: it owns the centre and hears what the engine decides.
func (r *Room) Ready() bool { return r.ready.Load() }
