package phone

import (
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/media"
)

// How far the words to the agent at whom it rings have come. Empty is none.
const (
	whisperComing   = "coming"   // it rings first
	whisperSpeaking = "speaking" // the agent hears them: the desk's own ring is low meanwhile
	whisperSaid     = "said"
)

// ringAlone is how long it rings before the words come: one ring of the desk's.
const ringAlone = 1300 * time.Millisecond

// beginWhisper lets the agent at whom it begins to ring be told who calls.
func (m *machine) beginWhisper() {
	if m.terms.whisper == config.WhisperRinging && m.stage == waiting && m.briefing() != "" {
		m.whisper = whisperComing
		m.do(wake{whisperTimer, ringAlone})
	}
}

// whisperNow is the first ring being over.
func (m *machine) whisperNow() {
	if m.ringing != 0 && m.whisper == whisperComing {
		m.do(brief{agent: m.ringing, text: m.briefing(), language: m.row.Language})
	}
}

// briefed takes how far the words have come. What is said of somebody at whom it no longer rings changes nothing.
func (m *machine) briefed(e briefed) {
	if m.ringing != e.agent || m.whisper == "" {
		return
	}
	m.whisper = e.state
	if e.state != whisperSpeaking {
		m.do(unbrief{})
	}
	m.do(show{})
}

// endWhisper ends the words at once: somebody has answered, or it no longer rings there.
func (m *machine) endWhisper() {
	if m.whisper != "" {
		m.whisper = ""
		m.do(wake{whisperTimer, 0}, unbrief{})
	}
}

// briefsAfter tells whether the agent who answers is told between the answer and the customer: where the centre wants it so, and at a phone that had to be
// lifted first.
func (m *machine) briefsAfter(agent centre.AgentID) bool {
	switch m.terms.whisper {
	case config.WhisperAnswered:
		return true
	case config.WhisperRinging:
		return m.terms.lifted != nil && m.terms.lifted(agent)
	}
	return false
}

// briefing is what the agent is told before the customer is heard: brand, what the caller chose, the wait. Empty when agents are not told.
func (m *machine) briefing() string {
	text, language := ivr.Text(m.terms.brief).In(m.row.Language)
	if text == "" {
		return ""
	}
	waited := time.Duration(m.waitMS) * time.Millisecond
	if m.stage == waiting {
		waited = m.waited()
	}
	queue := m.terms.queueNames[m.row.Queue]
	return strings.NewReplacer("{{brand}}", m.terms.brand, "{{queue}}", queue, "{{reason}}", orElse(strings.Join(m.chosen(language), ", "), queue),
		"{{wait}}", ivr.Minutes(waited, language)).Replace(text)
}

// chosen are the names of what the caller chose in the menus.
func (m *machine) chosen(language string) []string {
	out := []string{}
	for _, t := range m.reason {
		if words, _ := t.In(language); words != "" {
			out = append(out, words)
		}
	}
	return out
}

// brief plays the words to the agent alone, and tells the machine when they begin and when they are over.
func (c *call) brief(d brief) {
	go func() {
		clip, err := c.room.Voice.Prompt(c.room.ctx, "", d.text, d.language)
		c.post(func() {
			if c.m.ringing != d.agent || c.m.whisper != whisperComing {
				return // answered meanwhile, or it rings elsewhere
			}
			if err != nil {
				c.room.Log.Debug("an agent hears a tone for words", "call", c.id, "error", err)
			}
			state := ""
			if clip != nil && clip.Duration() > 0 && c.sound.brief(d.agent, c.room.legOf(d.agent), clip) {
				state = whisperSpeaking
			}
			c.hear(briefed{agent: d.agent, state: state})
		})
	}()
}

// earpiece is the way to somebody's ear alone: a line that is open although nobody speaks on it. It says nothing, so that the leg does not count as being in
// a room, and gives way to a room that the leg is in.
type earpiece struct{ quietLeg }

// quietLeg is a leg that tells whether a room pulls it.
type quietLeg interface {
	media.Leg
	InRoom() bool
}

func (e earpiece) Pull(*media.Frame) bool { return false }

// Push implements media.Leg.
func (e earpiece) Push(f *media.Frame) {
	if !e.InRoom() {
		e.quietLeg.Push(f)
	}
}

// brief plays a clip into the ear of somebody who is not in the call; false when there is no way to it.
func (s *sound) brief(agent centre.AgentID, leg media.Leg, clip *media.Clip) bool {
	quiet, ok := leg.(quietLeg)
	if !ok || s.room == nil || quiet.InRoom() {
		return false
	}
	s.unbrief()
	s.ear = s.room.Add(earpiece{quiet}, media.Role{Side: media.Agent, Mute: true, Unrecorded: true})
	s.whisper = s.room.Play(clip.Source(), media.Play{Only: []*media.Member{s.ear}, Unrecorded: true, Done: func() { s.call.tell(briefed{agent: agent, state: whisperSaid}) }})
	return true
}

func (s *sound) unbrief() {
	if s.whisper != nil {
		s.whisper.Stop()
		s.ear.Leave()
		s.whisper, s.ear = nil, nil
	}
}
