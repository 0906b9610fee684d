package contact

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
)

// Colleagues are those a contact can be handed to, and their state. A partner's people see their own only.
func (r *Room) Colleagues(ctx context.Context, s access.Subject) ([]Colleague, error) {
	if !access.Somewhere(s, access.AnswerContacts) && !access.Somewhere(s, access.SetOthersStatus) {
		return nil, forbidden(access.AnswerContacts)
	}
	out := []Colleague{}
	book := r.Rules.Book()
	err := r.Centre.View(ctx, func(v *live.View) error {
		v.Engine().EachAgent(func(a *routing.AgentView) bool {
			p, ok := book.Person(a.ID)
			if !ok || !p.Active || (s.Partner != 0 && p.Partner != s.Partner) {
				return true
			}
			c := Colleague{ID: a.ID, Name: p.Name, Team: p.Team, Status: statusNames[a.Status], Pause: a.Pause, State: stateNames[a.State], Skills: []centre.SkillID{}}
			for _, q := range book.People {
				if q.ID == int32(a.ID) {
					for _, n := range q.Skills {
						c.Skills = append(c.Skills, centre.SkillID(book.ID("skills", n.Skill)))
					}
					if t := book.Team(p.Team); t != nil {
						c.Leader = t.Leader == q.Key
					}
				}
			}
			c.Led = a.ID != s.Person && r.mayLead(s, a.ID)
			out = append(out, c)
			return true
		})
		return nil
	})
	return out, err
}

// FindCustomers looks for customers; the search is logged, its words are not.
func (r *Room) FindCustomers(ctx context.Context, s access.Subject, query string, limit int) ([]Customer, error) {
	if !access.Everywhere(s, access.SearchCustomers) {
		return nil, forbidden(access.SearchCustomers)
	}
	rows, err := r.Customers.Find(ctx, query, limit)
	if err != nil {
		return nil, err
	}
	if err := r.Access.Record(ctx, s, "customers.searched", "", fmt.Sprintf("%d found", len(rows))); err != nil {
		return nil, err
	}
	out := []Customer{}
	for _, row := range rows {
		out = append(out, r.mask(s, customerOf(row)))
	}
	return out, nil
}

func customerOf(row store.CustomerRow) Customer {
	return Customer{
		ID: row.ID, Name: row.Name, Email: row.Email, Phone: row.Phone, Number: row.Number, Language: row.Language, Remark: row.Remark, Version: row.Version(),
		Verified: "none", History: []PastContact{},
	}
}

// mask hides a customer's addresses from a partner's people, who answer without them.
func (r *Room) mask(s access.Subject, c Customer) Customer {
	if s.Partner != 0 {
		c.Email, c.Phone, c.Number = covered(c.Email), covered(c.Phone), covered(c.Number)
		c.Version = "" // whoever knows the version could try numbers until one gives it
	}
	return c
}

// covered keeps the last two characters, enough to ask "does it end in ...?".
func covered(s string) string {
	runes := []rune(s)
	if len(runes) <= 4 {
		return strings.Repeat("•", len(runes))
	}
	return strings.Repeat("•", len(runes)-2) + string(runes[len(runes)-2:])
}

// Customer is one customer with history.
func (r *Room) Customer(ctx context.Context, s access.Subject, id centre.CustomerID) (Customer, error) {
	if !access.Everywhere(s, access.ReadCustomers) && !r.helping(s.Person, id) {
		return Customer{}, centre.ErrorAt(centre.Missing, "id", "there is no customer %d", id)
	}
	return r.customer(ctx, s, id, 0)
}

const historyLength = 20

// customer reads a customer for the side panel of a contact; the caller has checked that the subject may.
func (r *Room) customer(ctx context.Context, s access.Subject, id centre.CustomerID, contact centre.ContactID) (Customer, error) {
	row, err := r.Customers.Get(ctx, id)
	if err != nil {
		return Customer{}, err
	}
	out := r.mask(s, customerOf(row))
	if contact != 0 {
		t, err := r.Conversation.Thread(ctx, contact)
		if err != nil {
			return out, err
		}
		out.Page = t.Page
		if t.Verified {
			out.Verified = "signed"
		}
	}
	past, err := r.Customers.History(ctx, id, historyLength)
	if err != nil {
		return out, err
	}
	for _, p := range past {
		if p.ID != contact && r.mayKnow(s, p) {
			out.History = append(out.History, r.past(p))
		}
	}
	return out, nil
}

// mayKnow tells whether somebody who helps a customer may know of an earlier contact of theirs: a partner's people know of the partner's own, and nobody of
// what lies outside their grants.
func (r *Room) mayKnow(s access.Subject, p store.PastContact) bool {
	o := access.Object{Queue: p.Queue, Brand: p.Brand, Agent: p.Agent}
	if who, ok := r.Rules.Person(p.Agent); ok {
		o.Team, o.Partner = who.Team, who.Partner
	}
	return access.Can(s, access.ReadContacts, o) || access.Reaches(s, access.AnswerContacts, o) || access.Everywhere(s, access.ReadCustomers)
}

const summaryLength = 200

func (r *Room) past(p store.PastContact) PastContact {
	channel, err := centre.ParseChannel(p.Channel)
	if err != nil {
		channel = centre.NoChannel
	}
	out := PastContact{
		ID: p.ID, Channel: channel, Queue: p.Queue, Brand: p.Brand, Reason: p.Reason, Outcome: p.Outcome, At: p.Created, EndedAt: p.Ended,
		Summary: conversation.Cut(p.Summary, summaryLength),
	}
	if who, ok := r.Rules.Person(p.Agent); ok {
		out.Agent = who.Name
	}
	return out
}

// ChangeCustomer corrects what is known of a customer, unless somebody else has done so since it was read.
func (r *Room) ChangeCustomer(ctx context.Context, s access.Subject, id centre.CustomerID, c CustomerChange) (Customer, error) {
	if s.Partner != 0 || (!access.Everywhere(s, access.WriteCustomers) && !r.helping(s.Person, id)) {
		return Customer{}, centre.ErrorAt(centre.Missing, "id", "there is no customer %d", id)
	}
	row, err := r.Customers.Get(ctx, id)
	if err != nil {
		return Customer{}, err
	}
	if row.Version() != c.Version {
		return Customer{}, store.ErrCustomerChanged
	}
	was := row
	if c.Email != nil && *c.Email != "" {
		if a, err := mail.ParseAddress(*c.Email); err != nil || a.Address != *c.Email {
			return Customer{}, centre.ErrorAt(centre.Invalid, "email", "%q is not an e-mail address", *c.Email)
		}
	}
	put := func(to *string, from *string) {
		if from != nil {
			*to = strings.TrimSpace(conversation.Clean(*from))
		}
	}
	put(&row.Name, c.Name)
	put(&row.Email, c.Email)
	put(&row.Phone, c.Phone)
	put(&row.Language, c.Language)
	put(&row.Remark, c.Remark)
	_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		p.Fact("customer", 0, s.Person, map[string]any{"customer": id})
		p.Write(r.Customers.Change(row, was))
		return nil
	}})
	if err != nil {
		return Customer{}, err
	}
	r.mu.Lock()
	for _, t := range r.threads {
		if t.Customer == id {
			t.Name = row.Name
		}
	}
	r.mu.Unlock()
	if err := r.Access.Record(ctx, s, "customer.changed", fmt.Sprintf("customer %d", id), ""); err != nil {
		return Customer{}, err
	}
	return r.customer(ctx, s, id, 0)
}
