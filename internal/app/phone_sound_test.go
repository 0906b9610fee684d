package app_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/channel/phone"
	"sentral/internal/config"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/testphone"
)

// reader reads texts as tones, one for each language, and remembers what it has read.
type reader struct {
	mu   sync.Mutex
	said []string
}

var voiceHz = map[string]float64{"nb": 700, "nn": 850, "sv": 1400, "en": 1850}

// Speak is 600 ms of the language's tone.
func (r *reader) Speak(_ context.Context, text, language string) (*media.Clip, error) {
	r.mu.Lock()
	r.said = append(r.said, language+": "+text)
	r.mu.Unlock()
	samples := make([]int16, 0, media.Rate)
	tone := media.Tone(voiceHz[language], -9)
	for range 30 {
		var f media.Frame
		tone.Read(&f)
		samples = append(samples, f[:]...)
	}
	return media.NewClip(samples), nil
}

func (r *reader) has(words string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.said, func(s string) bool { return strings.Contains(s, words) })
}

// studio is a centre with a phone whose words can be told apart by ear.
func studio(t testing.TB, change ...func(*config.Document)) (*world, *reader, *app.Options) {
	t.Helper()
	r, opts := &reader{}, &app.Options{}
	w := begin(t, opening{
		options: func(o *app.Options) {
			o.Demo = true
			o.Phone = app.Phone{SIP: "127.0.0.1:0", Ports: "21000-24999", Speaker: r}
			*opts = *o
		},
		doc: func(d *config.Document) {
			d.Rules.LostAfterS, d.Phone.Whisper.When = 600, config.WhisperOff
			for i := range d.Phone.Scripts {
				d.Phone.Scripts[i].WaitS = 1
			}
			for _, fn := range change {
				fn(d)
			}
		},
	})
	w.eventually(func() bool { return w.isOpen("strom") && w.isOpen("el-sverige") && w.app.Phone.Ready() }, "the queues open, and calls are taken")
	return w, r, opts
}

// scripted puts steps behind a number that no other line has.
func scripted(d *config.Document, number string, steps ...ivr.Step) {
	key := "prove-" + number[len(number)-3:]
	s := config.Script{Identity: config.Identity{Key: key}, Name: key}
	s.Steps, s.Repeat, s.WaitS = steps, 1, 1
	d.Phone.Scripts = append(d.Phone.Scripts, s)
	d.Phone.Lines = append(d.Phone.Lines, config.PhoneLine{Identity: config.Identity{Key: key}, Name: key, Number: number, Brand: "fjordglimt", Language: "nb", Script: key, Queue: "strom"})
}

func words(nb string) ivr.Text { return ivr.Text{"nb": nb, "sv": nb, "en": nb} }

// Who calls is told in the headset while it rings, to nobody else, and the answer ends it: both hear one another at once.
func TestPhoneWhisper(t *testing.T) {
	w, said, _ := studio(t, func(d *config.Document) { d.Phone.Whisper.When = config.WhisperRinging })
	p := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	c := w.dial(p, "555", "99900101", voiceHz["nb"])
	k := a.call("ringing")
	a.callWhere("the words come while it rings", func(k phone.Call) bool { return k.State == "ringing" && k.Whisper == "speaking" })
	w.eventually(func() bool { return a.ear.hears(voiceHz["nb"]) }, "the agent hears the words")
	if c.Hears(voiceHz["nb"]) || !said.has("nb: Fjordglimt, ") || !said.has("Har ventet i under ett minutt.") {
		t.Errorf("the customer hears the words, or they are others: %q", said.said)
	}
	a.browser.take(k.Contact)
	w.eventually(func() bool { return c.Hears(1000) && a.ear.hears(440) && !a.ear.hears(voiceHz["nb"]) }, "the answer ends the words, and both hear one another")
	if err := c.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
}

// callWhere waits until the softphone shows a call that is as wanted.
func (s *softphone) callWhere(what string, holds func(phone.Call) bool) {
	s.w.t.Helper()
	s.w.eventually(func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.ContainsFunc(s.calls, holds)
	}, "%s", what)
}

// A caller chooses a language: from there on everything is read in its voice. Silence leads to a person; a closed door tells so; a number outside is rung.
func TestPhoneScripts(t *testing.T) {
	at, allow := trunkTo(t)
	w, said, _ := studio(t, allow, func(d *config.Document) {
		d.Hours = append(d.Hours, config.Hours{Identity: config.Identity{Key: "aldri"}, Name: "Aldri", Market: "norge", Holidays: "closed", Week: []config.Day{}})
		scripted(d, "+4700000701", ivr.Step{Key: "ut", Do: ivr.Outside, Number: "+4799900050", Text: words("Vi setter deg over.")})
		scripted(d, "+4700000702", ivr.Step{Key: "tid", Do: ivr.Hours, Hours: "aldri"}, ivr.Step{Key: "ko", Do: ivr.Queue})
	})
	out := w.called(at)
	p := w.telephone(nil)
	c := w.dial(p, "+4700000100", "99900111", voiceHz["en"], voiceHz["nb"])
	w.eventually(func() bool { return c.Hears(voiceHz["nb"]) }, "the greeting is Norwegian")
	if err := c.Press(ctx, "9"); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool { return c.Hears(voiceHz["en"]) && said.has("en: Power, press 1.") }, "who presses 9 is spoken to in English")
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "silence leads to a person")
	if !said.has("en: Press 1 to 4, or wait.") {
		t.Errorf("asked again: %q", said.said)
	}
	_ = c.HangUp(ctx)
	w.eventually(func() bool { return len(w.waiting("strom")) == 0 }, "has left")

	c = w.dial(p, "+4700000701", "99900112", 600)
	third := <-out
	w.eventually(func() bool { return third.Hears(440) && c.Hears(600) }, "a script leads outside")
	if err := third.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	<-c.Ended()

	c = w.dial(p, "+4700000702", "99900113", voiceHz["nb"])
	select {
	case <-c.Ended():
	case <-time.After(15 * time.Second):
		t.Fatal("a closed door does not let go")
	}
	if !said.has("nb: Vi har dessverre stengt nå.") || len(w.waiting("strom")) != 0 {
		t.Errorf("closed: %q", said.said)
	}
	w.outcomes(map[string]int{"abandoned_queue": 1, "forwarded": 1, "closed": 1})
}

// outcomes waits until calls have ended so.
func (w *world) outcomes(want map[string]int) {
	w.t.Helper()
	got := map[string]int{}
	w.eventually(func() bool {
		clear(got)
		_ = w.app.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Each(ctx, func(scan func(...any) error) error {
				var o string
				err := scan(&o)
				got[o]++
				return err
			}, `SELECT outcome FROM call WHERE domain=1 AND outcome<>''`)
		})
		for o, n := range want {
			if got[o] != n {
				return false
			}
		}
		return true
	}, "calls end as %v, now %v", want, got)
}

// Two questions afterwards, by keys: a wrong key is asked again, silence is thanked, and what was answered is joined to the contact.
func TestPhoneSurveyByKeys(t *testing.T) {
	w, said, _ := studio(t, func(d *config.Document) {
		scripted(d, "+4700000703", ivr.Step{Key: "ko", Do: ivr.Queue, After: "spor"}, ivr.Step{Key: "spor", Do: ivr.Survey})
	})
	p := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	for i, x := range []struct {
		keys, want string
	}{{"7w5w2", "5 no"}, {"6w1", "6 yes"}, {"4ww", "4 dont_know"}, {"", ""}} {
		c := w.dial(p, "+4700000703", fmt.Sprintf("9990012%d", i), voiceHz["nb"])
		k := a.take()
		w.eventually(func() bool { return c.Hears(1000) }, "they talk")
		a.must("POST", on(k.Contact, "/end"), nil, nil)
		w.eventually(func() bool { return c.Hears(voiceHz["nb"]) }, "the caller is asked")
		for _, key := range x.keys {
			if key == 'w' {
				time.Sleep(300 * time.Millisecond) // people think
			} else if err := c.Press(ctx, string(key)); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case <-c.Ended():
		case <-time.After(15 * time.Second):
			t.Fatalf("keys %q: the call goes on", x.keys)
		}
		if got := w.surveyed(k); got != x.want {
			t.Errorf("keys %q: stored %q, want %q", x.keys, got, x.want)
		}
		if out := w.outcome(k); out != "answered" {
			t.Errorf("outcome %q", out)
		}
		a.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
	}
	if !said.has("nb: Det er ikke et valg her.") || !said.has("nb: Takk for svaret. Ha det bra.") {
		t.Errorf("%q", said.said)
	}
}

// surveyed is what is stored of a call's contact.
func (w *world) surveyed(k phone.Call) (out string) {
	_ = w.outcome(k)
	_ = w.app.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var oks int
		var solved string
		err := tx.QueryRow(ctx, `SELECT oks, solved FROM survey_answer WHERE domain=1 AND contact=$1`, k.Contact).Scan(&oks, &solved)
		if err == nil {
			out = fmt.Sprint(oks, " ", solved)
		}
		return err
	})
	return out
}

// A callback asked for by keys, on a number keyed in and confirmed by keys, is the number that is dialled.
func TestPhoneCallbackKeyed(t *testing.T) {
	at, allow := trunkTo(t)
	w, said, _ := studio(t, allow, func(d *config.Document) {
		d.Phone.Wait.CallbackAboveS = 0
		for i := range d.Queues {
			if d.Queues[i].Key == "strom" {
				d.Queues[i].Callback = config.Callback{Attempts: 2, RetryS: 1, Cap: -1, DialS: 20}
			}
		}
		scripted(d, "+4700000704", ivr.Step{Key: "ring", Do: ivr.Callback, Queue: "strom"}, ivr.Step{Key: "ko", Do: ivr.Queue})
	})
	var mu sync.Mutex
	var rung []string
	world, err := testphone.Open(testphone.Options{Server: w.app.Phone.SIPAddrs().UDP.String(), Listen: at, Incoming: func(r *testphone.Ring) {
		mu.Lock()
		rung = append(rung, r.Number)
		mu.Unlock()
		r.Ringing()
		_, _ = r.Answer(testphone.Tone(600), 1000)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	p := w.telephone(nil)
	c := w.dial(p, "+4700000704", "99900131", voiceHz["nb"])
	for _, step := range []struct{ heard, key string }{
		{"Vil du at vi ringer deg opp", "2"}, {"Tast telefonnummeret", "99900177#"}, {"Nummeret er ni ni, ni null, null en, sju sju.", "1"},
	} {
		w.eventually(func() bool { return said.has(step.heard) }, "%q is said", step.heard)
		if err := c.Press(ctx, step.key); err != nil {
			t.Fatal(err)
		}
	}
	<-c.Ended()
	w.outcomes(map[string]int{"callback_promised": 1})
	promised := w.waiting("strom")
	if len(promised) != 1 || !promised[0].Promise {
		t.Fatalf("promised: %+v", promised)
	}
	a := w.line("birger-brattvik", 1000)
	a.browser.take(promised[0].ID)
	w.eventually(func() bool { return a.ear.hears(600) }, "the promised customer is called")
	mu.Lock()
	defer mu.Unlock()
	if len(rung) != 1 || !strings.HasSuffix(rung[0], "99900177") {
		t.Errorf("rung: %q", rung)
	}
}

// A number alone, which anybody can send, finds no place: the key that asks for it does, or the same answers as before, and the caller is told.
func TestPhoneRedial(t *testing.T) {
	w, said, _ := studio(t)
	p := w.telephone(nil)
	in := func(n int) func() bool { return func() bool { return len(w.waiting("strom")) == n } }
	leave := func(c *testphone.Call, left int) {
		t.Helper()
		if err := c.HangUp(ctx); err != nil {
			t.Fatal(err)
		}
		w.eventually(in(left), "%d wait", left)
	}
	first := w.dial(p, "+4700000100", "99900141", voiceHz["nb"])
	if err := first.Press(ctx, "1"); err != nil {
		t.Fatal(err)
	}
	w.eventually(in(1), "one waits")
	leave(first, 0)
	other := w.dial(p, "555", "99900142", voiceHz["nb"])
	w.eventually(in(1), "another waits")
	stranger := w.dial(p, "555", "99900141", voiceHz["nb"]) // the same number, and no key
	w.eventually(in(2), "who shows the number alone waits")
	if said.has("nb: Du har fått tilbake") || !said.has("nb: Du ringte oss nettopp.") {
		t.Errorf("%q", said.said)
	}
	if q := w.waiting("strom"); q[1].Arrived < q[0].Arrived {
		t.Errorf("a number alone went ahead: %+v", q)
	}
	leave(stranger, 1) // which keeps no second place for the number that the first could lose theirs to
	again := w.dial(p, "+4700000100", "99900141", voiceHz["nb"])
	if err := again.Press(ctx, "1"); err != nil {
		t.Fatal(err)
	}
	w.eventually(in(2), "the first again")
	w.eventually(func() bool { return said.has("nb: Du har fått tilbake plassen din i køen.") }, "and is told so")
	if q := w.waiting("strom"); q[0].Place >= q[1].Place || q[0].ID < q[1].ID {
		t.Errorf("the place was not found again: %+v", q)
	}
	leave(again, 1)
	leave(other, 0)
}

// What is recorded, and on what ground: no key is no; the paused part is silent; the agent may delete it in wrap-up.
func TestPhoneConsentAndPause(t *testing.T) {
	w, _, opts := studio(t, func(d *config.Document) {
		scripted(d, "+4700000705", ivr.Step{Key: "opptak", Do: ivr.Record, Purpose: "opplaering", Basis: ivr.ByConsent, Text: words("Trykk 1 for opptak.")}, ivr.Step{Key: "ko", Do: ivr.Queue})
	})
	p := w.telephone(nil)
	a, leader := w.line("birger-brattvik", 1000), w.ready("ingrid-solvang")
	leader.must("PUT", "/api/desk/status", map[string]any{"status": "direct_only"}, nil)
	call := func(from, key string) phone.Call {
		t.Helper()
		c := w.dial(p, "+4700000705", from, voiceHz["nb"])
		w.eventually(func() bool { return c.Hears(voiceHz["nb"]) }, "asked for consent")
		if key != "" {
			if err := c.Press(ctx, key); err != nil {
				t.Fatal(err)
			}
		}
		k := a.take()
		w.eventually(func() bool { return c.Hears(1000) && a.ear.hears(440) }, "they talk")
		if key == "1" {
			a.callWhere("is recorded", func(k phone.Call) bool { return k.Recording.State == "on" && k.Recording.Basis == "consent" })
			time.Sleep(700 * time.Millisecond)
			a.wish(k, "recording", map[string]any{"do": "pause"})
			a.callWhere("is paused, and shown so", func(k phone.Call) bool { return k.Recording.State == "paused" })
			time.Sleep(1200 * time.Millisecond)
			a.wish(k, "recording", map[string]any{"do": "resume"})
			time.Sleep(700 * time.Millisecond)
		} else if x := a.call("talking"); x.Recording.State != "refused" {
			t.Errorf("without consent: %+v", x.Recording)
		}
		if err := c.HangUp(ctx); err != nil {
			t.Fatal(err)
		}
		_ = w.outcome(k)
		return k
	}
	wrap := func(k phone.Call) {
		a.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
	}
	for i, key := range []string{"", "2"} {
		k := call(fmt.Sprintf("9990015%d", i), key)
		if got := w.recordings(leader, k, 0); len(got) != 0 {
			t.Errorf("recorded without consent: %+v", got)
		}
		wrap(k)
	}
	k := call("99900155", "1")
	got := w.recordings(leader, k, 1)
	r := leader.do("GET", fmt.Sprintf("/api/phone/recordings/%d", got[0].ID), nil)
	if r.status != 200 {
		t.Fatalf("recording: %d", r.status)
	}
	before, quiet, after := parts(r.body)
	if before < 300*time.Millisecond || quiet < 900*time.Millisecond || after < 300*time.Millisecond {
		t.Errorf("recorded %v, then %v of silence, then %v", before, quiet, after)
	}
	files := func() []string {
		all, _ := filepath.Glob(filepath.Join(opts.Data, "recordings", "*.rec"))
		return all
	}
	if len(files()) != 1 {
		t.Fatalf("files: %v", files())
	}
	a.must("DELETE", fmt.Sprintf("/api/phone/recordings/%d", got[0].ID), nil, nil)
	if r := leader.do("GET", fmt.Sprintf("/api/phone/recordings/%d", got[0].ID), nil); r.status != 404 || len(files()) != 0 {
		t.Errorf("deleted in wrap-up: %d, files %v", r.status, files())
	}
	wrap(k)
	k = call("99900156", "1")
	got = w.recordings(leader, k, 1)
	wrap(k)
	a.refused(409, "in wrap-up only", "DELETE", fmt.Sprintf("/api/phone/recordings/%d", got[0].ID), nil)

	// A month later the program starts again: what is past its days is gone, and so is a file that no recording has.
	stray := filepath.Join(opts.Data, "recordings", "STRAY.rec")
	if err := os.WriteFile(stray, []byte("left behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	if len(files()) != 2 {
		t.Fatalf("files: %v", files())
	}
	w.end()
	w.pass(31 * 24 * time.Hour)
	w.stopped = make(chan error, 1)
	w.open(*opts)
	w.eventually(func() bool { return w.app.Phone.Ready() }, "calls are taken again")
	row, err := w.calls().Recording(ctx, got[0].ID)
	if err != nil || row.State != "deleted" || len(row.Sealed) != 0 || len(files()) != 0 {
		t.Errorf("after its days: %+v, %v, files %v", row, err, files())
	}
}

// recordings waits until a contact has so many that are closed.
func (w *world) recordings(b *browser, k phone.Call, n int) (out []phone.Recording) {
	w.t.Helper()
	w.eventually(func() bool {
		b.must("GET", on(k.Contact, "/recordings"), nil, &out)
		return len(out) == n && !slices.ContainsFunc(out, func(r phone.Recording) bool { return r.State != "done" })
	}, "%d recordings are closed", n)
	return out
}

// parts is how long both sides are heard in a recording of 16 bits or A-law, then silence, then both again.
func parts(wav []byte) (before, quiet, after time.Duration) {
	i := bytes.Index(wav, []byte("data"))
	if i < 0 {
		return
	}
	var samples []int16
	if octets := wav[i+8:]; wav[34] == 16 {
		for ; len(octets) >= 2; octets = octets[2:] {
			samples = append(samples, int16(binary.LittleEndian.Uint16(octets)))
		}
	} else {
		samples = make([]int16, len(octets))
		media.PCMA.Decode(samples, octets)
	}
	const frame = media.FrameSamples
	for k := 0; k+2*frame <= len(samples); k += 2 * frame {
		loudest := [2]int16{}
		for j, s := range samples[k : k+2*frame] {
			loudest[j%2] = max(loudest[j%2], s)
		}
		switch both := loudest[0] > 1000 && loudest[1] > 1000; {
		case both && quiet < 200*time.Millisecond:
			before, quiet = before+quiet+20*time.Millisecond, 0
		case both:
			after += 20 * time.Millisecond
		case before > 0 && after == 0 && loudest[0] < 100 && loudest[1] < 100:
			quiet += 20 * time.Millisecond
		}
	}
	return before, quiet, after
}
