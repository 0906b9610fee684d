package routing

import (
	"fmt"

	"sentral/internal/centre"
)

// The bounds inside which the engine's arithmetic cannot overflow. What lies outside is taken as the bound.
const (
	maxInstant  = int64(1) << 52 // far beyond the year 100000
	maxDuration = int64(1) << 38 // eight years, in milliseconds
	maxAgentID  = 1 << 20
	maxQueueID  = 1 << 16
	maxTeamID   = 1 << 16
)

// Engine is the state of one centre's queues. It is not safe for concurrent use: one goroutine owns it.
type Engine struct {
	now    int64
	asked  int64 // the WakeAt that stands, zero for none
	digest uint64
	events int64
	out    []Decision

	settings *Settings
	rulebook []byte // the settings as they go into snapshots
	told     []byte // those of the latest SettingsChanged event, in force or not

	carries []carrying

	queues    []queue
	queueByID []int32
	teams     []team
	teamByID  []int32
	lendings  []lending
	relieved  []int32 // queues where a wait has ended since lending was reviewed
	sparing   int     // teams with more agents free than every lending of theirs leaves behind
	reviewAt  int64   // when lending is reviewed without a cause
	busy      bitset  // queues with somebody waiting

	agents      []agent
	turns       []turn // by agent slot
	agentByID   []int32
	freeAgents  []int32
	avail       [centre.ChannelCount]bitset // agents whom queues may offer a contact of the channel
	availN      [centre.ChannelCount]int32  // how many they are
	duty        [centre.ChannelCount]bitset // agents who are on duty for the channel, whatever is in hand
	touched     []int32
	refreshed   int // how many of touched have been refreshed
	freshAgents []int32

	contacts       []contact
	contactBuckets []int32
	freeContacts   []int32
	live           int
	pending        []int32 // waiting contacts that are not in a lane yet
	seen           window
	nextOffer      centre.OfferID
	ended          [endedOffers]endedOffer

	sets        agentSets
	able, group bitset // while a pool is filled
	pools       []pool
	poolBuckets []int32
	freePools   []int32
	poolsKept   int
	lanes       []lane
	laneBuckets []int32
	freeLanes   []int32
	freshLanes  []int32
	rematch     bool // rules or lending have changed: everybody waiting is considered

	timers  deadlines
	newest  int64 // the earliest deadline that this step has made, zero for none
	counts  [phaseCount]int64
	endings [endingCount]int64
	arrived int64
	placed  int64 // contacts that agents began
	closed  int64
	scratch []int32
	ordered []int32
	hashed  []byte
}

// New makes an engine that knows no rules and nobody; tell it SettingsChanged first.
func New() *Engine {
	none := &Settings{Version: -1, Capacity: make([]Capacity, 1)}
	return &Engine{
		settings:       none,
		carries:        carryingFrom(none.Capacity),
		contactBuckets: emptyBuckets(64),
		poolBuckets:    emptyBuckets(64),
		laneBuckets:    emptyBuckets(64),
		nextOffer:      1,
		sets:           agentSets{at: map[setKey]int{}},
	}
}

// Step takes one event and gives every decision that follows from it, in order. The slice is reused by the next Step. Step is total: an event that
// is late, doubled, out of order or senseless is answered by Refused, and a clock that went back counts as standing still.
func (e *Engine) Step(ev Event) []Decision { return e.StepBy(&ev) }

// StepBy is Step for drivers that have their events at hand: the event is read, never kept or changed.
func (e *Engine) StepBy(ev *Event) []Decision {
	e.out = e.out[:0]
	e.now = min(max(e.now, int64(ev.At)), maxInstant)
	e.events++
	e.digestEvent(ev)
	if e.runTimers() {
		e.settle()
	}
	e.apply(ev)
	e.settle()
	e.tellAgents()
	e.askWake()
	e.digestDecisions()
	e.keepLaws()
	return e.out
}

// keepLaws checks what can be checked at every step at no cost, and now and then what costs a little. The auditor checks everything.
func (e *Engine) keepLaws() {
	must(e.arrived+e.placed == int64(e.live)+e.closed, "L2: arrived + placed = in the centre + ended")
	if e.events%256 != 0 {
		return
	}
	in, signs := int64(0), int64(0)
	for _, n := range e.counts {
		in += n
		signs |= n
	}
	for _, n := range e.endings {
		in += n
	}
	must(in == e.arrived+e.placed && signs >= 0, "L2: no place holds fewer than none, and all of them together what came and has not ended")
}

// must stops the engine when a law is broken: what follows could not be trusted.
func must(ok bool, law string) {
	if !ok {
		panic("routing: broken law " + law)
	}
}

func (e *Engine) emit(d Decision) { e.out = append(e.out, d) }

// decide begins a decision in its place; the caller fills it in.
func (e *Engine) decide(k DecisionKind) *Decision {
	e.out = append(e.out, Decision{})
	d := &e.out[len(e.out)-1]
	d.Kind = k
	return d
}

// refuse answers an event that changes nothing.
func (e *Engine) refuse(ev *Event, code Code) {
	e.emit(Decision{Kind: Refused, Code: code, Contact: ev.Contact, Offer: ev.Offer, Agent: ev.Agent, Queue: ev.Queue, Team: ev.Team})
}

// apply hands the event to the one function that knows it.
func (e *Engine) apply(ev *Event) {
	var code Code
	switch ev.Kind {
	case Woke:
		return
	case Arrived:
		code = e.arrive(ev)
	case Accepted:
		code = e.accept(ev)
	case Ended:
		code = e.end(ev)
	case WrappedUp:
		code = e.wrappedUp(ev)
	case Abandoned:
		code = e.abandon(ev)
	case Declined:
		code = e.decline(ev)
	case StatusChanged:
		code = e.changeStatus(ev)
	case SignedIn:
		code = e.signIn(ev)
	case SignedOut:
		code = e.signOut(ev)
	case AgentLost:
		code = e.loseAgent(ev)
	case AgentFound:
		code = e.findAgentAgain(ev)
	case WrapUpExtended:
		code = e.extendWrapUp(ev)
	case Requeued:
		code = e.requeue(ev)
	case Transferred:
		code = e.transfer(ev)
	case ConsultAsked:
		code = e.askConsult(ev)
	case ConsultEnded:
		code = e.endConsult(ev)
	case Snoozed:
		code = e.snooze(ev)
	case Woken:
		code = e.woken(ev)
	default:
		code = e.applyRare(ev)
	}
	if code != NoCode {
		e.refuse(ev, code)
	}
}

// applyRare takes the events of leaders, rules and promises.
func (e *Engine) applyRare(ev *Event) Code {
	switch ev.Kind {
	case Prioritised:
		return e.prioritise(ev)
	case DueSet:
		return e.setDue(ev)
	case HandedOff:
		return e.handOff(ev)
	case CallbackAsked:
		return e.askCallback(ev)
	case CallbackResult:
		return e.callbackResult(ev)
	case PromiseCapSet:
		return e.setPromiseCap(ev)
	case QueueOpened, QueueClosed:
		return e.openQueue(ev)
	case LendingSet:
		return e.setLending(ev)
	case SettingsChanged:
		return e.changeSettings(ev)
	case AgentDefined:
		return e.defineAgent(ev)
	case AgentRemoved:
		return e.removeAgent(ev)
	case ReachSet:
		return e.setReach(ev)
	case Placed:
		return e.placeCall(ev)
	default:
		return WrongState
	}
}

// settle brings agents and contacts together until nothing more can be done.
func (e *Engine) settle() {
	for {
		e.refreshTouched()
		e.reviewLending()
		if len(e.freshAgents)+len(e.freshLanes)+len(e.pending) == 0 && !e.rematch {
			return
		}
		e.match()
	}
}

// window remembers which of the newest contact ids have arrived, so that a doubled arrival is known even after its contact has ended.
type window struct {
	top  int64 // the highest id seen
	bits [windowIDs / 64]uint64
}

// windowIDs is how far back an arrival can be late or doubled, in ids.
const windowIDs = 1 << 17

// judge tells whether the id is new (NoCode), has been seen (AlreadyThere) or is too far back to tell (TooLate).
func (w *window) judge(id int64) Code {
	switch {
	case id > w.top:
		return NoCode
	case id/64 <= w.top/64-windowIDs/64:
		return TooLate
	case w.bits[id/64%(windowIDs/64)]&(1<<uint(id%64)) != 0:
		return AlreadyThere
	}
	return NoCode
}

// enter remembers a new id.
func (w *window) enter(id int64) {
	if id > w.top {
		if id-w.top >= windowIDs {
			w.bits = [windowIDs / 64]uint64{}
		} else {
			for i := w.top/64 + 1; i <= id/64; i++ {
				w.bits[i%(windowIDs/64)] = 0
			}
		}
		w.top = id
	}
	w.bits[id/64%(windowIDs/64)] |= 1 << uint(id%64)
}

// String tells where the engine stands, for logs and failing tests.
func (e *Engine) String() string {
	return fmt.Sprintf("routing.Engine at %d after %d events: %d contacts in the centre, %d agents, hash %016x", e.now, e.events, e.live, len(e.agents)-len(e.freeAgents), e.Hash())
}
