package ivr_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sentral/internal/telephony/ivr"
)

func nb(words string) ivr.Text { return ivr.Text{"nb": words} }

// front is a script with one of everything a caller meets before an answer.
func front() *ivr.Script {
	s := &ivr.Script{Person: "strom", Steps: []ivr.Step{
		{Key: "hei", Do: ivr.Say, Text: ivr.Text{"nb": "Velkommen til {{brand}}.", "sv": "Välkommen till {{brand}}."}},
		{Key: "sprak", Do: ivr.Language, Text: ivr.Text{"nb": "För svenska, tryck 9.", "sv": "För svenska, tryck 9."}, Choices: []ivr.Choice{{Press: "9", Language: "sv"}}},
		{Key: "tid", Do: ivr.Hours, Hours: "kontortid", Closed: "stengt"},
		{Key: "varsel", Do: ivr.Notice},
		{Key: "valg", Do: ivr.Menu, Text: ivr.Text{"nb": "Strøm 1, faktura 2.", "sv": "El 1, faktura 2."}, Choices: []ivr.Choice{
			{Press: "1", Name: nb("Strøm"), To: "tilbud"}, {Press: "2", Name: nb("Faktura"), To: "kunde"}, {Press: "3", To: "lenke"}, {Press: "4", To: "vakt"},
		}},
		{Key: "kunde", Do: ivr.Identify, Text: ivr.Text{"nb": "Tast kundenummeret.", "sv": "Slå kundnumret."}, Digits: 8},
		{Key: "opptak", Do: ivr.Record, Purpose: "kvalitet", Basis: ivr.ByConsent, Text: ivr.Text{"nb": "Trykk 1 for opptak.", "sv": "Tryck 1 för inspelning."}},
		{Key: "faktura", Do: ivr.Queue, Queue: "faktura", After: "spor"},
		{Key: "tilbud", Do: ivr.Callback, Queue: "strom"},
		{Key: "strom", Do: ivr.Queue, Queue: "strom", Needs: []ivr.Need{{Skill: "strom", Level: 3}}, Priority: 2},
		{Key: "lenke", Do: ivr.Link, URL: "https://www.fjordglimt.example/flytting", Message: ivr.Text{"nb": "Meld flytting her:", "sv": "Anmäl flytt här:"}, To: "farvel"},
		{Key: "vakt", Do: ivr.Outside, Number: "+4700000110"},
		{Key: "stengt", Do: ivr.Say, Text: ivr.Text{"nb": "Vi åpner {{opens}}.", "sv": "Vi öppnar {{opens}}."}},
		{Key: "ring-senere", Do: ivr.Callback, Queue: "strom"},
		{Key: "farvel", Do: ivr.End, Text: ivr.Text{"nb": "Ha det bra.", "sv": "Hej då."}},
		{Key: "spor", Do: ivr.Survey},
	}}
	s.Defaults()
	return s
}

var names = ivr.Names{
	Languages: []string{"nb"}, Queues: []string{"strom", "faktura"}, Skills: []string{"strom"}, Hours: []string{"kontortid"},
	Purposes: map[string]string{"kvalitet": ivr.ByConsent},
}

// play runs a script through events written as words and returns what was done, a line each.
func play(t *testing.T, s *ivr.Script, c ivr.Caller, story string) string {
	t.Helper()
	r := ivr.NewRun(s, c)
	var out []string
	note := func(list []ivr.Action) {
		for _, a := range list {
			out = append(out, told(a))
		}
	}
	note(r.Begin())
	for _, word := range strings.Fields(story) {
		switch word {
		case "open":
			note(r.Hear(ivr.Opening(true, ivr.Moment{})))
		case "closed":
			note(r.Hear(ivr.Opening(false, ivr.Moment{Known: true, Days: 1, Hour: 8})))
		case "silence":
			note(r.Hear(ivr.Silence()))
		case "known":
			note(r.Hear(ivr.Identified(true)))
		case "unknown":
			note(r.Hear(ivr.Identified(false)))
		case "can-promise":
			note(r.Hear(ivr.Promisable(true)))
		case "no-promise":
			note(r.Hear(ivr.Promisable(false)))
		case "promised":
			note(r.Hear(ivr.CallbackPromised(true)))
		case "sent":
			note(r.Hear(ivr.Sent(true)))
		case "not-sent":
			note(r.Hear(ivr.Sent(false)))
		case "no-answer":
			note(r.Hear(ivr.Dialled(false)))
		case "talked":
			note(r.Hear(ivr.Talked()))
		case "refused":
			note(r.Hear(ivr.Refused(ivr.Moment{Known: true, Days: 2, Weekday: time.Monday, Hour: 8, Minute: 30})))
		case "offer":
			note(r.Offer("strom"))
		default:
			for _, k := range word {
				note(r.Hear(ivr.Digit(k)))
			}
		}
	}
	return strings.Join(out, "\n")
}

func told(a ivr.Action) string {
	switch a := a.(type) {
	case ivr.Speak:
		return a.Language + ": " + a.Text
	case ivr.Listen:
		return "listen"
	case ivr.Enqueue:
		return fmt.Sprintf("queue %s %v priority %d, %s %v", a.Queue, a.Needs, a.Priority, a.Why, a.Chosen)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T %+v", a, a), "ivr.")
}

func TestACallerIsLedWhereTheKeysSay(t *testing.T) {
	caller := ivr.Caller{Number: "+4799999901", Language: "nb", Queue: "annet", Brand: "Fjordglimt", Notices: []ivr.Text{nb("Det er strømbrudd i Vik.")}}
	hidden := caller
	hidden.Number = ""
	cases := []struct {
		name  string
		who   ivr.Caller
		story string
		want  []string // in this order, among what was done
	}{
		{"a key in the menu", caller, "silence open 1 no-promise", []string{"nb: Velkommen til Fjordglimt.", "CheckHours {Hours:kontortid Queue:strom}", "nb: Det er strømbrudd i Vik.", "queue strom [{strom 3}] priority 2, chosen [valg 1]"}},
		{"nothing at all", caller, "silence open silence silence", []string{"nb: Strøm 1, faktura 2.", "nb: Strøm 1, faktura 2.", "nb: Du blir satt over til en medarbeider.", "queue strom [] priority 0, silence []"}},
		{"0 at once", caller, "0", []string{"queue strom [] priority 0, zero []"}},
		{"0 in the menu", caller, "silence open 0", []string{"queue strom [] priority 0, zero []"}},
		{"keys that mean nothing", caller, "silence open 77777", []string{"nb: Det er ikke et valg her.", "queue strom [] priority 0, unclear []"}},
		{"Swedish", caller, "9 open 1 no-promise", []string{"Speaking {Language:sv}", "sv: El 1, faktura 2.", "queue strom"}},
		{"a key for the menu pressed at the language", caller, "1 open no-promise", []string{"nb: Det er strømbrudd i Vik.", "listen", "queue strom [{strom 3}] priority 2, chosen [valg 1]"}},
		{"keys for what comes pressed ahead, but no consent", caller, "2 12345# open known silence", []string{"CheckCustomer {Digits:12345}", "nb: Trykk 1 for opptak.", "Recording {Purpose:kvalitet Basis:consent Allowed:false}", "queue faktura"}},
		{"consent pressed ahead is none", caller, "2 12345#1 open known silence", []string{"Recording {Purpose:kvalitet Basis:consent Allowed:false}", "queue faktura"}},
		{"customer number ended by hash, consent given", caller, "silence open 2 12345# known 1", []string{"CheckCustomer {Digits:12345}", "Recording {Purpose:kvalitet Basis:consent Allowed:true}", "queue faktura [] priority 0, chosen [valg 2]"}},
		{"customer number of full length needs no hash", caller, "silence open 2 12345678 known", []string{"CheckCustomer {Digits:12345678}", "nb: Trykk 1 for opptak."}},
		{"a wrong customer number twice", caller, "silence open 2 1# unknown 2# unknown", []string{"nb: Vi fant ikke det nummeret.", "queue strom [] priority 0, unclear"}},
		{"no customer number at hand", caller, "silence open 2 # silence", []string{"Recording {Purpose:kvalitet Basis:consent Allowed:false}", "queue faktura"}},
		{"0 instead of a customer number", caller, "silence open 2 0#", []string{"queue strom [] priority 0, zero"}},
		{"callback on the number that shows", caller, "silence open 1 can-promise 1 1 promised", []string{"CheckPromise {Queue:strom}", "nb: Nummeret er pluss, fire sju, ni ni, ni ni, ni ni, null en.", "OfferCallback {Queue:strom Number:+4799999901}", "nb: Takk. Du beholder plassen", "Hangup {Why:promised}"}},
		{"callback on another number, keyed wrong once", caller, "silence open 1 can-promise 2 99999902# 2 99999903# 1 promised", []string{"OfferCallback {Queue:strom Number:99999903}", "Hangup {Why:promised}"}},
		{"callback to one whose number is hidden", hidden, "silence open 1 can-promise 1 99999904# 1 promised", []string{"nb: Vil du at vi ringer deg opp, trykk 1.", "OfferCallback {Queue:strom Number:99999904}"}},
		{"no, thank you", caller, "silence open 1 can-promise silence", []string{"queue strom [{strom 3}]"}},
		{"closed", caller, "silence closed no-promise", []string{"nb: Vi åpner i morgen klokken åtte.", "nb: Ha det bra.", "Hangup {Why:said}"}},
		{"closed, and a promise", caller, "silence closed can-promise 1 1 promised", []string{"Hangup {Why:promised}"}},
		{"closed, and 0", caller, "silence closed can-promise 0", []string{"nb: Vi har dessverre stengt nå.", "nb: Vi åpner igjen i morgen klokken åtte.", "Hangup {Why:closed}"}},
		{"a link", caller, "silence open 3 sent", []string{"SendLink {Number:+4799999901 Text:Meld flytting her: URL:https://www.fjordglimt.example/flytting}", "Hangup"}},
		{"a link that could not be sent", caller, "silence open 3 not-sent", []string{"queue strom [] priority 0, failed"}},
		{"the duty phone does not answer", caller, "silence open 4 no-answer", []string{"Dial {Number:+4700000110}", "nb: De svarte ikke der.", "queue strom [] priority 0, failed"}},
		{"afterwards", caller, "silence open 2 # silence talked 5 1", []string{"SurveyAnswer {Question:oks Value:5}", "SurveyAnswer {Question:solved Value:1}", "nb: Takk for svaret.", "Hangup {Why:talked}"}},
		{"afterwards, no answer", caller, "silence open 2 # silence talked 9 silence", []string{"nb: Det er ikke et valg her.", "nb: Takk for svaret.", "Hangup {Why:talked}"}},
		{"the queue is closed after all", caller, "0 refused", []string{"nb: Vi åpner igjen på mandag klokken halv ni.", "Hangup {Why:closed}"}},
		{"offered a callback while waiting", caller, "0 offer 1 1 promised", []string{"nb: Du kan legge på og beholde plassen", "OfferCallback {Queue:strom Number:+4799999901}", "Hangup {Why:promised}"}},
		{"offered while waiting, and stays", caller, "0 offer silence", []string{"nb: Du beholder plassen i køen.", "KeepWaiting {}"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := play(t, front(), c.who, c.story)
			rest := got
			for _, w := range c.want {
				i := strings.Index(rest, w)
				if i < 0 {
					t.Fatalf("not told, or not in this order: %q\n%s", w, got)
				}
				rest = rest[i+len(w):]
			}
		})
	}
}

func TestTheScriptOfTheTestsIsRight(t *testing.T) {
	if faults := ivr.Validate(front(), names); len(faults) > 0 {
		t.Fatal(faults)
	}
}

// Whoever writes a script and gets it wrong is told what, and where.
func TestFaultsNameTheirPlace(t *testing.T) {
	cases := []struct {
		name        string
		spoil       func(s *ivr.Script)
		where, text string
	}{
		{"a loop", func(s *ivr.Script) { s.Steps[4].Choices[3].To = "sprak" }, "steps[4].choices[3].to", `leads back to "sprak"`},
		{"a dead end", func(s *ivr.Script) {
			s.Steps[7].After = ""
			s.Steps = s.Steps[:9]
			s.Steps[4].Choices = s.Steps[4].Choices[:1]
			s.Steps[2].Closed = ""
		}, "steps[8].to", "nothing follows"},
		{"let go with empty hands", func(s *ivr.Script) { s.Steps[4].Choices[3].To = "farvel" }, "steps[14].do", "neither a person nor a promise"},
		{"a step nobody reaches", func(s *ivr.Script) { s.Steps[4].Choices = s.Steps[4].Choices[:3] }, "steps[11].key", "no caller ever reaches"},
		{"a queue that is not there", func(s *ivr.Script) { s.Steps[9].Queue = "stromm" }, "steps[9].queue", `"stromm" is not one of queues`},
		{"hours that are not there", func(s *ivr.Script) { s.Steps[2].Hours = "natt" }, "steps[2].hours", `"natt" is not one of hours`},
		{"five choices", func(s *ivr.Script) {
			s.Steps[4].Choices = append(s.Steps[4].Choices, ivr.Choice{Press: "5", To: "strom"})
		}, "steps[4].choices", "at most 4"},
		{"a menu three deep", func(s *ivr.Script) {
			for _, k := range []string{"a", "b"} {
				s.Steps = append(s.Steps, ivr.Step{Key: k, Do: ivr.Menu, Text: ivr.Text{"nb": "1", "sv": "1"}, Choices: []ivr.Choice{{Press: "1", To: map[string]string{"a": "b", "b": "strom"}[k]}}})
			}
			s.Steps[4].Choices[0].To = "a"
		}, "steps[17].do", "at most 2"},
		{"0 as a choice", func(s *ivr.Script) { s.Steps[4].Choices[0].Press = "0" }, "steps[4].choices[0].press", "0 leads to a person"},
		{"a key twice", func(s *ivr.Script) { s.Steps[4].Choices[1].Press = "1" }, "steps[4].choices[1].press", "used twice"},
		{"words missing in a language one may choose", func(s *ivr.Script) { delete(s.Steps[4].Text, "sv") }, "steps[4].text", "lacks words in sv"},
		{"a variable that is not", func(s *ivr.Script) { s.Steps[0].Text["nb"] = "Hei {{navn}}" }, "steps[0].text.nb", "{{navn}} is not known"},
		{"an unknown kind", func(s *ivr.Script) { s.Steps[0].Do = "sing" }, "steps[0].do", "must be one of"},
		{"a field of another kind", func(s *ivr.Script) { s.Steps[0].Queue = "strom" }, "steps[0].queue", "belongs to queue and callback"},
		{"a step that is not there", func(s *ivr.Script) { s.Steps[2].Closed = "stengdt" }, "steps[2].closed", `there is no step "stengdt"`},
		{"a survey before anybody has talked", func(s *ivr.Script) { s.Steps[4].Choices[3].To = "spor" }, "steps[15].do", "only follow a conversation"},
		{"a queue after the conversation", func(s *ivr.Script) { s.Steps[7].After = "strom" }, "steps[9].do", "cannot follow a conversation"},
		{"consent needed, notice given", func(s *ivr.Script) { s.Steps[6].Basis = ivr.ByNotice }, "steps[6].basis", "a notice is not enough"},
		{"a purpose that is not there", func(s *ivr.Script) { s.Steps[6].Purpose = "moro" }, "steps[6].purpose", "not one of the purposes"},
		{"too long to listen to", func(s *ivr.Script) { s.Steps[0].Text["nb"] = strings.Repeat("a", 601) }, "steps[0].text.nb", "too long"},
		{"two steps of one key", func(s *ivr.Script) { s.Steps[1].Key = "hei" }, "steps[1].key", "used twice"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := front()
			c.spoil(s)
			for _, f := range ivr.Validate(s, names) {
				if f.Where == c.where && strings.Contains(f.Text, c.text) {
					return
				}
			}
			t.Errorf("not told at %s: %q; told %v", c.where, c.text, ivr.Validate(s, names))
		})
	}
}

func TestPreviewTellsEveryPath(t *testing.T) {
	paths := ivr.Preview(front(), ivr.PreviewOptions{Language: "nb", Queue: "annet"})
	var all []string
	for _, p := range paths {
		all = append(all, p.Words)
		if p.SpokenMS <= 0 || len(p.Hops) == 0 {
			t.Errorf("an empty path: %+v", p)
		}
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{
		"velger språk → åpningstid kontortid – åpent → hører varsler → velger i en meny – trykker 1 (Strøm) → får tilbud om å bli ringt opp fra strom – ja takk, vi ringer",
		"åpningstid kontortid – stengt → hører en melding → får tilbud om å bli ringt opp fra strom – nei takk → samtalen avsluttes",
		"venter på en medarbeider i faktura – etter samtalen → svarer på to spørsmål",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no path %q in\n%s", want, text)
		}
	}
	if again := ivr.Preview(front(), ivr.PreviewOptions{Language: "nb", Queue: "annet"}); !reflect.DeepEqual(again, paths) {
		t.Error("the same script was previewed in two ways")
	}
}

// What callers are told about the wait only gets better.
func TestTheWaitIsOnlyToldDownwards(t *testing.T) {
	var w ivr.Wait
	say := func(position int, low, high time.Duration) string {
		var out []string
		for _, s := range w.Tell(position, low, high) {
			out = append(out, s["nb"])
		}
		return strings.Join(out, " ")
	}
	m := time.Minute
	for i, c := range []struct {
		position  int
		low, high time.Duration
		want      string
	}{
		{3, 2 * m, 4 * m, "Du er nummer tre i køen. Ventetiden er mellom to og fire minutter."},
		{4, 5 * m, 9 * m, "Takk for at du venter."},
		{2, 2 * m, 4 * m, "Du er nummer to i køen."},
		{2, 30 * time.Second, 90 * time.Second, "Ventetiden er opptil to minutter."},
		{1, 10 * time.Second, 40 * time.Second, "Du er den neste i køen. Ventetiden er under ett minutt."},
		{0, 0, 0, "Takk for at du venter."},
	} {
		if got := say(c.position, c.low, c.high); got != c.want {
			t.Errorf("%d: told %q, want %q", i, got, c.want)
		}
	}
}

func TestNumbersAndTimesAreSpokenRight(t *testing.T) {
	for n, want := range map[int][4]string{
		1: {"en", "ein", "ett", "one"}, 21: {"tjueen", "tjueein", "tjugoett", "twenty-one"}, 40: {"førti", "førti", "fyrtio", "forty"},
		100: {"ett hundre", "eitt hundre", "etthundra", "one hundred"}, 342: {"tre hundre og førtito", "tre hundre og førtito", "trehundrafyrtiotvå", "three hundred and forty-two"},
		2026: {"to tusen og tjueseks", "to tusen og tjueseks", "tvåtusentjugosex", "two thousand and twenty-six"},
	} {
		for i, l := range ivr.Languages {
			if got := ivr.NumberWords(n, l); got != want[i] {
				t.Errorf("%d in %s is told %q, want %q", n, l, got, want[i])
			}
		}
	}
	for _, c := range []struct {
		h, m int
		want [4]string
	}{
		{8, 0, [4]string{"klokken åtte", "klokka åtte", "klockan åtta", "at eight in the morning"}},
		{8, 30, [4]string{"klokken halv ni", "klokka halv ni", "klockan halv nio", "at eight thirty in the morning"}},
		{7, 45, [4]string{"klokken kvart på åtte", "klokka kvart på åtte", "klockan kvart i åtta", "at seven forty-five in the morning"}},
		{16, 5, [4]string{"klokken seksten null fem", "klokka seksten null fem", "klockan sexton noll fem", "at four oh five in the afternoon"}},
		{0, 0, [4]string{"ved midnatt", "ved midnatt", "vid midnatt", "at midnight"}},
	} {
		for i, l := range ivr.Languages {
			got := ivr.ClockWords(c.h, c.m, l)
			if got != c.want[i] {
				t.Errorf("%d:%02d in %s is told %q, want %q", c.h, c.m, l, got, c.want[i])
			}
		}
	}
	oslo := time.FixedZone("CET", 3600)
	now := time.Date(2026, 12, 23, 17, 0, 0, 0, oslo)
	for at, want := range map[time.Time]string{
		time.Date(2026, 12, 23, 22, 0, 0, 0, oslo):    "i dag klokken tjueto",
		time.Date(2026, 12, 24, 7, 0, 0, 0, time.UTC): "i morgen klokken åtte",
		time.Date(2026, 12, 28, 8, 0, 0, 0, oslo):     "på mandag klokken åtte",
		time.Date(2027, 1, 4, 8, 0, 0, 0, oslo):       "mandag den fjerde januar klokken åtte",
	} {
		if got := ivr.OpensWords(ivr.MomentOf(now, at), "nb"); got != want {
			t.Errorf("%v is told %q, want %q", at, got, want)
		}
	}
}

// script makes any script at all, right or wrong.
func script(t *rapid.T) *ivr.Script {
	n := rapid.IntRange(0, 12).Draw(t, "steps")
	key := func(label string) string {
		return rapid.SampledFrom([]string{"", "", "s0", "s1", "s2", "s3", "s4", "s5", "s9", "ghost"}).Draw(t, label)
	}
	s := &ivr.Script{Person: rapid.SampledFrom([]string{"", "q"}).Draw(t, "person"), Repeat: int32(rapid.IntRange(0, 3).Draw(t, "repeat"))}
	for i := range n {
		st := ivr.Step{
			Key: fmt.Sprintf("s%d", i), Do: rapid.SampledFrom(append([]string{"", "sing"}, ivr.Kinds...)).Draw(t, "do"), To: key("to"), Closed: key("closed"),
			After: key("after"), Failed: key("failed"), Digits: int32(rapid.IntRange(-1, 30).Draw(t, "digits")), Text: nb("x {{opens}}"),
			Basis: rapid.SampledFrom([]string{"", ivr.ByNotice, ivr.ByConsent}).Draw(t, "basis"),
		}
		for j := range rapid.IntRange(0, 5).Draw(t, "choices") {
			st.Choices = append(st.Choices, ivr.Choice{Press: fmt.Sprint(j + 1), To: key("choice"), Language: rapid.SampledFrom([]string{"", "sv"}).Draw(t, "language")})
		}
		s.Steps = append(s.Steps, st)
	}
	return s
}

// Whatever the script and whatever is pressed, a caller comes to a person, a promise or an end within a bounded number of events.
func TestNoCallerIsEverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := script(t)
		r := ivr.NewRun(s, ivr.Caller{Number: rapid.SampledFrom([]string{"", "+4799999901"}).Draw(t, "number"), Queue: "line"})
		pending := r.Begin()
		for range 400 {
			if r.Phase() == ivr.Waiting || r.Phase() == ivr.Ended {
				return
			}
			pending = answered(t, r, pending)
		}
		t.Fatalf("after 400 events the caller is still at step %q: %+v\n%+v", r.Step(), pending, s)
	})
}

// answered gives the run what its last action waits for, after any amount of noise.
func answered(t *rapid.T, r *ivr.Run, pending []ivr.Action) []ivr.Action {
	ok := rapid.Bool().Draw(t, "ok")
	for _, a := range pending {
		switch a.(type) {
		case ivr.CheckHours:
			return r.Hear(ivr.Opening(ok, ivr.Moment{}))
		case ivr.CheckCustomer:
			return r.Hear(ivr.Identified(ok))
		case ivr.CheckPromise:
			return r.Hear(ivr.Promisable(ok))
		case ivr.OfferCallback:
			return r.Hear(ivr.CallbackPromised(ok))
		case ivr.SendLink:
			return r.Hear(ivr.Sent(ok))
		case ivr.Dial:
			return r.Hear(ivr.Dialled(ok))
		}
	}
	if rapid.Bool().Draw(t, "silent") {
		return r.Hear(ivr.Silence())
	}
	return r.Hear(ivr.Digit(rapid.SampledFrom([]rune("0123456789*#")).Draw(t, "key")))
}

// tidied leaves of any script what its steps know, so that many are right.
func tidied(s *ivr.Script) *ivr.Script {
	for i := range s.Steps {
		st := &s.Steps[i]
		was := *st
		*st = ivr.Step{Key: was.Key, Do: was.Do, Text: was.Text}
		switch was.Do {
		case ivr.Menu, ivr.Language:
			for j, c := range was.Choices {
				if j < ivr.MaxChoices && (c.To == "" || c.To > was.Key) {
					c.Language = map[bool]string{true: "nb"}[was.Do == ivr.Language]
					st.Choices = append(st.Choices, c)
				}
			}
		case ivr.Hours:
			st.Closed = was.Closed
		case ivr.Queue:
			st.After = was.After
		case ivr.Outside:
			st.Number, st.Failed = "+4700000110", was.Failed
		case ivr.Link:
			st.URL, st.Message = "https://www.fjordglimt.example", nb("her")
		case ivr.Identify:
			st.Digits = 8
		case ivr.Record:
			st.Basis = ivr.ByNotice
		case "", "sing":
			st.Do = ivr.Say
		}
		if st.Text != nil {
			st.Text = nb("x")
		}
	}
	s.Steps = append(s.Steps, ivr.Step{Key: "sist", Do: ivr.Queue})
	return s
}

// A right script lets nobody go before a person, a promise, a message or a told closing.
func TestARightScriptKeepsItsWord(t *testing.T) {
	right := 0
	rapid.Check(t, func(t *rapid.T) {
		s := tidied(script(t))
		for _, f := range ivr.Validate(s, ivr.Names{Line: true}) {
			if !f.Warning {
				return
			}
		}
		right++
		r := ivr.NewRun(s, ivr.Caller{Queue: "line"})
		pending := r.Begin()
		given := false
		for range 400 {
			for _, a := range pending {
				switch a := a.(type) {
				case ivr.Enqueue, ivr.Dial:
					return
				case ivr.SendLink:
					given = true
				case ivr.CheckHours:
					given = true // the closing may be told
				case ivr.Hangup:
					if !given && a.Why == ivr.EndSaid {
						t.Fatalf("let go with %+v by %+v", a, s.Steps)
					}
					return
				}
			}
			pending = answered(t, r, pending)
		}
		t.Fatalf("a right script has not come to its end: %+v", s.Steps)
	})
	if right < 5 {
		t.Errorf("only %d scripts were right: the property has hardly been asked", right)
	}
}

// FuzzRun: events in any order never panic and never make a run say more than a bounded lot.
func FuzzRun(f *testing.F) {
	f.Add([]byte("9o1c11p"), []byte{0, 3, 4})
	f.Fuzz(func(t *testing.T, events, kinds []byte) {
		s := front()
		for i, k := range kinds {
			if i < len(s.Steps) {
				s.Steps[i].Do = ivr.Kinds[int(k)%len(ivr.Kinds)]
			}
		}
		r := ivr.NewRun(s, ivr.Caller{Language: "nb"})
		n := len(r.Begin())
		for _, e := range events {
			ev := ivr.Event{Kind: ivr.EventKind(e % 14), Key: rune(e), OK: e&64 != 0}
			if e%16 == 15 {
				n += len(r.Offer("q"))
			}
			n += len(r.Hear(ev))
		}
		if most := 400 + 20*len(events); n > most {
			t.Fatalf("%d actions for %d events", n, len(events))
		}
		ivr.Validate(s, ivr.Names{})
		if p := ivr.Preview(s, ivr.PreviewOptions{}); len(p) > ivr.MaxPaths {
			t.Fatalf("%d paths", len(p))
		}
	})
}

func TestWhatIsSureToBeSaidIsKnownAhead(t *testing.T) {
	all := ivr.Ahead(front(), []string{"nb", "sv"}, "Fjordglimt")
	for _, want := range []ivr.Said{{"Velkommen til Fjordglimt.", "nb"}, {"Välkommen till Fjordglimt.", "sv"}, {"Du är nummer tre i kön.", "sv"}, {"Takk for at du venter.", "nb"}} {
		if !slices.Contains(all, want) {
			t.Errorf("%v is not among them", want)
		}
	}
	for i, s := range all {
		if strings.Contains(s.Text, "{{") || slices.Contains(all[:i], s) {
			t.Errorf("%v depends on a caller, or stands twice", s)
		}
	}
}
