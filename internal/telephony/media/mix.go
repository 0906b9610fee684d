package media

import "slices"

// mixer is the working space of a shard, so that rooms need none of their own.
type mixer struct {
	voices  []voice
	total   [FrameSamples]int32 // all open voices
	sum     [FrameSamples]int32 // what one member hears
	left    [FrameSamples]int32
	right   [FrameSamples]int32
	out     Frame
	outLeft Frame
}

// voice is somebody or something that is heard in this tick.
type voice struct {
	frame   *Frame
	member  *Member   // nil when it is a sound
	playing *Playing  // nil when it is a member
	only    []*Member // who hears it; empty is everybody else
}

// tick moves a frame through the room: everybody is pulled, and everybody is pushed the sum of what they may hear.
func (r *Room) tick(x *mixer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	open, ducking := r.listen(x)
	if !ducking && open > 2 {
		clear(x.total[:])
		for i := range x.voices {
			if v := &x.voices[i]; len(v.only) == 0 {
				add(&x.total, v.frame)
			}
		}
	}
	for _, m := range r.members {
		switch {
		case m.role.Deaf:
			m.leg.Push(x.playedTo(m))
		case ducking:
			m.leg.Push(x.ducked(m))
		default:
			m.leg.Push(x.heardBy(m, open))
		}
	}
	if r.recorder != nil {
		x.record(r.recorder)
	}
}

// listen gathers the voices of this tick, counts those that everybody hears, and says whether one of the sounds makes others quieter.
func (r *Room) listen(x *mixer) (open int, ducking bool) {
	x.voices = x.voices[:0]
	for _, m := range r.members {
		m.have = m.leg.Pull(&m.in)
		if m.have && !m.role.Mute {
			x.voices = append(x.voices, voice{frame: &m.in, member: m, only: m.role.Only})
		}
	}
	over := false
	for _, p := range r.playing {
		if !p.read() {
			over = true
			continue
		}
		frame := &p.in
		if !p.have {
			frame = &silence // it only brings back what it had ducked
		}
		x.voices = append(x.voices, voice{frame: frame, playing: p, only: p.how.Only})
		ducking = ducking || p.ducked != fullGain || p.from != fullGain
	}
	if over {
		r.playing = slices.DeleteFunc(r.playing, func(p *Playing) bool { return p.ended && p.ducked == fullGain && p.from == fullGain })
	}
	for i := range x.voices {
		if len(x.voices[i].only) == 0 {
			open++
		}
	}
	return open, ducking
}

// hears says whether the member hears the voice.
func (v *voice) hears(m *Member) bool {
	return v.member != m && (len(v.only) == 0 || slices.Contains(v.only, m))
}

// playedTo is what a deaf member hears: the sounds that are meant for it, such as the music of those on hold, and nobody's voice.
func (x *mixer) playedTo(m *Member) *Frame {
	first := &silence
	n := 0
	for i := range x.voices {
		v := &x.voices[i]
		if v.playing == nil || !slices.Contains(v.only, m) {
			continue
		}
		if n++; n == 1 {
			first = v.frame
			continue
		}
		if n == 2 {
			clear(x.sum[:])
			add(&x.sum, first)
		}
		add(&x.sum, v.frame)
	}
	if n > 1 {
		return x.settle()
	}
	return first
}

// heardBy is what the member hears when nothing is ducked. One voice is handed on as it is; a crowd is the total without the member's own voice.
func (x *mixer) heardBy(m *Member, open int) *Frame {
	if open > 2 {
		x.sum = x.total
		for i := range x.voices {
			v := &x.voices[i]
			switch {
			case len(v.only) == 0 && v.member == m:
				for k, s := range v.frame {
					x.sum[k] -= int32(s)
				}
			case len(v.only) > 0 && v.hears(m):
				add(&x.sum, v.frame)
			}
		}
		return x.settle()
	}
	var first *Frame
	n := 0
	for i := range x.voices {
		v := &x.voices[i]
		if !v.hears(m) {
			continue
		}
		switch n++; n {
		case 1:
			first = v.frame
		case 2:
			for k, s := range first {
				x.sum[k] = int32(s) + int32(v.frame[k])
			}
		default:
			add(&x.sum, v.frame)
		}
	}
	switch n {
	case 0:
		return &silence
	case 1:
		return first
	}
	return x.settle()
}

// ducked is what the member hears when a sound makes others quieter: each voice at the smallest gain that another sound it hears asks for, moving evenly
// from the frame's beginning to its end.
func (x *mixer) ducked(m *Member) *Frame {
	clear(x.sum[:])
	for i := range x.voices {
		v := &x.voices[i]
		if !v.hears(m) {
			continue
		}
		from, to := int32(fullGain), int32(fullGain)
		for j := range x.voices {
			if w := &x.voices[j]; i != j && w.playing != nil && w.hears(m) {
				from, to = min(from, w.playing.from), min(to, w.playing.ducked)
			}
		}
		if from == fullGain && to == fullGain {
			add(&x.sum, v.frame)
			continue
		}
		for k, s := range v.frame {
			gain := from + (to-from)*int32(k)/FrameSamples
			x.sum[k] += int32(s) * gain >> 15
		}
	}
	return x.settle()
}

// record hands the recorder the two sides of the conversation: no whispers, nobody muted, nothing that is not to be kept.
func (x *mixer) record(to *Recorder) {
	lefts, rights := 0, 0
	for i := range x.voices {
		v := &x.voices[i]
		if len(v.only) > 0 || v.member != nil && v.member.role.Unrecorded || v.playing != nil && v.playing.how.Unrecorded {
			continue
		}
		if v.member != nil && v.member.role.Side == Customer {
			addTo(&x.left, v.frame, lefts)
			lefts++
		} else {
			addTo(&x.right, v.frame, rights)
			rights++
		}
	}
	left, right := &silence, &silence
	if lefts > 0 {
		settle(&x.left, &x.outLeft)
		left = &x.outLeft
	}
	if rights > 0 {
		settle(&x.right, &x.out)
		right = &x.out
	}
	to.take(left, right)
}

// settle brings the sum into the outgoing frame.
func (x *mixer) settle() *Frame {
	settle(&x.sum, &x.out)
	return &x.out
}

func settle(sum *[FrameSamples]int32, out *Frame) {
	for k, v := range sum {
		out[k] = saturate(v)
	}
}

func add(sum *[FrameSamples]int32, f *Frame) {
	for k, v := range f {
		sum[k] += int32(v)
	}
}

// addTo is add, with the first frame replacing what was there before.
func addTo(sum *[FrameSamples]int32, f *Frame, before int) {
	if before > 0 {
		add(sum, f)
		return
	}
	for k, v := range f {
		sum[k] = int32(v)
	}
}
