package phone

import "sentral/internal/centre"

// The kinds of people in a call.
const (
	theCustomer = "customer"
	theAgent    = "agent"
	anAdviser   = "adviser"
	anOutsider  = "outside"
	aLeader     = "leader"
)

// The ways in which a leader is in a call.
const (
	modeListen  = "listen"
	modeWhisper = "whisper"
	modeBarge   = "barge"
)

// person is one who is in a call, or being rung for it.
type person struct {
	id      int64 // counts within the call; 1 is the customer
	kind    string
	agent   centre.AgentID
	number  string
	mode    string // of a leader
	muted   bool
	ringing bool // not there yet
	lost    bool // the line is gone; it may come back
	holds   bool // has put us on hold
}

func (p *person) there() bool { return !p.ringing && !p.lost }

// scene is who is in a call and how they stand to one another. Who hears whom follows from it, and from nothing else.
type scene struct {
	people   []person
	held     bool // the agent has put the customer on hold
	private  bool // the agent speaks with an adviser or somebody outside, without the customer
	aside    bool // the agent speaks with the customer, while the adviser or whoever is outside waits; never together with private
	briefing bool // the agent is being told who calls
	next     int64
}

// add brings somebody in and returns the number by which they are known here.
func (s *scene) add(p person) int64 {
	s.next++
	p.id = s.next
	s.people = append(s.people, p)
	return p.id
}

func (s *scene) remove(id int64) {
	for i := range s.people {
		if s.people[i].id == id {
			s.people = append(s.people[:i:i], s.people[i+1:]...)
			return
		}
	}
}

// one finds the first of a kind; nil when there is none.
func (s *scene) one(kind string) *person {
	for i := range s.people {
		if s.people[i].kind == kind {
			return &s.people[i]
		}
	}
	return nil
}

func (s *scene) byID(id int64) *person {
	for i := range s.people {
		if s.people[i].id == id {
			return &s.people[i]
		}
	}
	return nil
}

// byAgent finds a colleague, whatever they are in the call; nil when they are not in it.
func (s *scene) byAgent(id centre.AgentID) *person {
	for i := range s.people {
		if p := &s.people[i]; p.agent == id && id != 0 {
			return p
		}
	}
	return nil
}

// apart tells whether the customer is kept apart from everybody: waits, is on hold, or the agent's line is gone.
func (s *scene) apart() bool {
	a, o := s.one(theAgent), s.one(anOutsider)
	switch {
	case s.held || s.private || s.briefing:
		return true
	case a != nil:
		return !a.there()
	}
	return o == nil || !o.there()
}

// music tells whether the customer hears music.
func (s *scene) music() bool { return s.apart() }

// third is whoever has been brought in: a colleague who advises, else somebody outside; nil when there is nobody.
func (s *scene) third() *person {
	if p := s.one(anAdviser); p != nil {
		return p
	}
	return s.one(anOutsider)
}

// swap lets the agent speak with the third and the customer wait, or the other way about.
func (s *scene) swap(withThird bool) { s.private, s.aside, s.held = withThird, !withThird, false }

// waitsAside tells whether somebody is the one who waits while the agent speaks with the customer.
func (s *scene) waitsAside(p *person) bool {
	return s.aside && p.there() && (p.kind == anAdviser || p.kind == anOutsider)
}

// hearing is one person's part in the mix.
type hearing struct {
	Mute, Deaf, Unrecorded bool
	Only                   []int64
}

// hearings says who hears whom, for everybody who is there. The customer kept apart is heard by nobody and hears nobody, since whoever speaks then speaks to
// others only; a leader who listens is heard by nobody, one who whispers by the agent alone.
func (s *scene) hearings() map[int64]hearing {
	out := map[int64]hearing{}
	apart := s.apart()
	var inside, leaders []int64 // those who speak together without the customer, and those who listen to them
	agent := int64(0)
	for _, p := range s.people {
		if !p.there() {
			continue
		}
		switch p.kind {
		case theAgent:
			agent = p.id
			inside = append(inside, p.id)
		case anAdviser, anOutsider:
			if !s.aside {
				inside = append(inside, p.id)
			}
		case aLeader:
			leaders = append(leaders, p.id)
		}
	}
	for _, p := range s.people {
		if !p.there() {
			continue
		}
		h := hearing{Mute: p.muted}
		switch p.kind {
		case theCustomer:
			h.Mute, h.Unrecorded = apart, apart
		case theAgent, anAdviser, anOutsider:
			if s.waitsAside(&p) {
				h.Mute, h.Deaf, h.Unrecorded = true, true, true
			} else if apart {
				h.Unrecorded = true
				h.Only = others(inside, p.id, leaders)
				if len(others(inside, p.id, nil)) == 0 || s.briefing {
					h.Mute, h.Only = true, nil
				}
			}
		case aLeader:
			h.Unrecorded = true
			switch {
			case p.mode == modeBarge && !apart:
				h.Unrecorded = false
			case p.mode == modeBarge:
				h.Only = others(inside, p.id, leaders)
			case p.mode == modeWhisper && agent != 0:
				h.Only = []int64{agent}
			default:
				h.Mute = true
			}
			if len(h.Only) == 0 && p.mode != modeBarge {
				h.Mute = true
			}
		}
		out[p.id] = h
	}
	return out
}

func others(list []int64, not int64, more []int64) (out []int64) {
	for _, l := range [2][]int64{list, more} {
		for _, id := range l {
			if id != not {
				out = append(out, id)
			}
		}
	}
	return out
}
