package webhook

import (
	"encoding/json"
	"fmt"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
)

// The kinds of event that a subscriber is told. Of every contact there is first one contact.arrived, or one contact.placed when an agent began it by calling a
// customer, and in the end exactly one of contact.ended and contact.abandoned, when it has left the centre for good; contact.answered comes each time an
// agent takes up what came in or was handed over.
const (
	contactArrived   = "contact.arrived"
	contactPlaced    = "contact.placed"
	contactOffered   = "contact.offered"
	contactAnswered  = "contact.answered"
	contactWrappedUp = "contact.wrapped_up"
	contactEnded     = "contact.ended"
	contactAbandoned = "contact.abandoned"
	surveyAnswered   = "survey.answered"
	agentChanged     = "agent.changed"
)

var kinds = []string{contactArrived, contactPlaced, contactOffered, contactAnswered, contactEnded, contactAbandoned, contactWrappedUp, surveyAnswered, agentChanged}

// factAnswered is the log's word for a survey answer.
const factAnswered = "survey_answer"

// notice is the body of a delivery: ids and numbers. Its id is the same however often and by whichever node it is sent.
type notice struct {
	ID      string           `json:"id"`
	Kind    string           `json:"kind"`
	Seq     int64            `json:"seq"`
	At      centre.Instant   `json:"at_ms"`
	Contact centre.ContactID `json:"contact_id,omitempty"`
	Agent   centre.AgentID   `json:"agent_id,omitempty"`
	Queue   centre.QueueID   `json:"queue_id,omitempty"`
	Offer   centre.OfferID   `json:"offer_id,omitempty"`
	Channel string           `json:"channel,omitempty"`
	Until   centre.Instant   `json:"until_ms,omitempty"`
	Reason  centre.ReasonID  `json:"reason_id,omitempty"`
	Outcome string           `json:"outcome,omitempty"`
	How     string           `json:"how,omitempty"`
	Status  string           `json:"status,omitempty"`
	State   string           `json:"state,omitempty"`
	Pause   centre.PauseID   `json:"pause_id,omitempty"`
	*answer
}

// answer is what a survey answer adds.
type answer struct {
	Brand   centre.BrandID   `json:"brand_id,omitempty"`
	Team    centre.TeamID    `json:"team_id,omitempty"`
	Partner centre.PartnerID `json:"partner_id,omitempty"`
	OKS     int              `json:"oks"`
	Solved  string           `json:"solved"`
}

// noticesOf is what an entry of the log means to subscribers, in order. The same entry gives the same notices for ever.
func noticesOf(e *journal.Entry) []notice {
	var out []notice
	add := func(n notice) {
		n.ID, n.Seq, n.At = fmt.Sprintf("%d-%d", e.Seq, len(out)), e.Seq, e.At
		out = append(out, n)
	}
	switch e.Kind {
	case factAnswered:
		var a struct {
			Queue   centre.QueueID   `json:"queue"`
			Brand   centre.BrandID   `json:"brand"`
			Team    centre.TeamID    `json:"team"`
			Partner centre.PartnerID `json:"partner"`
			OKS     int              `json:"oks"`
			Solved  string           `json:"solved"`
		}
		if json.Unmarshal(e.Payload, &a) == nil { // else it is no survey answer that this program wrote
			add(notice{Kind: surveyAnswered, Contact: e.Contact, Queue: a.Queue, answer: &answer{Brand: a.Brand, Team: a.Team, Partner: a.Partner, OKS: a.OKS, Solved: a.Solved}})
		}
	case journal.Step:
		if arrived(e) {
			add(notice{Kind: contactArrived, Contact: e.Event.Contact, Queue: e.Event.Queue, Channel: e.Event.Channel.String()})
		}
		for i := range e.Decisions {
			n, ok := noticeOf(&e.Decisions[i])
			if e.Event.Kind == routing.Placed && n.Kind == contactAnswered && n.Contact == e.Event.Contact { // nobody has answered anything: the agent rings
				n.Kind, n.Queue, n.Channel = contactPlaced, e.Event.Queue, e.Event.Channel.String()
			}
			if ok {
				add(n)
			}
		}
	}
	return out
}

// arrived tells whether the entry took a contact in.
func arrived(e *journal.Entry) bool {
	if e.Event.Kind != routing.Arrived {
		return false
	}
	for i := range e.Decisions {
		if k := e.Decisions[i].Kind; k == routing.Refused || k == routing.TurnedAway {
			return false
		}
	}
	return true
}

// noticeOf is what one decision means to subscribers, if anything. An adviser's part in a contact is the desk's own business.
func noticeOf(d *routing.Decision) (notice, bool) {
	if d.Consult {
		return notice{}, false
	}
	switch d.Kind {
	case routing.Offered:
		return notice{Kind: contactOffered, Contact: d.Contact, Agent: d.Agent, Offer: d.Offer, Until: d.Until}, true
	case routing.Connected:
		return notice{Kind: contactAnswered, Contact: d.Contact, Agent: d.Agent}, true
	case routing.WrapUpOver:
		return notice{Kind: contactWrappedUp, Contact: d.Contact, Agent: d.Agent, Reason: d.Reason, Outcome: d.Outcome.String()}, true
	case routing.Closed:
		if d.How == routing.AbandonedQueue || d.How == routing.AbandonedOffer {
			return notice{Kind: contactAbandoned, Contact: d.Contact, How: d.How.String()}, true
		}
		return notice{Kind: contactEnded, Contact: d.Contact, How: d.How.String()}, true
	case routing.AgentChanged:
		return notice{Kind: agentChanged, Agent: d.Agent, Status: d.Status.String(), State: d.State.String(), Pause: d.Pause}, true
	}
	return notice{}, false
}
