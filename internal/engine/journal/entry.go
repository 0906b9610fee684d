package journal

import (
	"encoding/json"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Step is the kind of an entry that holds one routing event and the decisions it led to. Every other kind is a fact of one room.
const Step = "step"

// About is the kind of a fact that tells what a contact is about beyond what routing needs; its payload is an AboutContact.
const About = "about"

// Entry is one line of the log. Sequence numbers begin at 1, leave no gap, and never change their meaning.
type Entry struct {
	Seq     int64
	Epoch   int64 // the owner's term in which it was written
	At      centre.Instant
	Kind    string           // Step, or the word of the room whose fact it is
	Contact centre.ContactID // zero when it is about no contact
	Agent   centre.AgentID   // zero when it is about no agent

	Event     *routing.Event     // Step only
	Decisions []routing.Decision // Step only
	Payload   json.RawMessage    // facts only: a JSON object of ids and numbers
}

// AboutContact tells what a contact is about beyond what routing needs. Zero fields leave what was known as it is.
type AboutContact struct {
	Brand    centre.BrandID    `json:"brand,omitempty"`
	Market   centre.MarketID   `json:"market,omitempty"`
	Customer centre.CustomerID `json:"customer,omitempty"`
	Case     centre.CaseID     `json:"case,omitempty"`
	// Key names the contact to the room that made it, for as long as the contact is open: Ledger.ByKey finds it. It is an opaque id such as
	// "chat/7f3a...", never an address.
	Key string `json:"key,omitempty"`
	// Attributes are small words for reports, such as {"language":"nn"}; those given replace those known by the same name.
	Attributes map[string]string `json:"attributes,omitempty"`
}
