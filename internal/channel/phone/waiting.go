package phone

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
	"sentral/internal/telephony/ivr"
)

// firstAnnouncement is how soon after coming into the queue a caller is told the place.
const firstAnnouncement = 2 * time.Second

// announceLater plans the next announcement.
func (m *machine) announceLater() {
	if m.stage == waiting && m.terms.announce > 0 {
		m.do(wake{announceTimer, m.terms.announce})
	}
}

// told takes what became of something that was to go to disk.
func (m *machine) told(e told) {
	switch e.what {
	case tellArrive:
		m.arrived(e)
	case tellPromise:
		if m.promised = e.err == nil && !e.refused; m.promised && e.contact != 0 {
			m.row.Contact = e.contact
		}
		m.tellRun(ivr.CallbackPromised(m.promised))
	case tellLeave, tellEnd, tellRow:
		if m.closing {
			m.become(over)
			m.do(done{})
		}
	case tellResult, tellRequeue, tellSurvey:
	}
}

// arrived takes whether the queue took the caller in.
func (m *machine) arrived(e told) {
	switch {
	case e.ask:
		m.askForPlace()
	case e.refused:
		m.become(inMenu)
		m.do(mix{})
		m.tellRun(ivr.Refused(e.opens))
	case e.err != nil:
		m.row.Cause = "not_queued"
		m.close("not_queued")
	default:
		m.row.Contact = e.contact
		if e.found {
			m.tellCaller("place_found")
		}
		if m.terms.announce > 0 && m.stage == waiting {
			m.do(wake{announceTimer, firstAnnouncement})
		}
		m.do(show{})
	}
}

// claimPatience is how long a caller may think about whether a place is theirs.
const claimPatience = 4 * time.Second

// askForPlace asks a caller for whose number a place is kept to press a key for it: a number alone can be anybody's.
func (m *machine) askForPlace() {
	m.redial = &tell{what: tellArrive, queueing: m.asks}
	m.become(inMenu)
	m.listen = claimPatience
	m.do(mix{})
	m.tellCaller("place_kept")
}

// claim takes whether the place is the caller's, and lets them into the queue.
func (m *machine) claim(yes bool) {
	t := *m.redial
	m.redial, m.listen = nil, 0
	if t.claim = claimNo; yes {
		t.claim = claimYes
	}
	m.become(waiting)
	m.queued = m.at
	m.do(wake{keyTimer, 0}, mix{}, t, show{})
}

// tellCaller says one of the words that are no script's.
func (m *machine) tellCaller(phrase string) {
	words, language := ivr.Phrase(phrase).In(m.language())
	m.speak(say{text: words, language: language}, true)
}

// looked takes the caller's place: told, and perhaps a callback offered.
func (m *machine) looked(e looked) {
	if m.stage == inMenu {
		m.tellRun(ivr.Promisable(e.callback))
		return
	}
	if m.stage != waiting || m.ringing != 0 || m.run == nil || len(m.words) > 0 || m.listen > 0 {
		m.announceLater()
		return
	}
	if m.terms.offerAfter > 0 && e.callback && max(e.high, m.waited()) > m.terms.offerAfter && m.run.Phase() == ivr.Waiting {
		if list := m.run.Offer(m.terms.queue); len(list) > 0 {
			m.terms.offerAfter = 0 // once
			m.act(list)
			return
		}
	}
	position, low, high := e.position, e.low, e.high
	if !m.terms.tellPlace {
		position = 0
	}
	if !m.terms.tellWait {
		low, high = 0, 0
	}
	for _, t := range m.wait.Tell(position, low, high) {
		text, language := t.In(m.language())
		m.speak(say{text: text, language: language}, false)
	}
	m.announceLater()
}

func (m *machine) waited() time.Duration {
	if m.queued == 0 {
		return 0
	}
	return m.at.Sub(m.queued)
}

func (m *machine) language() string {
	if m.run != nil {
		return m.run.Language()
	}
	return m.row.Language
}

// decide takes what the engine has decided about the call's contact.
func (m *machine) decide(at centre.Instant, d *routing.Decision) {
	m.at = max(m.at, at)
	if m.stage == over || m.closing {
		return
	}
	switch d.Kind {
	case routing.Queued:
		if !d.Consult {
			m.waits(d)
		}
	case routing.TurnedAway:
		m.become(inMenu)
		m.do(mix{})
		m.tellRun(ivr.Refused(ivr.Moment{}))
	case routing.Offered:
		m.offered(d)
	case routing.OfferEnded:
		m.offerOver(d)
	case routing.Connected:
		if d.Consult {
			m.advise(d.Agent)
		} else {
			m.connect(d.Agent)
		}
	case routing.ConsultOver:
		m.adviceOver()
	case routing.WrapUpStarted:
		m.talkOver()
	case routing.PromiseRetry:
		m.finished = true
		m.close("not_reached")
	case routing.Closed:
		m.contactOver(d)
	}
}

// waits is the contact standing in a queue: at first, or again.
func (m *machine) waits(d *routing.Decision) {
	m.row.Queue = d.Queue
	m.endWhisper()
	m.ringing = 0
	again := m.stage == talking
	m.letGo()
	if m.stage != waiting && m.stage != ringingOut {
		m.become(waiting)
	}
	if m.stage == ringingOut { // a promise back in its place: nobody is rung any more
		return
	}
	if m.queued == 0 || again {
		m.queued = m.at
	}
	if again {
		m.announceLater()
	}
	m.do(mix{}, show{})
}

// letGo takes everybody of the centre out of the call.
func (m *machine) letGo() {
	for _, kind := range []string{theAgent, anAdviser, aLeader} {
		for p := m.scene.one(kind); p != nil; p = m.scene.one(kind) {
			m.scene.remove(p.id)
		}
	}
	for p := m.scene.one(anOutsider); p != nil && p.id != m.scriptOut && m.stage != forwarded; p = m.scene.one(anOutsider) {
		m.do(hangUp{p.id})
		m.scene.remove(p.id)
	}
	m.scene.held, m.scene.private, m.scene.aside, m.scene.briefing = false, false, false, false
	m.complete = 0
	m.do(wake{lineTimer, 0}, wake{briefTimer, 0})
}

func (m *machine) offered(d *routing.Decision) {
	if d.Consult {
		m.scene.add(person{kind: anAdviser, agent: d.Agent, ringing: true})
	} else {
		m.endWhisper()
		m.ringing = d.Agent
		m.beginWhisper()
	}
	m.do(show{})
}

func (m *machine) offerOver(d *routing.Decision) {
	if d.Consult {
		if p := m.scene.byAgent(d.Agent); p != nil && p.ringing && d.End != routing.OfferAccepted {
			m.scene.remove(p.id)
		}
	} else if m.ringing == d.Agent && d.End != routing.OfferAccepted {
		m.endWhisper()
		m.ringing = 0
	}
	m.do(show{})
}

// contactOver is the end of the contact in the engine while the call may still be there.
func (m *machine) contactOver(d *routing.Decision) {
	m.finished = true
	m.endWhisper()
	switch {
	case m.promised:
	case d.How == routing.Done:
		m.talkOver()
	case d.How == routing.HandedToSelf:
	case m.stage == waiting:
		words, language := ivr.Phrase("closed").In(m.language())
		m.silence()
		m.speak(say{text: words, language: language}, false)
		m.goodbye = ivr.EndClosed
	case m.stage == ringingOut:
		m.close("not_reached")
	}
}
