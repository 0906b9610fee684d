package phone

import "sentral/internal/centre"

// end ends a call: the engine is told what became of its contact in the transaction that closes the call's row.
func (m *machine) end(cause string, agent centre.AgentID) {
	if m.closing {
		return
	}
	m.settle(cause)
	switch {
	case m.row.Contact == 0 || m.finished || m.promised:
		m.do(tell{what: tellRow})
	case m.scene.one(theAgent) != nil || m.row.Direction == "out":
		m.do(tell{what: tellEnd, agent: agent})
	case m.row.Direction == "callback" && m.row.Connected == 0 && !m.customer && m.stage == ringingOut:
		m.do(tell{what: tellResult, agent: agent, ok: false}, tell{what: tellRow})
	default:
		m.do(tell{what: tellLeave})
	}
}

// close ends a call of our own accord.
func (m *machine) close(cause string) {
	if m.closing {
		return
	}
	m.end(cause, m.row.Agent)
}

// settle writes down how the call ended, once, and lets everybody go.
func (m *machine) settle(cause string) {
	m.closing, m.cause = true, cause
	m.row.Ended, m.row.Cause = m.at, cause
	m.row.Outcome = string(m.ending(cause))
	m.silence()
	m.endWhisper()
	m.do(record{"end"})
	for _, p := range m.scene.people {
		if p.kind == theCustomer || p.kind == anOutsider {
			m.do(hangUp{p.id})
		}
	}
}

// ending is the one outcome of the call.
func (m *machine) ending(cause string) Outcome {
	switch {
	case m.row.Connected != 0:
		return Answered
	case m.outcome != "":
		return m.outcome
	case m.promised:
		return CallbackPromised
	case m.stage == forwarded:
		return Forwarded
	case m.stage == ringingOut:
		return NotReached
	case m.stage == ringingIn:
		return Refused
	case cause == "closed":
		return WasClosed
	case m.linked || cause == "said":
		return SelfServed
	case m.stage == waiting && cause == "not_queued":
		return Broken
	case m.stage == waiting:
		return AbandonedQueue
	case m.stage == following:
		return Answered
	}
	return AbandonedMenu
}
