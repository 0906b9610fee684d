package board

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/quality/index"
)

// start is what the centre looked like at one entry of the log: the sheet is filled with what came before and the feed tells what came after.
type start struct {
	seq  int64
	now  centre.Instant
	open []journal.Contact // every contact that had not left, by id
}

// begin fills a sheet and opens the feed where it ends. The two meet exactly: contacts that were open at the start come from the centre itself; those that
// had left it by then come from their rows, which never change again; everything later comes from the feed.
func (b *Board) begin(ctx context.Context) (*sheet, *feed.Reader, error) {
	st, reader, err := b.start(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, err := b.fill(ctx, st)
	if err != nil {
		reader.Close()
		return nil, nil, err
	}
	return s, reader, nil
}

func (b *Board) start(ctx context.Context) (*start, *feed.Reader, error) {
	st := &start{}
	err := b.Centre.View(ctx, func(v *live.View) error {
		st.seq, st.now = v.Seq(), v.Now()
		v.Contacts(func(c journal.Contact) bool {
			st.open = append(st.open, c)
			return true
		})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	reader, err := b.Centre.Hub().Subscribe(st.seq)
	return st, reader, err
}

func (b *Board) fill(ctx context.Context, st *start) (*sheet, error) {
	zone := zoneOf(b.Rules.Book().Organisation.TimeZone)
	s := newSheet(zone, st.now, nil)
	var err error
	if s.editions, err = b.editionsSince(ctx, s.from, st.now); err != nil {
		return nil, err
	}
	if s.ledger, err = ledgerOf(st.open, zone); err != nil {
		return nil, err
	}
	s.seq = st.seq
	rows, err := b.closedToday(ctx, s, st)
	if err != nil {
		return nil, err
	}
	firsts, err := b.firsts(ctx, rows, st.open)
	if err != nil {
		return nil, err
	}
	for i := range st.open {
		s.restore(&st.open[i], firsts)
	}
	for i := range rows {
		s.restore(&rows[i], firsts)
		if rows[i].Closed >= st.now {
			s.finished[rows[i].ID] = true
		}
	}
	answers, err := b.Surveys.Since(ctx, s.from)
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		s.say(a.Contact, voice{place{a.Queue, a.Team, a.Partner}, a.OKS, a.Solved})
	}
	s.history, err = b.readHistory(ctx, s.from, zone)
	return s, err
}

// ledgerOf makes the ledger that goes on from these contacts.
func ledgerOf(open []journal.Contact, zone *time.Location) (*journal.Ledger, error) {
	form, err := json.Marshal(struct {
		Contacts []journal.Contact `json:"contacts"`
	}{open})
	if err != nil {
		return nil, err
	}
	return journal.RestoreLedger(form, zone)
}

// closedToday reads the contacts that arrived today and had left by the start, an hour of one queue at a time, since a long read keeps the database from
// tidying up.
func (b *Board) closedToday(ctx context.Context, s *sheet, st *start) ([]journal.Contact, error) {
	queues, err := b.Counters.Queues(ctx, journal.Bucket(s.from))
	if err != nil {
		return nil, err
	}
	stillOpen := make(map[centre.ContactID]bool, len(st.open))
	for i := range st.open {
		stillOpen[st.open[i].ID] = true
	}
	var out []journal.Contact
	for _, q := range queues {
		for from := s.from; from <= st.now && from < s.to; from = from.Add(time.Hour) {
			err := b.Counters.Closed(ctx, q, from, min(from.Add(time.Hour), s.to), func(c *journal.Contact) {
				if !stillOpen[c.ID] {
					out = append(out, *c)
				}
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// first is what ended a contact's wait, where its row does not tell.
type first struct {
	agent    centre.AgentID
	at       centre.Instant
	promised bool
}

// unclear tells whether more than one agent may have had the contact, or a callback was promised: the row names only who had it last.
func unclear(c *journal.Contact) bool {
	return c.Promises > 0 || (c.Answered > 0 && (c.Moves > 0 || c.Offers-c.Lapses > 1))
}

// firsts looks up in the log what first ended the waits of the few contacts whose rows do not tell.
func (b *Board) firsts(ctx context.Context, lists ...[]journal.Contact) (map[centre.ContactID]first, error) {
	var ids []centre.ContactID
	for _, list := range lists {
		for i := range list {
			if unclear(&list[i]) {
				ids = append(ids, list[i].ID)
			}
		}
	}
	out := map[centre.ContactID]first{}
	for some := range slices.Chunk(ids, 1000) {
		err := b.Counters.Steps(ctx, some, func(e *journal.Entry) {
			if _, known := out[e.Contact]; known {
				return
			}
			for i := range e.Decisions {
				d := &e.Decisions[i]
				if d.Contact == e.Contact && !d.Consult && (d.Kind == routing.Connected || d.Kind == routing.PromiseMade) {
					out[e.Contact] = first{agent: d.Agent, at: e.At, promised: d.Kind == routing.PromiseMade}
					return
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// restore enters a contact as its row has it, just as the feed would have.
func (s *sheet) restore(c *journal.Contact, firsts map[centre.ContactID]first) {
	o := s.arrive(c)
	f, looked := firsts[c.ID]
	var e ending
	switch {
	case looked && f.promised:
		o.promised = f.at
		e = ending{index.CallbackAsked, int64(f.at - c.Created)}
		c.Counted = journal.CountedPromised
	case c.Answered > 0:
		o.agent = c.Agent
		if looked {
			o.agent = f.agent
		}
		e = ending{index.Answered, int64(c.Answered - c.Created)}
	case c.State != journal.Closed:
		return // waits still
	case c.How == routing.AbandonedQueue || c.How == routing.AbandonedOffer:
		e = ending{index.Abandoned, c.WaitMS}
	default:
		e = ending{index.FlowedOut, c.WaitMS}
	}
	s.count(o, e)
	if c.State == journal.Closed {
		s.finish(o, c)
		delete(s.open, c.ID)
	}
}
