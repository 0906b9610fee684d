package live

import (
	"context"
	"encoding/json"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
)

// Command is one thing that somebody wants to happen.
type Command struct {
	// Client and ID are the idempotency pair: who asks, and which of their requests this is. The same pair again - in the same batch, a day
	// later, at another node after a failover - runs nothing and returns the first receipt. With both empty, or either, a command is not
	// recognised again.
	Client, ID string
	// Plan says what shall happen. It runs in the centre's goroutine and must be quick: no I/O, no waiting. It may run more than once when a
	// commit fails, so it sets variables of its caller and never adds to them. It returns its refusal BEFORE the first Step, Fact or
	// Write; an error after one of these is a fault of the room, costs a rebuild, and reaches the caller as Internal.
	Plan func(p *Plan) error
}

// Receipt is the proof that a command is on disk.
type Receipt struct {
	Seq    int64           // of the command's last entry in the log; of the last entry before it when it wrote none
	Result json.RawMessage // what Plan.Result was given; nil without
}

// Present is what can be seen of the centre: in a View the committed state, in a Plan that plus what earlier commands of the same batch and this
// one have done so far. It is valid only while the function that was given it runs.
type Present struct {
	state *state
	now   centre.Instant
}

// Now is the centre's time. It never goes back, whatever the wall clock does.
func (p *Present) Now() centre.Instant { return p.now }

// Seq is the sequence number of the last entry of the log.
func (p *Present) Seq() int64 { return p.state.next - 1 }

// Wake is when the engine asked to be woken; zero when it waits for nothing.
func (p *Present) Wake() centre.Instant { return p.state.wake }

// Engine is the routing engine, for its read accessors only.
func (p *Present) Engine() *routing.Engine { return p.state.engine }

// Contact gives the row of a contact that has not closed yet; later the store has it.
func (p *Present) Contact(id centre.ContactID) (journal.Contact, bool) {
	return p.state.ledger.Contact(id)
}

// Contacts calls f for every contact that has not closed yet, by rising id, until f returns false.
func (p *Present) Contacts(f func(journal.Contact) bool) { p.state.ledger.Contacts(f) }

// ByKey finds the contact that has not closed yet and was given this key by a fact of kind journal.About; zero when there is none.
func (p *Present) ByKey(key string) centre.ContactID { return p.state.ledger.ByKey(key) }

// View is the committed state of the centre, between two commits.
type View struct{ Present }

// Plan is what one command wants to happen.
type Plan struct {
	Present
	call *call
	turn *turn
}

// NewContact gives out the next contact id.
func (p *Plan) NewContact() centre.ContactID { return p.turn.newContact() }

// Step tells the engine what happened, now, and returns what it decided. The event's At is set to Now. The returned slice is the caller's to
// keep, not to change.
func (p *Plan) Step(e routing.Event) []routing.Decision { return p.turn.step(p.call, e) }

// Fact writes a fact of a room into the log and returns its sequence number, which may serve as the id of what it tells of, since it
// rises and is never used again. Kind is the room's word; contact and agent are zero when it is about none; payload becomes a JSON object
// of ids and numbers - never words of a conversation, names or addresses: those go into the room's own table by Write.
func (p *Plan) Fact(kind string, contact centre.ContactID, agent centre.AgentID, payload any) int64 {
	return p.turn.fact(p.call, kind, contact, agent, payload)
}

// About tells what a contact is about beyond what routing needs: brand, customer, a key to find it by. It is a Fact of kind journal.About.
func (p *Plan) About(contact centre.ContactID, about journal.AboutContact) int64 {
	return p.turn.fact(p.call, journal.About, contact, 0, about)
}

// Write adds a write to the rooms' own tables; it runs in the transaction that puts this command's entries on disk. A write that fails undoes its
// whole command, and its error reaches the caller with its kind; the rest of the batch is planned again without it. That costs a
// rebuild: what can be seen to fail is refused in the plan.
func (p *Plan) Write(w store.Write) { p.turn.write(p.call, w) }

// Result sets what Receipt.Result holds, now and for every repetition of the command. It must be small.
func (p *Plan) Result(v any) { p.turn.result(p.call, v) }

// Do runs a command and returns when it is on disk. Its errors: whatever the plan refused with; Unavailable when this node does not own the
// centre (NotOwner says who does), when the database is gone or full, or when the outcome is not known: send the same command again;
// Exhausted when too many commands wait. When the context ends first the command may still take place.
func (c *Centre) Do(ctx context.Context, cmd Command) (Receipt, error) { return c.do(ctx, cmd) }

// View lets f look at the committed state, in the centre's goroutine between two commits. It must be quick and keep nothing it was not given by
// value. Its errors: those of f, and Unavailable when this node does not own the centre.
func (c *Centre) View(ctx context.Context, f func(v *View) error) error { return c.view(ctx, f) }
