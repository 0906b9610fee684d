package media

import (
	"encoding/binary"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
)

// RecorderOptions says how a recording is written. The zero value is PCM with 16 bits.
type RecorderOptions struct {
	ALaw  bool // one octet a sample instead of two: half the room, and no loss that a telephone knows
	Queue int  // chunks of half a second that may wait for the disk before frames are dropped; 0 is 16
}

// Recorder writes a WAV with two channels: the customer left, everybody else right. The tick leaves copies of the frames in chunks of half a second; a
// goroutine writes them. When the disk is slower than the queue is long, frames are dropped and counted: a call never waits for its recording. While it is
// paused it writes silence, so that its time stays the call's time.
type Recorder struct {
	dst    io.WriteCloser
	format wavFormat
	queue  chan *chunk
	ended  chan struct{}

	mu     sync.Mutex // held by the tick while it copies a frame, and by Close
	now    *chunk
	closed bool

	paused  atomic.Bool
	dropped atomic.Uint64
	frames  atomic.Uint64
	failed  atomic.Pointer[error]
}

// chunkFrames is half a second.
const chunkFrames = 25

// chunk is half a second of both channels, interleaved.
type chunk struct {
	frames  int
	samples [chunkFrames * FrameSamples * 2]int16
}

// chunks are used again, so that the tick does not allocate.
var chunks = sync.Pool{New: func() any { return new(chunk) }}

// NewRecorder begins a recording into dst, which is closed by Close. The header is written at once; when dst can seek (a file can), its lengths are put
// right at the end, else WholeWAV does so when it is read.
func NewRecorder(dst io.WriteCloser, o RecorderOptions) *Recorder {
	if o.Queue <= 0 {
		o.Queue = 16
	}
	r := &Recorder{dst: dst, format: wavFormat{tag: wavPCM, channels: 2, rate: Rate, bits: 16}, queue: make(chan *chunk, o.Queue), ended: make(chan struct{})}
	if o.ALaw {
		r.format.tag, r.format.bits = wavALaw, 8
	}
	go r.write()
	return r
}

// Pause writes silence from now on; Resume writes sound again.
func (r *Recorder) Pause() { r.paused.Store(true) }

// Resume ends a pause.
func (r *Recorder) Resume() { r.paused.Store(false) }

// Paused says whether silence is being written.
func (r *Recorder) Paused() bool { return r.paused.Load() }

// Dropped is how many frames the disk was too slow for. They are missing: the recording is that much shorter.
func (r *Recorder) Dropped() uint64 { return r.dropped.Load() }

// Duration is how much has been recorded.
func (r *Recorder) Duration() time.Duration { return time.Duration(r.frames.Load()) * frameTime }

// Close writes what is left, closes the destination, and gives the first error that writing met.
func (r *Recorder) Close() error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		if r.now != nil {
			r.pass()
		}
		close(r.queue)
	}
	r.mu.Unlock()
	<-r.ended
	if err := r.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// take copies a frame of each side. It is called by the tick.
func (r *Recorder) take(left, right *Frame) {
	if r.paused.Load() {
		left, right = &silence, &silence
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	if r.now == nil {
		r.now = chunks.Get().(*chunk)
		r.now.frames = 0
	}
	at := r.now.samples[r.now.frames*FrameSamples*2:][:FrameSamples*2]
	for i := range FrameSamples {
		at[2*i], at[2*i+1] = left[i], right[i]
	}
	if r.now.frames++; r.now.frames == chunkFrames {
		r.pass()
	}
}

// pass hands the chunk to the writer, or drops it when too many wait.
func (r *Recorder) pass() {
	frames := uint64(r.now.frames)
	select {
	case r.queue <- r.now:
		r.frames.Add(frames)
	default:
		r.dropped.Add(frames)
		chunks.Put(r.now)
	}
	r.now = nil
}

// octetsPool holds the writers' buffers: one is borrowed while a chunk is written, so that a thousand recordings need a few.
var octetsPool = sync.Pool{New: func() any { return new([chunkFrames * FrameSamples * 4]byte) }}

func (r *Recorder) write() {
	defer close(r.ended)
	written := int64(0)
	r.put(r.format.header(wavUnknown))
	for c := range r.queue {
		buf := octetsPool.Get().(*[chunkFrames * FrameSamples * 4]byte)
		n := r.octets(buf[:], c.samples[:c.frames*FrameSamples*2])
		chunks.Put(c)
		r.put(buf[:n])
		octetsPool.Put(buf)
		written += int64(n)
	}
	if s, ok := r.dst.(io.WriteSeeker); ok && r.failed.Load() == nil {
		if _, err := s.Seek(0, io.SeekStart); err == nil {
			r.put(r.format.header(written))
		}
	}
	if err := r.dst.Close(); err != nil {
		r.fail(err)
	}
}

func (r *Recorder) octets(dst []byte, samples []int16) int {
	if r.format.tag == wavALaw {
		return PCMA.Encode(dst[:len(samples)], samples)
	}
	for i, v := range samples {
		binary.LittleEndian.PutUint16(dst[2*i:], uint16(v))
	}
	return 2 * len(samples)
}

func (r *Recorder) put(b []byte) {
	if r.failed.Load() != nil {
		return
	}
	if _, err := r.dst.Write(b); err != nil {
		r.fail(err)
	}
}

func (r *Recorder) fail(cause error) {
	err := centre.Errorf(centre.Unavailable, "recording: writing: %w", cause)
	r.failed.CompareAndSwap(nil, &err)
}
