// Package phone is the phone: calls become contacts, and what the engine decides about a contact becomes sound.
//
// It owns every call from its first message to its one outcome, the agents' lines, what callers hear while they wait, hold, transfer, conference, listening
// in, recordings, callbacks and calls out with their limits. It refuses routing (engine/routing), SIP (telephony/signal), mixing (telephony/media), WebRTC
// (telephony/webleg) and the voice menu's steps (telephony/ivr): it ties them together.
//
// A call is an actor: one goroutine owns its state, and the state itself is a pure machine - events in, deeds out, no clock and no I/O. Begin reading with
// docs/spec/phone.md, then views.go, machine.go (what a call does), actor.go (how it is carried out), room.go (who finds whom).
package phone

import "sentral/internal/centre"

// Call is one call as the agent's softphone shows it.
type Call struct {
	Contact   centre.ContactID `json:"contact_id"`
	ID        int64            `json:"call_id"`
	Direction string           `json:"direction" enum:"in,out,callback,browser"`
	State     string           `json:"state" enum:"ringing,connecting,talking,held,ended"`
	Number    string           `json:"number" doc:"Empty when withheld; covered for a partner's people."`
	Name      string           `json:"name"`
	Known     string           `json:"customer_known" enum:"none,probably,verified" doc:"How surely the customer is who they are: probably by the number alone, verified by a customer number keyed in or a signed identity."`
	Brand     centre.BrandID   `json:"brand_id"`
	Queue     centre.QueueID   `json:"queue_id"`
	Since     centre.Instant   `json:"since_ms" doc:"When the state began."`
	WaitedMS  int64            `json:"waited_ms"`
	Muted     bool             `json:"muted"`
	OnHold    bool             `json:"on_hold"`
	Recording RecordingState   `json:"recording"`
	Parties   []Party          `json:"parties" nullable:"false"`
	Watchers  []Watcher        `json:"watchers" nullable:"false" doc:"Leaders who listen now."`
	Quality   string           `json:"quality" enum:"unknown,good,fair,bad" doc:"The network between the centre and the customer."`
	Menu      []string         `json:"menu" nullable:"false" doc:"What the caller chose before somebody answered."`
	Agent     centre.AgentID   `json:"agent_id,omitempty"`
	Role      string           `json:"role" enum:"agent,adviser,leader" doc:"What the one who sees this is in the call."`
	Whisper   string           `json:"whisper" enum:"none,coming,speaking,said" doc:"How far the words about the caller have come, that the one at whom it rings hears in the headset: the ring is low while they are spoken, and who answers by itself waits for them."`
	Trouble   string           `json:"trouble,omitempty" doc:"Why the last thing asked for came to nothing: busy, no_answer, failed, not_allowed, cap, not_lifted, unwritten (it has ended, which is not on disk yet)."`
}

// Party is one who is in a call, or being rung for it.
type Party struct {
	ID     int64          `json:"id"`
	Kind   string         `json:"kind" enum:"customer,agent,adviser,outside,leader"`
	Agent  centre.AgentID `json:"agent_id,omitempty"`
	Name   string         `json:"name,omitempty"`
	Number string         `json:"number,omitempty"`
	State  string         `json:"state" enum:"ringing,talking,held,private,lost"`
	Muted  bool           `json:"muted"`
	Holds  bool           `json:"holds,omitempty" doc:"Has put us on hold."`
}

// Watcher is a leader in a call.
type Watcher struct {
	Name string `json:"name"`
	Mode string `json:"mode" enum:"listen,whisper,barge"`
}

// RecordingState is whether a call is recorded, and on what ground.
type RecordingState struct {
	State string `json:"state" enum:"none,asking,on,paused,refused,deleted"`
	Basis string `json:"basis,omitempty" enum:"notice,consent"`
	ID    int64  `json:"id,omitempty"`
}

// LineSaid is what a browser says on an agent's line.
type LineSaid struct {
	Type     string  `json:"type" enum:"offer,watch,quality,ping,keys" doc:"watch: the calls of a line whose sound goes to the desk phone."`
	SDP      string  `json:"sdp,omitempty"`
	TakeOver bool    `json:"take_over,omitempty" doc:"offer: this window takes the line from another one."`
	Loss     float64 `json:"loss,omitempty" doc:"quality: share of packets lost, 0 to 1."`
	JitterMS float64 `json:"jitter_ms,omitempty"`
	RTTMS    float64 `json:"rtt_ms,omitempty"`
	Keys     string  `json:"keys,omitempty" doc:"keys: what a visitor pressed."`
	Identity string  `json:"identity,omitempty" doc:"offer: who a visitor is, signed by the brand's site; the same as in the chat."`
}

// LineTold is what a browser is told on a line.
type LineTold struct {
	Type       string      `json:"type" enum:"hello,answer,calls,taken,pong,problem,state"`
	ICEServers []ICEServer `json:"ice_servers,omitempty" nullable:"false"`
	SDP        string      `json:"sdp,omitempty"`
	Calls      []Call      `json:"calls,omitempty" nullable:"false" doc:"calls: all there are now, after every change."`
	State      string      `json:"state,omitempty" doc:"state: of a visitor's call: connecting, menu, waiting, talking, ended."`
	Place      int         `json:"place,omitempty" doc:"state: the visitor's place in the queue, only ever better; 0 = not known, or not told here."`
	WaitFrom   int         `json:"wait_from_min,omitempty" doc:"state: the expected wait is longer than this, in minutes, in the steps in which callers are told it; only ever better."`
	WaitTo     int         `json:"wait_to_min,omitempty" doc:"state: and at most this; both 0 = not known, only this 0 = more than an hour."`
	Text       string      `json:"text,omitempty" doc:"problem: what went wrong."`
	Where      string      `json:"where,omitempty" enum:"identity" doc:"problem: what is refused; a visitor may call again without it."`
	Desk       *DeskPhone  `json:"desk,omitempty" doc:"hello, calls: the person's desk phone; absent for those who have none."`
}

// ICEServer is a relay that a browser may use.
type ICEServer struct {
	URLs       []string `json:"urls" nullable:"false"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// LiveCall is one call as a leader sees it.
type LiveCall struct {
	Call
	AgentName string `json:"agent_name,omitempty"`
	Stage     string `json:"stage" enum:"menu,waiting,ringing,talking,survey"`
}

// Place is a call out.
type Place struct {
	Number   string            `json:"number" minLength:"3" maxLength:"32"`
	Customer centre.CustomerID `json:"customer_id,omitempty"`
	Line     string            `json:"line,omitempty" maxLength:"40" doc:"Key of the number to show; the first line that the agent's brand has when left out."`
}

// OutsideWish is what is to be done with a number outside the centre.
type OutsideWish struct {
	Do     string `json:"do" enum:"dial,transfer,complete,drop" doc:"dial: ring it while the customer waits. transfer: ring it, and leave the customer there once it answers. complete: leave the two alone. drop: hang it up."`
	Number string `json:"number,omitempty" maxLength:"32"`
}

// Trunk is how one trunk is.
type Trunk struct {
	Key        string         `json:"key"`
	State      string         `json:"state" enum:"up,down,unknown"`
	Registered bool           `json:"registered"`
	Calls      int            `json:"calls"`
	Secret     bool           `json:"has_secret"`
	Problem    string         `json:"problem,omitempty" enum:"no_name,no_options,unready,no_register,wrong_secret,not_accepted,calls_refused" doc:"Why it is down, or not registered."`
	Code       int            `json:"problem_code,omitempty" doc:"The SIP answer that the problem is about."`
	Since      centre.Instant `json:"since_ms,omitempty"`
}

// Prompt is one sound file that callers hear.
type Prompt struct {
	Key        string         `json:"key"`
	Name       string         `json:"name"`
	At         centre.Instant `json:"at_ms"`
	DurationMS int64          `json:"duration_ms"`
	Bytes      int64          `json:"bytes"`
}

// Recording is one recording of a contact.
type Recording struct {
	ID         int64            `json:"id"`
	Contact    centre.ContactID `json:"contact_id"`
	At         centre.Instant   `json:"at_ms"`
	DurationMS int64            `json:"duration_ms"`
	Purpose    string           `json:"purpose"`
	Basis      string           `json:"basis" enum:"notice,consent"`
	State      string           `json:"state" enum:"on,done,lost"`
	KeepUntil  centre.Instant   `json:"keep_until_ms"`
}

// Spend is what calls out have cost.
type Spend struct {
	HourOre    int64        `json:"hour_ore"`
	DayOre     int64        `json:"day_ore"`
	HourCapOre int64        `json:"hour_cap_ore"`
	DayCapOre  int64        `json:"day_cap_ore"`
	Agents     []AgentSpend `json:"agents" nullable:"false"`
}

// AgentSpend is one agent's share of it.
type AgentSpend struct {
	Agent    centre.AgentID `json:"agent_id"`
	Name     string         `json:"name"`
	HourOre  int64          `json:"hour_ore"`
	DayOre   int64          `json:"day_ore"`
	DayCalls int            `json:"day_calls"`
}
