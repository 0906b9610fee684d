package phone

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/ivr"
)

// briefLimit is how long the words to the agent may keep the customer waiting.
const briefLimit = 2 * time.Second

// closeLimit is how long a call may stand with nothing going on.
const closeLimit = 30 * time.Second

// connect is an agent taking the call: told who calls, then both hear one another.
func (m *machine) connect(agent centre.AgentID) {
	fresh := m.row.Connected == 0
	if a := m.scene.one(theAgent); a != nil && a.agent == agent {
		return
	}
	if m.stage == waiting && fresh && m.queued != 0 {
		m.waitMS = int64(m.at.Sub(m.queued) / time.Millisecond)
	}
	forAdvice := m.scene.one(anAdviser) != nil && m.scene.byAgent(agent) != nil
	m.silence()
	m.endWhisper()
	m.letGo()
	m.ringing, m.listen, m.row.Agent = 0, 0, agent
	m.do(wake{keyTimer, 0}, wake{announceTimer, 0})
	m.scene.add(person{kind: theAgent, agent: agent})
	if m.stage == ringingOut { // a call out: the customer is being rung meanwhile
		m.do(mix{}, show{})
		return
	}
	m.tellRun(ivr.Answered())
	m.become(talking)
	if m.row.Connected == 0 {
		m.row.Connected = m.at
	}
	if words := m.briefing(); words != "" && !forAdvice && m.row.Direction != "out" && m.briefsAfter(agent) {
		m.scene.briefing = true
		m.speak(say{text: words, language: m.row.Language, toAgent: true}, false)
		m.do(wake{briefTimer, briefLimit})
	}
	m.do(mix{}, tell{what: tellRow}, show{})
	if !m.scene.briefing {
		m.meet()
	}
}

// meet lets customer and agent hear one another, and begins to record if there is a ground for it.
func (m *machine) meet() {
	m.scene.briefing = false
	m.do(wake{briefTimer, 0}, mix{}, show{})
	if m.stage == talking && m.allowed != nil && m.recording.State == "none" {
		m.do(record{"begin"})
	}
}

func (m *machine) recorded(e recorded) {
	if e.err == nil {
		m.recording = RecordingState{State: "on", Basis: m.allowed.Basis, ID: e.id}
	}
	m.do(show{})
}

// advise is somebody joining whom the agent asked. The customer hears music meanwhile.
func (m *machine) advise(agent centre.AgentID) {
	p := m.scene.byAgent(agent)
	if p == nil {
		m.scene.add(person{kind: anAdviser, agent: agent})
	} else {
		p.kind, p.ringing = anAdviser, false
	}
	m.scene.swap(true)
	m.do(mix{}, tell{what: tellRow}, show{})
}

func (m *machine) adviceOver() {
	p := m.scene.one(anAdviser)
	if p == nil {
		return
	}
	m.scene.remove(p.id)
	m.together()
}

// together ends the privacy of those who no longer have anybody to be private with.
func (m *machine) together() {
	if m.scene.third() == nil {
		m.scene.private, m.scene.aside = false, false
	}
	m.do(mix{}, show{})
}

// talkOver is the agent having ended the conversation; the customer may still be there.
func (m *machine) talkOver() {
	if m.stage != talking && m.stage != ringingOut {
		return
	}
	m.finished = true
	m.do(record{"end"})
	out := m.scene.one(anOutsider)
	if out != nil && out.there() && m.complete == out.id && m.customer {
		m.become(forwarded)
		m.letGo()
		m.do(mix{}, show{}, tell{what: tellRow})
		return
	}
	m.letGo()
	if m.stage == ringingOut || !m.customer || m.run == nil {
		m.close("agent_hung_up")
		return
	}
	m.become(following)
	m.silence()
	m.do(mix{}, show{}, wake{closeTimer, closeLimit})
	m.tellRun(ivr.Talked())
}

// line takes that an agent's line has gone or come back.
func (m *machine) line(e line) {
	p := m.scene.byAgent(e.agent)
	if p == nil || p.ringing {
		m.do(show{})
		return
	}
	p.lost = !e.up
	if e.refused && p.kind == theAgent {
		m.lineGone()
		return
	}
	switch {
	case p.kind != theAgent:
		if p.lost && p.kind == aLeader {
			m.scene.remove(p.id)
		}
	case p.lost && (m.complete != 0 || m.terms.lift): // a desk phone has handed the customer over, or is not lifted yet
	case p.lost:
		m.do(wake{lineTimer, m.terms.grace}, callDesk{p.agent})
	default:
		m.do(wake{lineTimer, 0})
		if m.terms.lift {
			m.terms.lift = false
			m.set()
		}
	}
	m.do(mix{}, show{})
}

// lineGone gives up an agent whose line has not come back: the customer waits at the head again.
func (m *machine) lineGone() {
	a := m.scene.one(theAgent)
	if a == nil || !a.lost {
		return
	}
	if m.terms.lift {
		m.trouble, m.outcome = "not_lifted", NotReached
	}
	if m.row.Direction == "out" {
		m.end("agent_lost", a.agent)
		return
	}
	m.do(tell{what: tellRequeue, agent: a.agent})
	words, language := ivr.Phrase("back").In(m.language())
	m.speak(say{text: words, language: language}, false)
}

// time takes that a timer has run out.
func (m *machine) time(t timer) {
	switch t {
	case keyTimer:
		switch {
		case m.listen == 0 || len(m.words) > 0:
		case m.redial != nil:
			m.claim(false)
		default:
			m.tellRun(ivr.Silence())
		}
	case announceTimer:
		if m.stage == waiting {
			m.do(look{queue: m.terms.queue})
		}
	case whisperTimer:
		m.whisperNow()
	case briefTimer:
		if m.scene.briefing {
			m.silence()
			m.meet()
		}
	case lineTimer:
		m.lineGone()
	case ringTimer:
		m.notAnswered()
	case closeTimer:
		if m.stage == following && m.listen == 0 && len(m.words) == 0 {
			m.close("talked")
		}
	}
}

// notAnswered gives up whoever is being rung.
func (m *machine) notAnswered() {
	for i := range m.scene.people {
		if p := &m.scene.people[i]; p.ringing && (p.kind == anOutsider || (p.kind == theCustomer && m.stage == ringingOut)) {
			m.do(hangUp{p.id})
			m.dialled(dialled{person: p.id, code: 408, cause: "no_answer"})
			return
		}
	}
}

// dialled takes what became of somebody who was rung.
func (m *machine) dialled(e dialled) {
	p := m.scene.byID(e.person)
	switch {
	case p == nil:
		if e.ok {
			m.do(hangUp{e.person}) // was given up meanwhile
		}
	case e.ringing:
		m.do(show{})
	case p.kind == theCustomer:
		m.customerRung(e)
	case e.ok:
		p.ringing = false
		m.do(wake{ringTimer, 0})
		m.outsideAnswered(p.id)
	default:
		m.do(wake{ringTimer, 0})
		m.scene.remove(p.id)
		m.trouble = e.cause
		m.outsideGone(p.id, false)
	}
}

func (m *machine) customerRung(e dialled) {
	m.do(wake{ringTimer, 0})
	if !e.ok {
		m.trouble = e.cause
		m.outcome = NotReached
		if e.cause == "not_allowed" || e.cause == "cap" {
			m.outcome = NotAllowed
		}
		if m.row.Direction == "callback" && !m.finished {
			m.finished = true
			m.do(tell{what: tellResult, agent: m.row.Agent, ok: false})
		}
		m.end(e.cause, m.row.Agent)
		return
	}
	m.row.Answered, m.customer = m.at, true
	m.caller().ringing = false
	if m.row.Direction == "callback" {
		m.become(waiting)
		m.do(mix{}, tell{what: tellResult, agent: m.row.Agent, ok: true}, show{})
		return
	}
	m.row.Connected = m.at
	m.become(talking)
	m.do(mix{}, tell{what: tellRow}, show{})
}

func (m *machine) outsideAnswered(id int64) {
	switch {
	case id == m.scriptOut:
		m.become(forwarded)
	case m.complete == id:
		m.leaveAlone()
		return
	default:
		m.scene.swap(true)
	}
	m.do(mix{}, tell{what: tellRow}, show{})
}

// leaveAlone ends the agent's part: the customer speaks with somebody outside.
func (m *machine) leaveAlone() {
	if a := m.scene.one(theAgent); a != nil {
		m.do(tell{what: tellEnd, agent: a.agent})
	}
	m.scene.private, m.scene.aside, m.scene.held = false, false, false
	m.do(mix{}, show{})
}

// outsideGone is somebody outside having hung up, or never answered.
func (m *machine) outsideGone(id int64, spoke bool) {
	switch {
	case id == m.scriptOut:
		m.scriptOut = 0
		if m.stage == forwarded && !spoke {
			m.become(inMenu) // else the call was led outside, and that is its outcome
		}
		m.do(mix{})
		m.tellRun(ivr.Dialled(spoke))
	case m.stage == forwarded:
		m.close("outside_hung_up")
	default:
		m.complete = 0
		if a := m.scene.one(theAgent); a != nil && a.lost { // handed over in vain by a desk phone that was put down since
			m.do(wake{lineTimer, m.terms.grace}, callDesk{a.agent})
		}
		m.together()
	}
}

// leg takes that somebody has hung up.
func (m *machine) leg(e gone) {
	p := m.scene.byID(e.person)
	if p == nil {
		return
	}
	if p.kind != theCustomer {
		m.scene.remove(p.id)
		m.outsideGone(p.id, true)
		return
	}
	m.customer = false
	m.end(e.cause, m.row.Agent)
}
