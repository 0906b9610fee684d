package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
)

var (
	queueCountList = strings.Join(journal.QueueCountNames, ", ")
	agentCountList = strings.Join(journal.AgentCountNames, ", ")
)

// QueueQuarters reads the queue counters of the quarters of an hour from one slot up to, and not with, another, in the order of slot, queue and
// channel. Slots are those of journal.Bucket.
func QueueQuarters(ctx context.Context, tx *Tx, domain centre.ID, from, to int64) ([]journal.QueueRow, error) {
	return queueCounts(ctx, tx, "iv15", domain, from, to)
}

// QueueDays reads the queue counters of days. Slots are those of journal.Calendar.
func QueueDays(ctx context.Context, tx *Tx, domain centre.ID, from, to int64) ([]journal.QueueRow, error) {
	return queueCounts(ctx, tx, "ivday", domain, from, to)
}

// AgentQuarters reads the agents' counters of the quarters of an hour from one slot up to, and not with, another, in the order of slot and agent.
// They are up to a second behind the log.
func AgentQuarters(ctx context.Context, tx *Tx, domain centre.ID, from, to int64) ([]journal.AgentRow, error) {
	return agentCounts(ctx, tx, "agent15", domain, from, to)
}

// AgentDays reads the agents' counters of days.
func AgentDays(ctx context.Context, tx *Tx, domain centre.ID, from, to int64) ([]journal.AgentRow, error) {
	return agentCounts(ctx, tx, "agentday", domain, from, to)
}

func queueCounts(ctx context.Context, tx *Tx, table string, domain centre.ID, from, to int64) (rows []journal.QueueRow, err error) {
	err = tx.Each(ctx, func(scan func(...any) error) error {
		var r journal.QueueRow
		var channel string
		into := []any{&r.Slot, &r.Queue, &channel}
		for _, n := range r.Numbers() {
			into = append(into, n)
		}
		if err := scan(into...); err != nil {
			return err
		}
		err := r.Channel.UnmarshalText([]byte(channel))
		rows = append(rows, r)
		return err
	}, fmt.Sprintf(`SELECT slot, queue, channel, %s FROM %s WHERE domain = $1 AND slot >= $2 AND slot < $3 ORDER BY slot, queue, channel`,
		queueCountList, table), domain, from, to)
	return rows, err
}

func agentCounts(ctx context.Context, tx *Tx, table string, domain centre.ID, from, to int64) (rows []journal.AgentRow, err error) {
	err = tx.Each(ctx, func(scan func(...any) error) error {
		var r journal.AgentRow
		into := []any{&r.Slot, &r.Agent}
		for _, n := range r.Numbers() {
			into = append(into, n)
		}
		err := scan(into...)
		rows = append(rows, r)
		return err
	}, fmt.Sprintf(`SELECT slot, agent, %s FROM %s WHERE domain = $1 AND slot >= $2 AND slot < $3 ORDER BY slot, agent`, agentCountList, table),
		domain, from, to)
	return rows, err
}

var contactColumnList = strings.Join(contactColumns[1:], ", ")

// Contacts reads contact rows that arrived from one instant up to, and not with, another, by rising id, after an id and so many at most: the next page
// begins after the last id of this one.
func Contacts(ctx context.Context, tx *Tx, domain centre.ID, from, to centre.Instant, after centre.ContactID, limit int) (rows []journal.Contact, err error) {
	err = tx.Each(ctx, func(scan func(...any) error) error {
		c, err := scanContact(scan)
		rows = append(rows, c)
		return err
	}, `SELECT `+contactColumnList+` FROM contact WHERE domain = $1 AND id > $2 AND created >= $3 AND created < $4 ORDER BY id LIMIT $5`,
		domain, after, from, to, limit)
	return rows, err
}

func scanContact(scan func(...any) error) (c journal.Contact, err error) {
	var channel, state, outcome, how string
	var why, attributes []byte
	if err := scan(&c.ID, &c.Created, &c.Queue, &c.LastQueue, &channel, &c.Priority, &state, &c.Agent, &c.Answered, &c.Ended, &c.Closed, &c.WaitMS,
		&c.TalkMS, &c.WrapMS, &c.Offers, &c.Lapses, &c.Moves, &c.Promises, &c.Reason, &outcome, &how, &why, &c.About.Brand, &c.About.Market,
		&c.About.Customer, &c.About.Case, &attributes, &c.Placed); err != nil {
		return c, err
	}
	c.State = journal.ContactState(state)
	if err := c.Channel.UnmarshalText([]byte(channel)); err != nil {
		return c, err
	}
	if err := c.Outcome.UnmarshalText([]byte(outcome)); err != nil {
		return c, err
	}
	if err := c.How.UnmarshalText([]byte(how)); err != nil {
		return c, err
	}
	if why != nil {
		c.Why = &routing.Why{}
		if err := json.Unmarshal(why, c.Why); err != nil {
			return c, fmt.Errorf("contact %d: why: %w", c.ID, err)
		}
	}
	if attributes != nil {
		if err := json.Unmarshal(attributes, &c.About.Attributes); err != nil {
			return c, fmt.Errorf("contact %d: attributes: %w", c.ID, err)
		}
	}
	return c, nil
}
