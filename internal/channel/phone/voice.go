package phone

import (
	"context"
	"math"

	"sentral/internal/telephony/media"
)

// Voice is what callers hear that nobody says: sound files, words spoken by a program, music. Nothing it gives is ever nil.
type Voice interface {
	Prompt(ctx context.Context, key, text, language string) (*media.Clip, error)
	Music(ctx context.Context, key string) *media.Clip
	Forget() // sound files have changed
}

// music is what those who wait hear.
func (r *Room) music() media.Source {
	if tune := r.tune.Load(); tune != nil {
		return tune.Looped()
	}
	return ringback.Looped()
}

// retune finds the music again, and forgets sound files that have changed.
func (r *Room) retune() {
	r.Voice.Forget()
	r.tune.Store(r.Voice.Music(r.ctx, r.Rules.Book().Phone.Wait.Music))
}

// ringback is what one hears while somebody is rung: 425 Hz, one second of five (ITU-T E.180, Norway and Sweden).
var ringback = func() *media.Clip {
	samples := make([]int16, 5*media.Rate)
	for i := range media.Rate {
		samples[i] = int16(2500 * math.Sin(2*math.Pi*425*float64(i)/media.Rate))
	}
	return media.NewClip(samples)
}()
