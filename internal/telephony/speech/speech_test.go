package speech_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/speech"
)

// spoken counts how often it is asked, and says a millisecond for each character.
type spoken struct {
	asked atomic.Int64
	err   error
}

func (s *spoken) Speak(_ context.Context, text, _ string) (*media.Clip, error) {
	s.asked.Add(1)
	if s.err != nil {
		return nil, s.err
	}
	return media.NewClip(make([]int16, 8*len(text))), nil
}

func TestWordsAreSpokenOnceForAllWhoHearThem(t *testing.T) {
	by := &spoken{}
	v := speech.New(speech.Options{Speaker: by})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if c, err := v.Speak(t.Context(), "Du er  nummer tre\ni køen.", "nb"); err != nil || c.Duration() == 0 {
				t.Error(c, err)
			}
		})
	}
	all.Wait()
	if n := by.asked.Load(); n != 1 {
		t.Errorf("spoken %d times, want once", n)
	}
	if _, _ = v.Speak(t.Context(), "Du er nummer tre i køen.", "sv"); by.asked.Load() != 2 {
		t.Error("another language is another sound")
	}
}

// A call whose words cannot be spoken goes on with a tone, never with silence.
func TestThereIsNeverDeadAir(t *testing.T) {
	broken := &spoken{err: errors.New("broken")}
	for name, v := range map[string]*speech.Voice{
		"no program": speech.New(speech.Options{Silent: true}), "a program that fails": speech.New(speech.Options{Speaker: broken}),
		"a program that is not there": speech.New(speech.Options{Speaker: speech.Espeak{Program: filepath.Join(t.TempDir(), "espeak-ng")}}),
	} {
		c, err := v.Speak(t.Context(), "Velkommen", "nb")
		if centre.KindOf(err) == centre.Invalid || err == nil || c == nil || rms(c.Samples()) < 100 {
			t.Errorf("%s: %v, %v", name, c, err)
		}
		if c, _ := v.Prompt(t.Context(), "hilsen", "", "nb"); c == nil || c.Duration() == 0 {
			t.Errorf("%s: a file that is not there left dead air", name)
		}
	}
	if broken.asked.Load() != 1 {
		t.Error("the program was not asked")
	}
	speak := speech.New(speech.Options{Speaker: broken})
	_, _ = speak.Speak(t.Context(), "igjen", "nb")
	broken.err = nil
	if _, err := speak.Speak(t.Context(), "igjen", "nb"); err != nil {
		t.Errorf("a failure was remembered: %v", err)
	}
}

func TestAFileGoesBeforeWordsAndItsLanguageFirst(t *testing.T) {
	files := map[string][]byte{"hilsen": wav(8000), "hilsen.sv": wav(16000), "brutt": []byte("no sound")}
	v := speech.New(speech.Options{Speaker: &spoken{}, File: func(_ context.Context, key string) ([]byte, error) {
		if b, ok := files[key]; ok {
			return b, nil
		}
		return nil, centre.Errorf(centre.Missing, "no file")
	}})
	for _, c := range []struct {
		key, language string
		want          time.Duration
	}{{"hilsen", "nb", time.Second}, {"hilsen", "sv", 2 * time.Second}, {"annen", "nb", 4 * time.Millisecond}, {"brutt", "nb", 4 * time.Millisecond}, {"", "nb", 4 * time.Millisecond}} {
		if clip, err := v.Prompt(t.Context(), c.key, "fire", c.language); err != nil || clip.Duration() != c.want {
			t.Errorf("%s in %s: %v, %v, want %v", c.key, c.language, clip.Duration(), err, c.want)
		}
	}
	files["hilsen"] = wav(24000)
	if clip, _ := v.File(t.Context(), "hilsen"); clip.Duration() != time.Second {
		t.Error("the file was read again without need")
	}
	v.Forget()
	if clip, _ := v.File(t.Context(), "hilsen"); clip.Duration() != 3*time.Second {
		t.Error("a changed file was not read again")
	}
	if v.Music(t.Context(), "brutt") != speech.HouseMusic() || v.Music(t.Context(), "hilsen").Duration() != 3*time.Second {
		t.Error("music: want the file when it plays, else the house's own")
	}
}

func TestNobodyListensToALongText(t *testing.T) {
	c, err := speech.New(speech.Options{Speaker: &spoken{}}).Speak(t.Context(), strings.Repeat("å", 9000), "nb")
	if err != nil || c.Duration() != 4*time.Second { // the speaker counts bytes, two a letter
		t.Errorf("%v, %v", c.Duration(), err)
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	by := &spoken{}
	v := speech.New(speech.Options{Speaker: by, Most: 16 * 100})
	for i := range 100 {
		_, _ = v.Speak(t.Context(), fmt.Sprintf("nummer %03d", i), "nb") // 160 bytes each
	}
	_, _ = v.Speak(t.Context(), "nummer 099", "nb")
	if n := by.asked.Load(); n != 100 {
		t.Errorf("the newest was forgotten: asked %d times", n)
	}
	if _, _ = v.Speak(t.Context(), "nummer 000", "nb"); by.asked.Load() != 101 {
		t.Error("the oldest is still remembered beyond the bound")
	}
}

// The music is soft, has no seam and none of the tones by which a line is tested.
func TestTheHousesMusicIsCalm(t *testing.T) {
	m := speech.HouseMusic()
	s := m.Samples()
	if d := m.Duration(); d < 20*time.Second || d > 2*time.Minute {
		t.Errorf("it takes %v", d)
	}
	if db := 20 * math.Log10(rms(s)/32768); db < -32 || db > -20 {
		t.Errorf("its level is %.1f dB", db)
	}
	peak := 0
	for i, x := range s {
		peak = max(peak, int(x), -int(x))
		if i > 0 && math.Abs(float64(x)-float64(s[i-1])) > 9000 {
			t.Fatalf("it clicks at %v", time.Duration(i)*time.Second/media.Rate)
		}
	}
	if peak > 16000 {
		t.Errorf("its peak is %d", peak)
	}
	if jump := math.Abs(float64(s[0]) - float64(s[len(s)-1])); jump > 3000 {
		t.Errorf("the seam jumps by %.0f", jump)
	}
	for at := 0; at+8000 < len(s); at += 4000 {
		for _, hz := range []float64{440, 1000} {
			if share := media.Heard(s[at:at+8000], hz); share > 0.1 {
				t.Errorf("%.0f Hz has %.2f of the second at %d", hz, share, at/8000)
			}
		}
	}
}

func TestEspeakSpeaksFourLanguages(t *testing.T) {
	e, ok := speech.FindEspeak()
	if !ok {
		t.Skip("espeak-ng is not installed")
	}
	for _, l := range []string{"nb", "nn", "sv", "en", "xx"} {
		c, err := e.Speak(t.Context(), "Ventetiden er mellom to og fire minutter; `rm -rf` $HOME \"sitat\".", l)
		if err != nil || c.Duration() < time.Second || c.Duration() > 15*time.Second {
			t.Errorf("%s: %v", l, err)
			continue
		}
		if db := 20 * math.Log10(rms(c.Samples())/32768); db < -27 || db > -17 {
			t.Errorf("%s is spoken at %.1f dB", l, db)
		}
	}
	if _, err := (speech.Espeak{Program: e.Program, Limit: time.Nanosecond}).Speak(t.Context(), "hei", "nb"); centre.KindOf(err) != centre.Unavailable {
		t.Errorf("beyond its time: %v", err)
	}
}

// A program that writes without end is stopped, long before its time is over.
func TestAProgramThatDoesNotEndIsStopped(t *testing.T) {
	program := filepath.Join(t.TempDir(), "espeak-ng")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nexec cat /dev/zero\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	defer func() {
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("it was stopped after %v", took)
		}
	}()
	if _, err := (speech.Espeak{Program: program, Limit: time.Minute}).Speak(t.Context(), "hei", "nb"); centre.KindOf(err) != centre.Unavailable || t.Context().Err() != nil {
		t.Errorf("endless speech was taken in: %v", err)
	}
}

func rms(s []int16) float64 {
	var sum float64
	for _, x := range s {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum / float64(max(1, len(s))))
}

// wav is a file of silence.
func wav(samples int) []byte { return speech.WAV(media.NewClip(make([]int16, samples))) }

func TestAClipIsReadBackFromItsFile(t *testing.T) {
	c := speech.HouseMusic()
	again, err := media.ReadWAV(bytes.NewReader(speech.WAV(c)))
	if err != nil || !slices.Equal(c.Samples(), again.Samples()) {
		t.Errorf("%v: %v became %v", err, c.Duration(), again.Duration())
	}
}
