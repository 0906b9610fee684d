package phone

import (
	"sentral/internal/telephony/media"
)

// sound is the room of a call and who is in it.
type sound struct {
	call    *call
	room    *media.Room
	members map[int64]*media.Member
	legs    map[int64]media.Leg
	music   *media.Playing
	aside   *media.Playing // the music of whoever waits aside
	asideOf int64
	ringing *media.Playing // what an agent hears while somebody is rung
	words   *media.Playing
	whisper *media.Playing // what the agent at whom it rings is told
	ear     *media.Member  // and where they hear it
}

// duckDB is how much quieter the music is under words.
const duckDB = 40

func newSound(c *call) *sound {
	return &sound{call: c, members: map[int64]*media.Member{}, legs: map[int64]media.Leg{}}
}

// follow brings everybody into the room who is there, takes out who is not, and gives each the part that the scene gives them.
func (s *sound) follow(sc *scene) {
	if s.room == nil {
		s.room = s.call.room.clock.NewRoom()
	}
	there := map[int64]bool{}
	var missing []*person
	for i := range sc.people {
		p := &sc.people[i]
		if !p.there() {
			continue
		}
		leg := s.call.legOf(p)
		if leg == nil {
			if p.agent != 0 {
				missing = append(missing, p)
			}
			continue
		}
		there[p.id] = true
		if s.legs[p.id] == leg {
			continue
		}
		s.leave(p.id)
		s.call.room.seat(p.agent, s.call)
		s.members[p.id] = s.room.Add(leg, media.Role{Side: sideOf(p.kind), Mute: true, Deaf: true})
		s.legs[p.id] = leg
	}
	for id := range s.members {
		if !there[id] {
			s.leave(id)
		}
	}
	for id, h := range sc.hearings() {
		if m := s.members[id]; m != nil {
			role := media.Role{Side: sideOf(sc.byID(id).kind), Mute: h.Mute, Deaf: h.Deaf, Unrecorded: h.Unrecorded}
			for _, to := range h.Only {
				if o := s.members[to]; o != nil {
					role.Only = append(role.Only, o)
				}
			}
			role.Mute = role.Mute || (len(h.Only) > 0 && len(role.Only) == 0)
			m.Set(role)
		}
	}
	s.play(sc)
	for _, p := range missing { // the line went while nobody looked
		s.call.hear(line{agent: p.agent})
	}
}

// play plays music to a customer kept apart, and the ringing to whoever has somebody rung.
func (s *sound) play(sc *scene) {
	customer := s.members[1]
	if on := customer != nil && sc.music() && s.call.m.stage != inMenu && s.call.m.stage != following; on != (s.music != nil) {
		if s.music != nil {
			s.music.Stop()
			s.music = nil
		} else {
			s.music = s.room.Play(s.call.room.music(), media.Play{Loop: true, Only: []*media.Member{customer}})
		}
	}
	s.playAside(sc)
	var hears []*media.Member
	for i := range sc.people {
		if p := &sc.people[i]; p.ringing && (p.kind == anOutsider || p.kind == theCustomer && s.call.m.stage == ringingOut) {
			for j := range sc.people {
				if q := &sc.people[j]; q.kind == theAgent && s.members[q.id] != nil {
					hears = append(hears, s.members[q.id])
				}
			}
			if p.id == s.call.m.scriptOut && customer != nil {
				hears = append(hears, customer)
			}
		}
	}
	if on := len(hears) > 0; on != (s.ringing != nil) {
		if s.ringing != nil {
			s.ringing.Stop()
			s.ringing = nil
		} else {
			s.ringing = s.room.Play(ringback.Looped(), media.Play{Loop: true, Only: hears})
		}
	}
}

// playAside plays music to whoever waits while the agent speaks with the customer.
func (s *sound) playAside(sc *scene) {
	var id int64
	if p := sc.third(); p != nil && sc.waitsAside(p) && s.members[p.id] != nil {
		id = p.id
	}
	if s.aside != nil && id != s.asideOf {
		s.aside.Stop()
		s.aside = nil
	}
	if id != 0 && s.aside == nil {
		s.aside, s.asideOf = s.room.Play(s.call.room.music(), media.Play{Loop: true, Only: []*media.Member{s.members[id]}}), id
	}
}

func sideOf(kind string) media.Side {
	switch kind {
	case theCustomer:
		return media.Customer
	case theAgent:
		return media.Agent
	}
	return media.Other
}

// say plays a clip to the customer, or to the agent alone; false when there is nobody to hear it.
func (s *sound) say(d say, clip *media.Clip) bool {
	to := s.members[1]
	if d.toAgent {
		to = nil
		if a := s.call.m.scene.one(theAgent); a != nil {
			to = s.members[a.id]
		}
	}
	if to == nil || s.room == nil {
		return false
	}
	id := d.id
	s.words = s.room.Play(clip.Source(), media.Play{Only: []*media.Member{to}, DuckDB: duckDB, Done: func() { s.call.tell(spoken{id}) }})
	return true
}

func (s *sound) hush() {
	if s.words != nil {
		s.words.Stop()
		s.words = nil
	}
}

// leave takes somebody out of the room.
func (s *sound) leave(id int64) {
	if m := s.members[id]; m != nil {
		m.Leave()
		delete(s.members, id)
		delete(s.legs, id)
		if id == 1 && s.music != nil {
			s.music.Stop()
			s.music = nil
		}
		if s.aside != nil && id == s.asideOf {
			s.aside.Stop()
			s.aside = nil
		}
	}
}

func (s *sound) close() {
	if s.room != nil {
		s.room.Close()
		s.room = nil
	}
}
