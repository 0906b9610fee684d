package media

// Rate is the samples in a second, FrameSamples those in a frame of 20 ms.
const (
	Rate         = 8000
	FrameSamples = 160
)

// Frame is 20 ms of sound: 160 samples, signed, linear.
type Frame [FrameSamples]int16

// silence is what a party hears when nobody speaks. A leg may compare the pointer that it is pushed with it.
var silence Frame

// Leg is one party's way in and out of a room. Both methods are called by the clock of its room alone, once each 20 ms, and must not wait.
type Leg interface {
	// Pull fills the frame with what the party said; false says that there is nothing and leaves the frame's content meaningless.
	Pull(*Frame) bool
	// Push gives what the party is to hear. The frame is shared: it must be neither kept nor changed.
	Push(*Frame)
}

// Source is a sound that is played into a room: a clip, a tone, music.
type Source interface {
	// Read fills the next frame; false says that the sound has ended and nothing was filled.
	Read(*Frame) bool
}

// Side says on which side of the conversation a member stands; the recording keeps them apart.
type Side uint8

// The sides. The recorder's left channel is the customer, its right channel everybody else.
const (
	Other Side = iota // neither customer nor agent: a third party, a prompt
	Customer
	Agent
)

// Role is what a member may do in its room. The zero role is a full member of a conference: speaks and hears.
type Role struct {
	Side       Side
	Mute       bool      // is not heard
	Deaf       bool      // hears nobody, only sounds that are played to it
	Only       []*Member // when not empty, is heard by these alone: a whisper, which is never recorded
	Unrecorded bool      // what it says is left out of the recording
}

// silent says whether the frame is below about -60 dBov, where G.711 has little but noise.
func (f *Frame) silent() bool {
	var sum int64
	for _, v := range f {
		sum += int64(v) * int64(v)
	}
	return sum < FrameSamples*32*32
}

// saturate brings a sum back into 16 bits.
func saturate(v int32) int16 { return int16(min(max(v, -32768), 32767)) }
