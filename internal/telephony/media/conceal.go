package media

// concealer fills what was lost: it repeats the last period of the voice, fading out within 70 ms, and blends back when sound returns (after the idea of
// ITU-T G.711 Appendix I, with a shorter history).
type concealer struct {
	past [2 * FrameSamples]int16 // the last 40 ms that were heard
	lag  int                     // the period that is repeated
	at   int                     // samples made up since the loss; 0 when nothing is lost
	some bool                    // something has been heard at all
}

const (
	shortestLag = 40  // 200 Hz
	longestLag  = 120 // 66 Hz
	fullFor     = 80  // samples at full strength before the fade
	fadeFor     = 480 // samples of the fade
	blendFor    = 40  // samples in which real sound replaces what was made up
)

// heard remembers a good frame, after blending its beginning with what was made up before it.
func (c *concealer) heard(f *Frame) {
	if c.at > 0 {
		if c.at < fullFor+fadeFor {
			for i := range int32(blendFor) {
				f[i] = int16((int32(f[i])*i + int32(c.next())*(blendFor-i)) / blendFor)
			}
		}
		c.at = 0
	}
	c.some = true
	copy(c.past[:FrameSamples], c.past[FrameSamples:])
	copy(c.past[FrameSamples:], f[:])
}

// fill makes up samples; false says that the fade has ended and there is only silence left.
func (c *concealer) fill(out []int16) bool {
	if c.at == 0 && c.some {
		c.lag = c.period()
	}
	if !c.some || c.at >= fullFor+fadeFor {
		return false
	}
	for i := range out {
		out[i] = c.next()
	}
	return true
}

func (c *concealer) next() int16 {
	v := int32(c.past[len(c.past)-c.lag+c.at%c.lag])
	if over := int32(c.at - fullFor); over > 0 {
		v = v * max(fadeFor-over, 0) / fadeFor
	}
	c.at++
	return int16(v)
}

// period finds the lag at which the last 20 ms resemble what was before them most.
func (c *concealer) period() int {
	now := c.past[FrameSamples:]
	best, lag := -1.0, longestLag
	for l := longestLag; l >= shortestLag; l-- {
		then := c.past[FrameSamples-l:]
		var dot, energy int64
		for i, v := range now {
			w := int64(then[i])
			dot += int64(v) * w
			energy += w * w
		}
		if energy == 0 || dot <= 0 {
			continue
		}
		if score := float64(dot) / float64(energy) * float64(dot); score > best*1.02 { // a longer period sounds less like a buzz
			best, lag = score, l
		}
	}
	return lag
}

// noise is comfort noise: white, at a level.
type noise struct {
	peak int32
	seed uint32
}

// dBov is the level of RFC 3389 section 3.1 as the peak of evenly distributed noise, for each dB below overload.
var dBov = func() (peaks [128]int32) {
	level := 32768 * 1.732 // the peak of even noise is 1.732 times its root mean square
	for i := range peaks {
		peaks[i] = int32(level)
		level *= 0.8912509381 // -1 dB
	}
	return peaks
}()

func (n *noise) fill(out []int16) {
	x := n.seed | 1
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = saturate(int32(int64(int32(x)) * int64(n.peak) >> 31))
	}
	n.seed = x
}
