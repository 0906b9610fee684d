// Package speech turns words into sound that callers hear, and has the music they wait to.
//
// It owns the ways in which words are spoken: sound files by their key, and the program espeak-ng where it is installed; it remembers what it has made. It
// refuses to choose the words (telephony/ivr does), to keep files (its owner does) and to play anything (telephony/media does). It never leaves dead air:
// words that nobody can speak become a soft tone, so that the caller knows that the line lives. Begin reading with Voice.
package speech

import (
	"bytes"
	"container/list"
	"context"
	"encoding/binary"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// Speaker makes sound of words in a language: nb, nn, sv or en.
type Speaker interface {
	Speak(ctx context.Context, text, language string) (*media.Clip, error)
}

// Options say where sound comes from. The zero value speaks with espeak-ng when it is installed, and has no files.
type Options struct {
	Speaker Speaker                                               // nil = espeak-ng when it is installed
	Silent  bool                                                  // no program is looked for: texts become tones
	File    func(ctx context.Context, key string) ([]byte, error) // a sound file as WAV; Missing when there is none
	Most    int                                                   // bytes of sound remembered; 0 = 32 MB, about half an hour
	Log     *slog.Logger                                          // nil = silent
}

// Voice speaks, and remembers what it has spoken. It is safe for use by many.
type Voice struct {
	speaker Speaker
	file    func(ctx context.Context, key string) ([]byte, error)
	most    int
	log     *slog.Logger
	places  chan struct{} // so many are spoken at once

	mu    sync.Mutex
	bytes int
	made  map[string]*list.Element
	order list.List // of *sound, the newest first
}

// sound is one remembered clip, or one being made.
type sound struct {
	name  string
	ready chan struct{}
	clip  *media.Clip
	err   error
	bytes int
}

const (
	mostBytes = 32 << 20
	mostText  = 2000 // characters: beyond it nobody listens
	atOnce    = 2    // programs running
)

// New makes a voice.
func New(o Options) *Voice {
	v := &Voice{speaker: o.Speaker, file: o.File, most: o.Most, log: o.Log, places: make(chan struct{}, atOnce), made: map[string]*list.Element{}}
	if v.speaker == nil && !o.Silent {
		if e, ok := FindEspeak(); ok {
			v.speaker = e
		}
	}
	if v.most <= 0 {
		v.most = mostBytes
	}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	return v
}

// Speaks tells whether words are spoken, and not only toned.
func (v *Voice) Speaks() bool { return v.speaker != nil }

// Speak is the words as sound. Where they cannot be spoken it is a soft tone, and the error says why: the call goes on with what comes back, which is
// never nil. Empty words are a moment of nothing.
func (v *Voice) Speak(ctx context.Context, text, language string) (*media.Clip, error) {
	text = strings.Join(strings.Fields(text), " ")
	if len([]rune(text)) > mostText {
		text = string([]rune(text)[:mostText])
	}
	switch {
	case text == "":
		return media.NewClip(nil), nil
	case v.speaker == nil:
		return Attention(), centre.Errorf(centre.Unavailable, "no program that speaks is installed")
	}
	clip, err := v.make(ctx, "words "+language+" "+text, func(ctx context.Context) (*media.Clip, error) {
		return v.speaker.Speak(ctx, text, language)
	})
	if err != nil {
		v.log.Warn("words could not be spoken", "language", language, "characters", len(text), "error", err)
		return Attention(), err
	}
	return clip, nil
}

// Prompt is a sound file by its key, in the caller's language when there is one for it (hello.sv before hello), else the words spoken. What comes back is
// never nil.
func (v *Voice) Prompt(ctx context.Context, key, text, language string) (*media.Clip, error) {
	if key == "" {
		return v.Speak(ctx, text, language)
	}
	clip, err := v.File(ctx, key+"."+language)
	if err != nil {
		clip, err = v.File(ctx, key)
	}
	if err == nil {
		return clip, nil
	}
	if text != "" {
		return v.Speak(ctx, text, language)
	}
	return Attention(), err
}

// File is a sound file by its key.
func (v *Voice) File(ctx context.Context, key string) (*media.Clip, error) {
	if v.file == nil {
		return nil, centre.Errorf(centre.Missing, "there is no sound file %q", key)
	}
	return v.make(ctx, "file "+key, func(ctx context.Context) (*media.Clip, error) {
		wav, err := v.file(ctx, key)
		if err != nil {
			return nil, err
		}
		return media.ReadWAV(bytes.NewReader(wav))
	})
}

// Music is the file of that key, else the house's own.
func (v *Voice) Music(ctx context.Context, key string) *media.Clip {
	if key != "" {
		if c, err := v.File(ctx, key); err == nil && c.Duration() > 0 {
			return c
		}
	}
	return HouseMusic()
}

// Words is one text to be spoken.
type Words struct{ Text, Language string }

// Warm speaks words before anybody waits for them, until the context ends.
func (v *Voice) Warm(ctx context.Context, all []Words) {
	for _, w := range all {
		if ctx.Err() != nil || v.speaker == nil {
			return
		}
		_, _ = v.Speak(ctx, w.Text, w.Language) // what fails has been logged, and is tried again when it is needed
	}
}

// Forget drops every file that is remembered, since one has been changed. Words stay.
func (v *Voice) Forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for name, e := range v.made {
		if strings.HasPrefix(name, "file ") {
			v.drop(e)
		}
	}
}

// make finds a sound that has been made, waits for one that is being made, or makes it. A failure is not remembered.
func (v *Voice) make(ctx context.Context, name string, fn func(context.Context) (*media.Clip, error)) (*media.Clip, error) {
	v.mu.Lock()
	if e := v.made[name]; e != nil {
		v.order.MoveToFront(e)
		s := e.Value.(*sound)
		v.mu.Unlock()
		select {
		case <-s.ready:
			return s.clip, s.err
		case <-ctx.Done():
			return nil, centre.Errorf(centre.Unavailable, "wait for words: %w", ctx.Err())
		}
	}
	s := &sound{name: name, ready: make(chan struct{})}
	e := v.order.PushFront(s)
	v.made[name] = e
	v.mu.Unlock()

	s.clip, s.err = v.inTurn(ctx, fn)
	v.mu.Lock()
	defer v.mu.Unlock()
	close(s.ready)
	if v.made[name] != e {
		return s.clip, s.err // forgotten meanwhile
	}
	if s.err != nil {
		v.drop(e)
		return nil, s.err
	}
	s.bytes = 2 * len(s.clip.Samples())
	v.bytes += s.bytes
	for v.bytes > v.most && v.order.Back() != e {
		v.drop(v.order.Back())
	}
	return s.clip, nil
}

// inTurn runs fn when one of the places is free.
func (v *Voice) inTurn(ctx context.Context, fn func(context.Context) (*media.Clip, error)) (*media.Clip, error) {
	select {
	case v.places <- struct{}{}:
		defer func() { <-v.places }()
		return fn(ctx)
	case <-ctx.Done():
		return nil, centre.Errorf(centre.Unavailable, "wait for words: %w", ctx.Err())
	}
}

func (v *Voice) drop(e *list.Element) {
	s := v.order.Remove(e).(*sound)
	delete(v.made, s.name)
	v.bytes -= s.bytes
}

// Espeak speaks by the program espeak-ng: for demonstrations, and for those who have not recorded their prompts yet.
type Espeak struct {
	Program string
	Limit   time.Duration // 0 = 10 s
}

// FindEspeak finds the program; false when it is not installed.
func FindEspeak() (Espeak, bool) {
	path, err := exec.LookPath("espeak-ng")
	return Espeak{Program: path}, err == nil
}

// voices are the program's voices. There is one Norwegian voice, bokmål; it reads nynorsk with its accent (docs/spec/voice.md).
var voices = map[string]string{"nb": "nb", "nn": "nb", "sv": "sv", "en": "en-gb"}

// Speak implements Speaker. The words go to the program by its standard input, never by a command line.
func (e Espeak) Speak(ctx context.Context, text, language string) (*media.Clip, error) {
	voice, ok := voices[language]
	if !ok {
		voice = "nb"
	}
	limit := e.Limit
	if limit == 0 {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, e.Program, "-v", voice, "-s", "150", "-g", "2", "-b", "1", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(text)
	var wav bounded
	cmd.Stdout = &wav
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return nil, centre.Errorf(centre.Unavailable, "espeak-ng: %w", err)
	}
	clip, err := media.ReadWAV(bytes.NewReader(wav.taken))
	if err != nil {
		return nil, centre.Errorf(centre.Unavailable, "espeak-ng: %w", err)
	}
	return media.NewClip(level(trim(clip.Samples()))), nil
}

// bounded takes in at most what five minutes of speech are.
type bounded struct{ taken []byte }

const mostSpeech = 5 * 60 * 22050 * 2

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if len(b.taken)+len(p) > mostSpeech {
		return 0, centre.Errorf(centre.Exhausted, "more than five minutes of speech")
	}
	b.taken = append(b.taken, p...)
	return len(p), nil
}

// WAV is a clip as a file: 8 kHz, 16 bits, mono.
func WAV(c *media.Clip) []byte {
	samples := c.Samples()
	size := uint32(2 * len(samples))
	b := append(make([]byte, 0, 44+size), "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1) // channel
	b = binary.LittleEndian.AppendUint32(b, media.Rate)
	b = binary.LittleEndian.AppendUint32(b, 2*media.Rate)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}
