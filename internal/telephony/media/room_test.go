package media

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// party is a leg that says a tone and remembers what it hears.
type party struct {
	says  Source
	heard []int16
}

func (p *party) Pull(f *Frame) bool { return p.says != nil && p.says.Read(f) }
func (p *party) Push(f *Frame)      { p.heard = append(p.heard, f[:]...) }

// still is a room that no clock moves: the test does.
func still() *Room { return &Room{shard: &shard{}} }

func move(r *Room, ticks int) {
	var x mixer
	for range ticks {
		r.tick(&x)
	}
}

// voices are the tones of those who speak in the tests, chosen so that none is a multiple of another.
var voices = map[string]float64{"customer": 440, "agent": 1000, "leader": 620, "third": 1510, "music": 310, "prompt": 2050, "whisper": 2600}

// tones names the voices in what was heard, those with at least a twentieth of the energy.
func tones(heard []int16) string {
	var names []string
	for name, hz := range voices {
		if Heard(heard, hz) > 0.05 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// scene is a room with a customer, an agent, a leader and a third party, each with a tone.
type scene struct {
	room                           *Room
	legs                           map[string]*party
	customer, agent, leader, third *Member
	recording                      *memory
	recorder                       *Recorder
}

func newScene(t *testing.T) *scene {
	s := &scene{room: still(), legs: map[string]*party{}, recording: &memory{}}
	leg := func(name string) *party {
		s.legs[name] = &party{says: Tone(voices[name], -14)}
		return s.legs[name]
	}
	s.customer = s.room.Add(leg("customer"), Role{Side: Customer})
	s.agent = s.room.Add(leg("agent"), Role{Side: Agent})
	s.leader, s.third = &Member{leg: leg("leader")}, &Member{leg: leg("third")}
	s.recorder = NewRecorder(s.recording, RecorderOptions{})
	s.room.Record(s.recorder)
	t.Cleanup(func() { s.recorder.Close() })
	return s
}

func (s *scene) play(name string, how Play) *Playing {
	return s.room.Play(Tone(voices[name], -14), how)
}

func TestEachHearsWhatItMust(t *testing.T) {
	for _, c := range []struct {
		name  string
		begin func(*scene)
		hears map[string]string // by party; who is not named hears nothing
		left  string            // of the recording
		right string
	}{
		{"a plain call", func(*scene) {}, map[string]string{"customer": "agent", "agent": "customer"}, "customer", "agent"},
		{"hold", func(s *scene) {
			s.agent.Set(Role{Side: Agent, Mute: true, Deaf: true})
			s.play("music", Play{})
		}, map[string]string{"customer": "music"}, "customer", "music"},
		{"hold with music that is not recorded", func(s *scene) {
			s.agent.Set(Role{Side: Agent, Mute: true, Deaf: true})
			s.play("music", Play{Unrecorded: true})
		}, map[string]string{"customer": "music"}, "customer", ""},
		{"resume", func(s *scene) {
			s.agent.Set(Role{Side: Agent, Mute: true, Deaf: true})
			music := s.play("music", Play{})
			move(s.room, 10)
			s.agent.Set(Role{Side: Agent})
			music.Stop()
		}, map[string]string{"customer": "agent", "agent": "customer"}, "customer", "agent"},
		{"on hold with music of one's own: the others go on", func(s *scene) {
			third := s.third
			third.MoveTo(s.room, Role{Mute: true, Deaf: true})
			s.play("music", Play{Only: []*Member{third}})
		}, map[string]string{"customer": "agent", "agent": "customer", "third": "music"}, "customer", "agent"},
		{"mute", func(s *scene) { s.agent.Set(Role{Side: Agent, Mute: true}) }, map[string]string{"agent": "customer"}, "customer", ""},
		{"listen", func(s *scene) { s.leader.MoveTo(s.room, Role{Mute: true}) },
			map[string]string{"customer": "agent", "agent": "customer", "leader": "agent customer"}, "customer", "agent"},
		{"whisper", func(s *scene) { s.leader.MoveTo(s.room, Role{Only: []*Member{s.agent}}) },
			map[string]string{"customer": "agent", "agent": "customer leader", "leader": "agent customer"}, "customer", "agent"},
		{"barge", func(s *scene) { s.leader.MoveTo(s.room, Role{}) },
			map[string]string{"customer": "agent leader", "agent": "customer leader", "leader": "agent customer"}, "customer", "agent leader"},
		{"conference", func(s *scene) { s.leader.MoveTo(s.room, Role{}); s.third.MoveTo(s.room, Role{}) },
			map[string]string{"customer": "agent leader third", "agent": "customer leader third", "leader": "agent customer third", "third": "agent customer leader"},
			"customer", "agent leader third"},
		{"conference with a whisper", func(s *scene) {
			s.third.MoveTo(s.room, Role{})
			s.leader.MoveTo(s.room, Role{Only: []*Member{s.agent}})
		}, map[string]string{"customer": "agent third", "agent": "customer leader third", "leader": "agent customer third", "third": "agent customer"},
			"customer", "agent third"},
		{"who the call is about, told to the agent", func(s *scene) { s.play("whisper", Play{Only: []*Member{s.agent}}) },
			map[string]string{"customer": "agent", "agent": "customer whisper"}, "customer", "agent"},
		{"a notice to all", func(s *scene) { s.play("prompt", Play{}) },
			map[string]string{"customer": "agent prompt", "agent": "customer prompt"}, "customer", "agent prompt"},
		{"a prompt over music", func(s *scene) {
			s.agent.Leave()
			s.play("music", Play{})
			s.play("prompt", Play{DuckDB: 30})
			move(s.room, duckSteps+1) // the music goes down in a tenth of a second
		}, map[string]string{"customer": "prompt"}, "customer", "music prompt"},
		{"consult", func(s *scene) { // the customer on music, agent and third elsewhere
			apart := still()
			s.agent.MoveTo(apart, Role{Side: Agent})
			s.third.MoveTo(apart, Role{})
			s.play("music", Play{})
			move(s.room, 1)
			move(apart, 50)
		}, map[string]string{"customer": "music", "agent": "third", "third": "agent"}, "customer", "music"},
		{"transfer with words, completed", func(s *scene) {
			apart := still()
			s.third.MoveTo(apart, Role{})
			s.agent.MoveTo(apart, Role{Side: Agent})
			move(apart, 5)
			s.agent.Leave()
			s.third.MoveTo(s.room, Role{})
			apart.Close()
		}, map[string]string{"customer": "third", "third": "customer"}, "customer", "third"},
		{"who says nothing to be kept", func(s *scene) { s.third.MoveTo(s.room, Role{Unrecorded: true}) },
			map[string]string{"customer": "agent third", "agent": "customer third", "third": "agent customer"}, "customer", "agent"},
		{"a recording that is paused", func(s *scene) { s.recorder.Pause() },
			map[string]string{"customer": "agent", "agent": "customer"}, "", ""},
		{"alone", func(s *scene) { s.agent.Leave() }, nil, "customer", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			c.begin(s)
			before := s.recorder.frames.Load() + uint64(s.waiting())
			for _, p := range s.legs {
				if c.name != "consult" {
					p.heard = nil
				}
			}
			move(s.room, 50)
			for name, p := range s.legs {
				if got := tones(p.heard); got != c.hears[name] {
					t.Errorf("the %s hears %q, want %q", name, got, c.hears[name])
				}
			}
			if err := s.recorder.Close(); err != nil {
				t.Fatal(err)
			}
			left, right := s.recording.sides(t)
			if got := tones(left[before*FrameSamples:]); got != c.left {
				t.Errorf("the recording's left is %q, want %q", got, c.left)
			}
			if got := tones(right[before*FrameSamples:]); got != c.right {
				t.Errorf("the recording's right is %q, want %q", got, c.right)
			}
		})
	}
}

// waiting is how many frames the recorder holds and has not passed on.
func (s *scene) waiting() int {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	if s.recorder.now == nil {
		return 0
	}
	return s.recorder.now.frames
}

func TestACrowdIsSaturatedNotWrapped(t *testing.T) {
	r := still()
	var ear *party
	for i := range 10 {
		p := &party{says: Tone(400, 0)}
		if i == 0 {
			ear = p
		}
		r.Add(p, Role{})
	}
	move(r, 50)
	peak, turns := int16(0), 0
	for i, v := range ear.heard {
		peak = max(peak, v)
		if i > 0 && (v > 0) != (ear.heard[i-1] > 0) {
			turns++
		}
	}
	if peak != 32767 || turns < 798 || turns > 802 { // 400 Hz crosses zero 800 times in a second
		t.Errorf("peak %d, %d crossings of zero", peak, turns)
	}
}

func TestASoundEndsOnceAndIsTold(t *testing.T) {
	r := still()
	ear := &party{}
	r.Add(ear, Role{})
	clip := NewClip(make([]int16, 5*FrameSamples+7))
	told := make(chan string, 10)
	r.Play(clip.Source(), Play{Done: func() { told <- "ended" }})
	r.Play(clip.Source(), Play{Done: func() { told <- "stopped" }}).Stop()
	again := r.Play(clip.Source(), Play{Loop: true, Done: func() { told <- "looped" }})
	move(r, 6)
	if len(r.playing) != 2 {
		t.Errorf("%d sounds are played after 6 ticks, want the one that ends with the next and the one that loops", len(r.playing))
	}
	move(r, 30)
	if got := <-told; got != "ended" {
		t.Errorf("%q was told", got)
	}
	if len(r.playing) != 1 || again.ended {
		t.Error("the sound that loops has ended")
	}
	again.Stop()
	again.Stop()
	move(r, 1)
	if len(r.playing) != 0 || len(told) > 0 {
		t.Errorf("%d sounds are left, %d more were told", len(r.playing), len(told))
	}
}

func TestADuckedSoundGoesAndComesBackWithoutAStep(t *testing.T) {
	r := still()
	ear := &party{}
	r.Add(ear, Role{})
	loud := make([]int16, Rate)
	for i := range loud {
		loud[i] = 10000
	}
	r.Play(NewClip(loud).Looped(), Play{})
	move(r, 5)
	p := r.Play(NewClip(make([]int16, 20*FrameSamples)).Source(), Play{DuckDB: 20})
	move(r, 10)
	if low := ear.heard[len(ear.heard)-1]; low < 995 || low > 1005 {
		t.Errorf("20 dB below 10000 is %d", low)
	}
	move(r, 25)
	if !p.ended || len(r.playing) != 1 || ear.heard[len(ear.heard)-1] != 10000 {
		t.Error("the sound did not come back")
	}
	for i := 1; i < len(ear.heard); i++ {
		if step := ear.heard[i] - ear.heard[i-1]; step < -20 || step > 20 {
			t.Fatalf("a step of %d at sample %d", step, i)
		}
	}
}

func TestMembersMoveWhileTheClockRuns(t *testing.T) {
	clock := NewClock(2)
	defer clock.Close()
	a, b := clock.NewRoom(), clock.NewRoom()
	var members []*Member
	for range 6 {
		members = append(members, a.Add(&party{says: Tone(500, -20)}, Role{}))
	}
	done := make(chan struct{})
	for i, m := range members {
		go func() {
			defer func() { done <- struct{}{} }()
			for n := range 300 {
				switch (n + i) % 4 {
				case 0:
					m.MoveTo(b, Role{Only: members[:2]})
				case 1:
					m.Set(Role{Mute: true})
				case 2:
					m.Leave()
				default:
					m.MoveTo(a, Role{})
				}
			}
		}()
	}
	for range members {
		<-done
	}
	a.Close()
	b.Close()
	for _, m := range members {
		if m.room != nil {
			t.Error("a member of a closed room")
		}
	}
	if s := clock.Stats(); s.Rooms != 0 || s.Faults != 0 {
		t.Errorf("%+v", s)
	}
}

type broken struct{}

func (broken) Pull(*Frame) bool { panic("a leg of ours is broken") }
func (broken) Push(*Frame)      {}

func TestAPanicEndsItsRoomAlone(t *testing.T) {
	clock := NewClock(1)
	defer clock.Close()
	bad, good := clock.NewRoom(), clock.NewRoom()
	ear := make(chan struct{}, 1000)
	good.Add(waker(ear), Role{})
	bad.Add(broken{}, Role{})
	for deadline := time.After(5 * time.Second); clock.Stats().Faults == 0; {
		select {
		case <-ear:
		case <-deadline:
			t.Fatal("no fault was counted")
		}
	}
	for len(ear) > 0 {
		<-ear
	}
	<-ear // the other room goes on
	if s := clock.Stats(); s.Rooms != 1 || !strings.Contains(s.LastFault, "broken") {
		t.Errorf("%d rooms, fault %q", s.Rooms, s.LastFault)
	}
	bad.Close()
	good.Play(NewClip(make([]int16, 10)).Source(), Play{Done: func() { panic("whoever waits for the end is broken") }})
	for clock.Stats().Faults < 2 {
		<-ear
	}
}

// waker tells each push.
type waker chan struct{}

func (w waker) Pull(*Frame) bool { return false }
func (w waker) Push(*Frame) {
	select {
	case w <- struct{}{}:
	default:
	}
}

func TestATickAllocatesNothing(t *testing.T) {
	if racing {
		t.Skip("the race detector allocates")
	}
	a, b := pair(t, Session{Codec: PCMA, DTMFType: 101})
	encrypted, other := pair(t, Session{Codec: PCMU, SRTP: &SRTPKeys{AESCM128HMACSHA1_80, AESCM128HMACSHA1_80.NewKey(), AESCM128HMACSHA1_80.NewKey()}})
	r, far := still(), still()
	for i, l := range []Leg{a, encrypted} {
		r.Add(l, Role{Side: Side(1 + i)})
	}
	r.Add(&nobody{}, Role{Mute: true})
	for _, l := range []Leg{b, other} {
		far.Add(l, Role{Mute: true})
		far.Play(Tone(400, -10), Play{})
	}
	rec := NewRecorder(&memory{}, RecorderOptions{})
	defer rec.Close()
	r.Record(rec)
	r.Play(Tone(300, -20), Play{DuckDB: 6})
	var x mixer
	step := func() {
		far.tick(&x)
		r.tick(&x)
	}
	for range 200 {
		step()
	}
	if n := testing.AllocsPerRun(500, step); n > 0 {
		t.Errorf("%.2f allocations in a tick", n)
	}
	if s := a.Stats(); s.Received < 600 || s.Lost > 0 {
		t.Errorf("%+v", s)
	}
}

type nobody struct{ n int }

func (l *nobody) Pull(*Frame) bool { return false }
func (l *nobody) Push(*Frame)      { l.n++ }

func ExampleRoom() {
	room := still()
	customer, agent := &party{says: Tone(440, -10)}, &party{says: Tone(1000, -10)}
	room.Add(customer, Role{Side: Customer})
	held := room.Add(agent, Role{Side: Agent})
	held.Set(Role{Side: Agent, Mute: true, Deaf: true})
	room.Play(Tone(310, -10), Play{})
	move(room, 50)
	fmt.Printf("customer: %s, agent: %q\n", tones(customer.heard), tones(agent.heard))
	// Output: customer: music, agent: ""
}
