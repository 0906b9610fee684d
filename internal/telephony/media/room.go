package media

import (
	"math"
	"slices"
	"sync"
)

// Room is where parties hear one another: each member hears the sum of all others, within the roles. Everything that a call can do is one operation in a
// room: hold is an agent muted and deaf and a Playing of music; whisper is a leader with Only the agent; listen is a muted leader; barge is the zero role; a
// warm transfer moves members between rooms. Its methods may be called from any goroutine and never wait for sound.
type Room struct {
	shard *shard
	phase int

	mu       sync.Mutex // held during a tick, and shortly by the methods
	members  []*Member
	playing  []*Playing
	recorder *Recorder
	closed   bool
}

// Member is a leg in a room. A leg must be in one room only, as one member: two that pull halve its sound.
type Member struct {
	mu   sync.Mutex // orders moves; taken before the room's
	room *Room

	leg  Leg
	role Role  // of the room's lock, as are those below
	in   Frame // what it said in this tick
	have bool
}

// Add brings a leg into the room. In a closed room it is a member that hears and says nothing.
func (r *Room) Add(leg Leg, role Role) *Member {
	m := &Member{leg: leg}
	m.MoveTo(r, role)
	return m
}

// Set changes what the member may do.
func (m *Member) Set(role Role) {
	m.mu.Lock()
	defer m.mu.Unlock()
	role.Only = slices.Clone(role.Only)
	if m.room == nil {
		m.role = role
		return
	}
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	m.role = role
}

// Role is what the member may do now.
func (m *Member) Role() Role {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.role
}

// Leave takes the member out of its room. The leg stays open.
func (m *Member) Leave() { m.MoveTo(nil, Role{}) }

// MoveTo takes the member out of its room and into another with the role; it misses a frame at most. A nil room is none.
func (m *Member) MoveTo(r *Room, role Role) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.room
	if old != nil {
		old.mu.Lock()
		if at := slices.Index(old.members, m); at >= 0 {
			old.members = slices.Delete(old.members, at, at+1)
		}
		old.mu.Unlock()
	}
	m.room = nil
	role.Only = slices.Clone(role.Only)
	m.role, m.have = role, false
	if r == nil {
		return
	}
	if leg, ok := m.leg.(interface{ Restart() }); ok && old == nil { // what was said before it joins is not for those whom it joins
		leg.Restart()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		m.room = r
		r.members = append(r.members, m)
	}
}

// Record writes what is said in the room to the recorder from now on; nil ends it. The recorder stays its owner's to close.
func (r *Room) Record(rec *Recorder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recorder = rec
}

// Close takes everybody out and the room off its clock. Legs, sources and the recorder stay their owners'.
func (r *Room) Close() {
	r.shard.remove(r)
	r.mu.Lock()
	members := r.members
	r.members, r.playing, r.recorder, r.closed = nil, nil, nil, true
	r.mu.Unlock()
	for _, m := range members {
		m.mu.Lock()
		if m.room == r {
			m.room = nil
		}
		m.mu.Unlock()
	}
}

// Play says how a sound is played.
type Play struct {
	Loop       bool      // begin again at the end, when the source can: a Clip's can
	Only       []*Member // when not empty, is heard by these alone, and not recorded
	DuckDB     int       // how many dB quieter everything else becomes, while this plays, for those who hear it
	Unrecorded bool      // left out of the recording
	Done       func()    // called once when the source has ended by itself, in a goroutine of its own; not after Stop or the room's Close
}

// duckSteps is how many frames a ducked sound takes to go down, and to come back.
const duckSteps = 5

// Playing is a sound that is being played into a room.
type Playing struct {
	room   *Room
	source Source
	how    Play

	in       Frame
	have     bool
	ended    bool
	ducked   int32 // how loud everything else is at the end of this frame; fullGain is unchanged
	from     int32 // and at its beginning
	duckedTo int32 // when fully ducked
}

// fullGain is a factor of one in the fixed point of the mixer.
const fullGain = 1 << 15

// Play begins a sound. Several may play at once; all are heard.
func (r *Room) Play(s Source, how Play) *Playing {
	how.Only = slices.Clone(how.Only)
	p := &Playing{room: r, source: s, how: how, ducked: fullGain, from: fullGain, duckedTo: fullGain}
	if how.DuckDB > 0 {
		p.duckedTo = int32(fullGain * math.Pow(10, -float64(how.DuckDB)/20))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.playing = append(r.playing, p)
	}
	return p
}

// Stop ends the sound at once; what it had ducked comes back in 100 ms. It may be called again, and after the end.
func (p *Playing) Stop() {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.ended = true
}

// rewinder is a source that can begin again.
type rewinder interface{ Rewind() }

// read takes the next frame of the source and moves the ducking; false says that the playing is over and has left no trace.
func (p *Playing) read() bool {
	p.have = !p.ended && p.source.Read(&p.in)
	if !p.have && !p.ended && p.how.Loop {
		if s, ok := p.source.(rewinder); ok {
			s.Rewind()
			p.have = s.(Source).Read(&p.in)
		}
	}
	if !p.have && !p.ended {
		p.ended = true
		if p.how.Done != nil {
			go p.room.shard.faults.guard(p.how.Done)
		}
	}
	to := int32(fullGain)
	if p.have {
		to = p.duckedTo
	}
	p.from = p.ducked
	step := (fullGain-p.duckedTo)/duckSteps + 1
	p.ducked += min(max(to-p.ducked, -step), step)
	return p.have || p.from != fullGain || p.ducked != fullGain
}
