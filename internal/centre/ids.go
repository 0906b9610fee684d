package centre

import "strconv"

// Ids are dense, rising integers given out by a centre's configuration or engine; zero means "none". The engine breaks every tie by
// them, so an id is never reused and never derived from a name.
type (
	// ID names one centre: the unit that owns queues, agents, numbers and targets. The store calls it the domain.
	ID int64
	// BrandID names who the customer thinks they contact.
	BrandID int32
	// MarketID names the country whose language, holidays and rules apply.
	MarketID int32
	// QueueID names contacts waiting for the same kind of help, with one service target.
	QueueID int32
	// TeamID names the agents that one leader leads.
	TeamID int32
	// PartnerID names an outsourcing partner; zero is the house itself.
	PartnerID int32
	// AgentID names a person who answers.
	AgentID int32
	// SkillID names something an agent may know: a product, a language, a brand, a market.
	SkillID int32
	// ReasonID names what a contact was about, in a tree.
	ReasonID int32
	// PauseID names why an agent is away from the queues.
	PauseID int32
	// ContactID names one approach by a customer in one channel, from arrival to wrap-up.
	ContactID int64
	// OfferID names one contact put before one agent.
	OfferID int64
	// CustomerID names a person or organisation with addresses.
	CustomerID int64
	// CaseID names one matter of one customer, over as many contacts as it takes.
	CaseID int64
)

// String prints the id as its decimal number.
func (id ContactID) String() string { return strconv.FormatInt(int64(id), 10) }

// String prints the id as its decimal number.
func (id AgentID) String() string { return strconv.FormatInt(int64(id), 10) }

// String prints the id as its decimal number.
func (id QueueID) String() string { return strconv.FormatInt(int64(id), 10) }
