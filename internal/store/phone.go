package store

import (
	"context"

	"sentral/internal/centre"
)

// Phone keeps one centre's calls and what belongs to them: parties, recordings, promised numbers, kept places, prompts, trunks' secrets and what calls out
// have cost.
type Phone struct {
	DB     *DB
	Domain centre.ID
}

// CallRow is one call. Its outcome is empty until it has ended.
type CallRow struct {
	ID        int64
	Contact   centre.ContactID // zero while it has not asked for a person
	Direction string           // in, out, callback, browser
	Line      string           // key of the number dialled
	Trunk     string
	Brand     centre.BrandID
	Queue     centre.QueueID
	Language  string
	Number    string // the customer's; empty when withheld
	Customer  centre.CustomerID
	Known     string         // how surely the customer is who they are: none, probably, verified
	Agent     centre.AgentID // who had it last
	Began     centre.Instant
	Answered  centre.Instant // the first sound went out
	Connected centre.Instant // the first person spoke with the customer
	Ended     centre.Instant
	Outcome   string
	Cause     string // for operators: why it ended
}

const callColumns = `id, contact, direction, line, trunk, brand, queue, language, number, customer, known, agent, began, answered, connected, ended, outcome, cause`

func scanCall(scan func(...any) error) (c CallRow, err error) {
	err = scan(&c.ID, &c.Contact, &c.Direction, &c.Line, &c.Trunk, &c.Brand, &c.Queue, &c.Language, &c.Number, &c.Customer, &c.Known, &c.Agent,
		&c.Began, &c.Answered, &c.Connected, &c.Ended, &c.Outcome, &c.Cause)
	return c, err
}

// PutCall writes a call as it is now. One that has an outcome keeps it.
func (p Phone) PutCall(c CallRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO call(domain, `+callColumns+`) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19)
			ON CONFLICT (domain, id) DO UPDATE SET contact=excluded.contact, queue=excluded.queue, language=excluded.language, number=excluded.number, trunk=excluded.trunk,
			customer=excluded.customer, known=excluded.known, agent=excluded.agent, answered=excluded.answered, connected=excluded.connected,
			ended=excluded.ended, outcome=excluded.outcome, cause=excluded.cause WHERE call.outcome=''`,
			p.Domain, c.ID, c.Contact, c.Direction, c.Line, c.Trunk, c.Brand, c.Queue, c.Language, c.Number, c.Customer, c.Known, c.Agent, c.Began,
			c.Answered, c.Connected, c.Ended, c.Outcome, c.Cause)
	}
}

// Call is one call.
func (p Phone) Call(ctx context.Context, id int64) (c CallRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		c, err = scanCall(tx.QueryRow(ctx, `SELECT `+callColumns+` FROM call WHERE domain=$1 AND id=$2`, p.Domain, id).Scan)
		return none(err, "call")
	})
	return c, err
}

// OpenCalls are the calls without an outcome, oldest first: after a stop in the middle of them they are to be ended.
func (p Phone) OpenCalls(ctx context.Context) (out []CallRow, err error) {
	return p.calls(ctx, `outcome='' ORDER BY id`)
}

// CallsOf are the calls of a contact, oldest first.
func (p Phone) CallsOf(ctx context.Context, contact centre.ContactID) (out []CallRow, err error) {
	return p.calls(ctx, `contact=$2 ORDER BY id`, contact)
}

func (p Phone) calls(ctx context.Context, where string, args ...any) (out []CallRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			c, err := scanCall(scan)
			out = append(out, c)
			return err
		}, `SELECT `+callColumns+` FROM call WHERE domain=$1 AND `+where, append([]any{p.Domain}, args...)...)
	})
	return out, err
}

// PartyRow is one who has been in a call beside its customer.
type PartyRow struct {
	Call   int64
	Party  int64 // counts within the call
	Kind   string
	Agent  centre.AgentID
	Number string
	Began  centre.Instant
	Ended  centre.Instant
}

// PutParty writes a party.
func (p Phone) PutParty(r PartyRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO call_party(domain, call, party, kind, agent, number, began, ended) VALUES($1,$2,$3,$4,$5,$6,$7,$8)
			ON CONFLICT (domain, call, party) DO UPDATE SET ended=excluded.ended`, p.Domain, r.Call, r.Party, r.Kind, r.Agent, r.Number, r.Began, r.Ended)
	}
}

// Parties are those who have been in a call, in the order in which they came.
func (p Phone) Parties(ctx context.Context, call int64) (out []PartyRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			r := PartyRow{Call: call}
			err := scan(&r.Party, &r.Kind, &r.Agent, &r.Number, &r.Began, &r.Ended)
			out = append(out, r)
			return err
		}, `SELECT party, kind, agent, number, began, ended FROM call_party WHERE domain=$1 AND call=$2 ORDER BY party`, p.Domain, call)
	})
	return out, err
}

// PromiseRow is whom to ring for a promise.
type PromiseRow struct {
	Contact  centre.ContactID
	Number   string
	Line     string
	Language string
	Customer centre.CustomerID
	Known    string
	At       centre.Instant
}

// PutPromise writes whom to ring, in the transaction that makes the promise.
func (p Phone) PutPromise(r PromiseRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO call_promise(domain, contact, number, line, language, customer, known, at) VALUES($1,$2,$3,$4,$5,$6,$7,$8)
			ON CONFLICT (domain, contact) DO UPDATE SET number=excluded.number, line=excluded.line, language=excluded.language`,
			p.Domain, r.Contact, r.Number, r.Line, r.Language, r.Customer, r.Known, r.At)
	}
}

// Promise is whom to ring for a contact.
func (p Phone) Promise(ctx context.Context, contact centre.ContactID) (r PromiseRow, err error) {
	r.Contact = contact
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT number, line, language, customer, known, at FROM call_promise WHERE domain=$1 AND contact=$2`, p.Domain, contact).
			Scan(&r.Number, &r.Line, &r.Language, &r.Customer, &r.Known, &r.At), "promise")
	})
	return r, err
}

// PlaceRow is where somebody stood who fell out of a queue.
type PlaceRow struct {
	ID       int64
	Caller   string // hash of the number; empty when it was withheld
	Customer centre.CustomerID
	Queue    centre.QueueID
	WaitedMS int64
	At       centre.Instant
	Until    centre.Instant
}

// KeepPlace keeps a place for a redial. ID is the sequence number of the fact that tells of it.
func (p Phone) KeepPlace(r PlaceRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO place_kept(domain, id, caller, customer, queue, waited_ms, at, until) VALUES($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (domain, id) DO NOTHING`,
			p.Domain, r.ID, r.Caller, r.Customer, r.Queue, r.WaitedMS, r.At, r.Until)
	}
}

// Places are the places that are still kept, oldest first.
func (p Phone) Places(ctx context.Context, now centre.Instant) (out []PlaceRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var r PlaceRow
			err := scan(&r.ID, &r.Caller, &r.Customer, &r.Queue, &r.WaitedMS, &r.At, &r.Until)
			out = append(out, r)
			return err
		}, `SELECT id, caller, customer, queue, waited_ms, at, until FROM place_kept WHERE domain=$1 AND until>$2 ORDER BY id`, p.Domain, now)
	})
	return out, err
}

// TakePlace uses a place up.
func (p Phone) TakePlace(id int64) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `DELETE FROM place_kept WHERE domain=$1 AND id=$2`, p.Domain, id)
	}
}

// SpendRow is one minute begun of a call out.
type SpendRow struct {
	Call    int64
	Minute  int64 // counts from zero within the call
	Agent   centre.AgentID
	At      centre.Instant
	CostOre int64
}

// PutSpend writes a minute before it is spent.
func (p Phone) PutSpend(r SpendRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO spend(domain, call, minute, agent, at, cost_ore) VALUES($1,$2,$3,$4,$5,$6) ON CONFLICT (domain, call, minute) DO NOTHING`,
			p.Domain, r.Call, r.Minute, r.Agent, r.At, r.CostOre)
	}
}

// Spent are the minutes begun from an instant on, oldest first.
func (p Phone) Spent(ctx context.Context, from centre.Instant) (out []SpendRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var r SpendRow
			err := scan(&r.Call, &r.Minute, &r.Agent, &r.At, &r.CostOre)
			out = append(out, r)
			return err
		}, `SELECT call, minute, agent, at, cost_ore FROM spend WHERE domain=$1 AND at>=$2 ORDER BY at, call, minute`, p.Domain, from)
	})
	return out, err
}

// PutDeskLine notes whether somebody takes calls on the desk phone.
func (p Phone) PutDeskLine(person centre.AgentID, desk bool) Write {
	return func(ctx context.Context, tx *Tx) error {
		if !desk {
			return tx.Send(ctx, `DELETE FROM phone_line WHERE domain=$1 AND person=$2`, p.Domain, person)
		}
		return tx.Send(ctx, `INSERT INTO phone_line(domain, person) VALUES($1,$2) ON CONFLICT (domain, person) DO NOTHING`, p.Domain, person)
	}
}

// DeskLines are those who take calls on the desk phone.
func (p Phone) DeskLines(ctx context.Context) (map[centre.AgentID]bool, error) {
	out := map[centre.AgentID]bool{}
	err := p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var who centre.AgentID
			err := scan(&who)
			out[who] = true
			return err
		}, `SELECT person FROM phone_line WHERE domain=$1`, p.Domain)
	})
	return out, err
}

// ForgetPhone deletes places and costs that have passed: those of before an instant.
func (p Phone) ForgetPhone(ctx context.Context, before centre.Instant) error {
	return p.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.Send(ctx, `DELETE FROM place_kept WHERE domain=$1 AND until<$2`, p.Domain, before); err != nil {
			return err
		}
		return tx.Send(ctx, `DELETE FROM spend WHERE domain=$1 AND at<$2`, p.Domain, before)
	})
}

// CustomerByNumber finds the customer who has a number of the brand's own; zero when nobody has, or several.
func (p Phone) CustomerByNumber(ctx context.Context, number string) (id centre.CustomerID, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		n := 0
		err := tx.Each(ctx, func(scan func(...any) error) error {
			n++
			return scan(&id)
		}, `SELECT id FROM customer WHERE domain=$1 AND number=$2 AND number<>'' ORDER BY id LIMIT 2`, p.Domain, number)
		if n > 1 {
			id = 0
		}
		return err
	})
	return id, err
}
