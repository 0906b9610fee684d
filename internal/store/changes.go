package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
)

var contactColumns = []string{"domain", "id", "created", "queue", "last_queue", "channel", "priority", "state", "agent", "answered", "ended", "closed",
	"wait_ms", "talk_ms", "wrap_ms", "offers", "lapses", "moves", "promises", "reason", "outcome", "how", "why", "brand", "market", "customer",
	"case_id", "attrs", "placed"}

var (
	upsertContacts = replacing("contact", contactColumns, 2)
	upsertIv15     = adding("iv15", []string{"domain", "slot", "queue", "channel"}, journal.QueueCountNames)
	upsertIvday    = adding("ivday", []string{"domain", "slot", "queue", "channel"}, journal.QueueCountNames)
	upsertAgent15  = adding("agent15", []string{"domain", "slot", "agent"}, journal.AgentCountNames)
	upsertAgentday = adding("agentday", []string{"domain", "slot", "agent"}, journal.AgentCountNames)
)

// contactSetAfter is the number of contact columns that never change: domain, id, and when and where it arrived.
const contactSetAfter = 4

// replacing is an upsert whose row replaces what is there; the first keys columns are the key.
func replacing(table string, columns []string, keys int) *Bulk {
	var set []string
	for _, c := range columns[contactSetAfter:] {
		set = append(set, c+" = excluded."+c)
	}
	return NewBulk(len(columns), fmt.Sprintf("INSERT INTO %s (%s)", table, strings.Join(columns, ", ")),
		fmt.Sprintf("ON CONFLICT (%s) DO UPDATE SET %s", strings.Join(columns[:keys], ", "), strings.Join(set, ", ")))
}

// adding is an upsert whose counts are added to what is there, the longest wait excepted.
func adding(table string, keys, counts []string) *Bulk {
	var set []string
	for _, c := range counts {
		if c == "wait_max_ms" {
			set = append(set, fmt.Sprintf("%[1]s = CASE WHEN excluded.%[1]s > %[2]s.%[1]s THEN excluded.%[1]s ELSE %[2]s.%[1]s END", c, table))
		} else {
			set = append(set, fmt.Sprintf("%[1]s = %[2]s.%[1]s + excluded.%[1]s", c, table))
		}
	}
	columns := append(append([]string(nil), keys...), counts...)
	return NewBulk(len(columns), fmt.Sprintf("INSERT INTO %s (%s)", table, strings.Join(columns, ", ")),
		fmt.Sprintf("ON CONFLICT (%s) DO UPDATE SET %s", strings.Join(keys, ", "), strings.Join(set, ", ")))
}

// rowsOf are the rows that one transaction writes beside the log, ready to be sent.
type rowsOf struct {
	contacts, iv15, ivday, agent15, agentday []any
}

func changeRows(domain centre.ID, c *journal.Changes) rowsOf {
	r := rowsOf{contacts: make([]any, 0, len(c.Contacts)*len(contactColumns))}
	for i := range c.Contacts {
		r.contacts = appendContact(r.contacts, domain, &c.Contacts[i])
	}
	r.iv15, r.ivday = queueRows(domain, c.Quarters), queueRows(domain, c.Days)
	r.agent15, r.agentday = agentRows(domain, c.Agent15), agentRows(domain, c.AgentDays)
	return r
}

func (r *rowsOf) write(ctx context.Context, tx *Tx) error {
	for _, part := range []struct {
		into *Bulk
		rows []any
	}{{upsertContacts, r.contacts}, {upsertIv15, r.iv15}, {upsertIvday, r.ivday}, {upsertAgent15, r.agent15}, {upsertAgentday, r.agentday}} {
		if err := part.into.Send(ctx, tx, part.rows); err != nil {
			return err
		}
	}
	return nil
}

func appendContact(row []any, domain centre.ID, c *journal.Contact) []any {
	var why, attrs any
	if c.Why != nil {
		why = string(journal.AppendWhy(nil, c.Why))
	}
	if len(c.About.Attributes) > 0 {
		if b, err := json.Marshal(c.About.Attributes); err == nil {
			attrs = string(b)
		}
	}
	return append(row, int64(domain), int64(c.ID), int64(c.Created), int64(c.Queue), int64(c.LastQueue), c.Channel.String(), int64(c.Priority),
		string(c.State), int64(c.Agent), int64(c.Answered), int64(c.Ended), int64(c.Closed), c.WaitMS, c.TalkMS, c.WrapMS,
		int64(c.Offers), int64(c.Lapses), int64(c.Moves), int64(c.Promises), int64(c.Reason), c.Outcome.String(), c.How.String(), why,
		int64(c.About.Brand), int64(c.About.Market), int64(c.About.Customer), int64(c.About.Case), attrs, c.Placed)
}

func queueRows(domain centre.ID, rows []journal.QueueRow) []any {
	args := make([]any, 0, len(rows)*upsertIv15.columns)
	for i := range rows {
		r := &rows[i]
		args = append(args, int64(domain), r.Slot, int64(r.Queue), r.Channel.String())
		for _, n := range r.Numbers() {
			args = append(args, *n)
		}
	}
	return args
}

func agentRows(domain centre.ID, rows []journal.AgentRow) []any {
	args := make([]any, 0, len(rows)*upsertAgent15.columns)
	for i := range rows {
		r := &rows[i]
		args = append(args, int64(domain), r.Slot, int64(r.Agent))
		for _, n := range r.Numbers() {
			args = append(args, *n)
		}
	}
	return args
}
