package phone

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/ivr"
)

// deed is one thing that a call wants done. Deeds are carried out in their order by the call's actor; what comes of them is heard as an event.
type deed interface{ deed() }

type (
	// answerCall takes the customer's call; answered tells.
	answerCall struct{}
	// hangUp ends a leg: the customer's, or somebody's outside.
	hangUp struct{ person int64 }
	// say speaks words, or plays a clip, to the customer; or to the agent alone. spoken tells.
	say struct {
		id       int
		text     string
		language string
		clip     string
		toAgent  bool
	}
	// brief tells the agent at whom it rings who calls; unbrief ends it. briefed tells.
	brief struct {
		agent          centre.AgentID
		text, language string
	}
	unbrief struct{}
	// hush stops what is being said.
	hush struct{}
	// wake sets a timer by its name, or stops it when after is zero. rang tells.
	wake struct {
		timer timer
		after time.Duration
	}
	// mix makes the sound follow the scene.
	mix struct{}
	// show tells the screens.
	show struct{}
	// keys presses keys towards the customer or somebody outside.
	keys struct {
		person int64
		keys   string
	}
	// dial rings a number for a person of the scene, or for the customer. dialled tells.
	dial struct {
		person int64
		number string
	}
	// record begins, pauses, goes on with, ends or deletes the recording.
	record struct{ do string }
	// tell is a change that goes to disk, and to the engine, in one command. What it was answered is heard as told.
	tell struct {
		what tellKind
		queueing
		number string         // promise: whom to call
		agent  centre.AgentID // requeue, result, end
		ok     bool           // result: reached
		claim  string         // arrive: whether the caller has asked for the place that is kept for the number; empty before they were asked
		oks    int            // survey
		solved string
	}
	// look asks for the caller's place in the queue; looked tells.
	look struct{ queue string }
	// find asks whose customer number this is; found tells.
	find struct{ number string }
	// hours asks whether something is open; opening tells.
	hours struct{ hours, queue string }
	// sendLink sends a text message; sent tells.
	sendLink struct{ number, text string }
	// callDesk rings the desk phone of somebody who is in the call without being heard; line tells. Browsers come back by themselves.
	callDesk struct{ agent centre.AgentID }
	// done ends the actor: the call is over and everything about it is on disk.
	done struct{}
)

// queueing is how a caller asks for a person.
type queueing struct {
	queue    string
	needs    []ivr.Need
	priority int32
	menu     []string
}

func (answerCall) deed() {}
func (hangUp) deed()     {}
func (say) deed()        {}
func (brief) deed()      {}
func (unbrief) deed()    {}
func (hush) deed()       {}
func (wake) deed()       {}
func (mix) deed()        {}
func (show) deed()       {}
func (keys) deed()       {}
func (dial) deed()       {}
func (record) deed()     {}
func (tell) deed()       {}
func (look) deed()       {}
func (find) deed()       {}
func (hours) deed()      {}
func (sendLink) deed()   {}
func (callDesk) deed()   {}
func (done) deed()       {}

// What a caller has said to the question whether a place is theirs.
const (
	claimYes = "yes"
	claimNo  = "no"
)

// tellKind is what goes to disk.
type tellKind string

// What goes to disk.
const (
	tellArrive  tellKind = "arrive"  // a contact begins
	tellPromise tellKind = "promise" // a callback for one who waits
	tellLeave   tellKind = "leave"   // the customer has left the queue; the place is kept
	tellEnd     tellKind = "end"     // the conversation is over
	tellRequeue tellKind = "requeue" // the agent's line is gone for good
	tellResult  tellKind = "result"  // of a callback
	tellSurvey  tellKind = "survey"
	tellRow     tellKind = "row" // the call as it is now, and its parties
)

// timer names what a call waits for. One of each runs at most.
type timer string

// The timers.
const (
	keyTimer      timer = "key"      // nothing was pressed
	announceTimer timer = "announce" // the place is told
	whisperTimer  timer = "whisper"  // it has rung once
	briefTimer    timer = "brief"    // the words to the agent have taken too long
	lineTimer     timer = "line"     // the agent's line has not come back
	closeTimer    timer = "close"    // nobody has hung up
	ringTimer     timer = "ring"     // nobody has answered
)

// event is one thing that happened to a call.
type event interface{ event() }

type (
	answered struct{ err error }
	keyed    struct{ key rune }
	spoken   struct{ id int }
	rang     struct{ timer timer }
	gone     struct { // a leg has ended
		person int64
		cause  string
	}
	dialled struct { // of dial: ringing, answered, or failed with a code
		person  int64
		ringing bool
		ok      bool
		code    int
		cause   string
	}
	told struct { // of tell
		what    tellKind
		err     error
		contact centre.ContactID
		refused bool
		found   bool // arrive: the place of an earlier call
		ask     bool // arrive: whether the place that is kept for the number is theirs
		opens   ivr.Moment
	}
	looked struct {
		position  int
		low, high time.Duration
		callback  bool // one may be promised
	}
	found   struct{ customer centre.CustomerID }
	opening struct {
		open  bool
		opens ivr.Moment
	}
	sent struct{ ok bool }
	line struct { // an agent's line has gone or come back
		agent   centre.AgentID
		up      bool
		refused bool // the desk phone was rung for it in vain
	}
	holding struct { // somebody outside holds us, or takes us back
		person int64
		held   bool
	}
	recorded struct { // the recording has begun, or not
		id  int64
		err error
	}
	briefed struct { // how far the words to the agent have come
		agent centre.AgentID
		state string
	}
	spent struct{ ok bool } // of the minute that begins
	stop  struct{ cause string }
)

func (answered) event() {}
func (keyed) event()    {}
func (spoken) event()   {}
func (rang) event()     {}
func (gone) event()     {}
func (dialled) event()  {}
func (told) event()     {}
func (looked) event()   {}
func (found) event()    {}
func (opening) event()  {}
func (sent) event()     {}
func (line) event()     {}
func (holding) event()  {}
func (recorded) event() {}
func (spent) event()    {}
func (briefed) event()  {}
func (stop) event()     {}
