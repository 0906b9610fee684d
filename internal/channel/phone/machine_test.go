package phone

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
)

// story plays one file of testdata: a line says what happens, indented lines below it say what the call does about it, in order. Only time is made up: the
// machine is the real one, the script is the real one, and nothing else is there.
type story struct {
	t     *testing.T
	m     *machine
	now   time.Time
	due   map[timer]time.Time
	found []string
}

var storyScript = &ivr.Script{Steps: []ivr.Step{
	{Key: "hei", Do: ivr.Say, Text: ivr.Text{"en": "Welcome"}},
	{Key: "opptak", Do: ivr.Record, Purpose: "quality", Basis: ivr.ByConsent, Text: ivr.Text{"en": "May we record?"}},
	{Key: "valg", Do: ivr.Menu, Text: ivr.Text{"en": "Press 1 or 2"}, Choices: []ivr.Choice{{Press: "1", To: "ko"}, {Press: "2", To: "ut"}}},
	{Key: "ko", Do: ivr.Queue, Queue: "power", After: "spor"},
	{Key: "ut", Do: ivr.Outside, Number: "+4799900099", Failed: "ko"},
	{Key: "spor", Do: ivr.Survey},
}}

func (s *story) begin(kind string) {
	script := storyScript
	if kind == "straight" {
		script = straight(true)
	}
	script.Defaults()
	row := store.CallRow{ID: 1, Direction: "in", Language: "en", Number: "+4799900001", Known: "none", Began: centre.At(s.now)}
	t := terms{queue: "power", announce: 30 * time.Second, tellPlace: true, tellWait: true, offerAfter: time.Minute, grace: 10 * time.Second, ring: 20 * time.Second,
		brief: map[string]string{"en": "{{brand}}, {{reason}}, {{wait}}"}, whisper: config.WhisperAnswered, brand: "Nordlys", queueNames: map[centre.QueueID]string{0: "Power"}}
	switch kind {
	case "straight":
		t.brief = nil
	case "rings", "lifted":
		t.whisper = config.WhisperRinging
		t.lifted = func(centre.AgentID) bool { return kind == "lifted" }
		script = straight(true)
	case "whispers-off":
		t.whisper = config.WhisperOff
	}
	var run *ivr.Run
	switch kind {
	case "out", "callback":
		row.Direction = kind
		if kind == "callback" {
			row.Contact = 7
		}
	default:
		run = ivr.NewRun(script, ivr.Caller{Number: row.Number, Language: "en", Queue: "power", Brand: "Nordlys"})
	}
	s.m = newMachine(t, row, run)
	if kind == "out" {
		s.m.row.Contact, s.m.row.Agent = 7, 3
		s.m.scene.add(person{kind: theAgent, agent: 3})
	}
	s.m.begin()
}

// happens makes one line happen.
func (s *story) happens(line string) {
	w := strings.Fields(line)
	m, at := s.m, centre.At(s.now)
	num := func(i int) int64 {
		n, err := strconv.ParseInt(w[i], 10, 64)
		if err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		return n
	}
	decide := func(d routing.Decision) {
		d.Contact = m.row.Contact
		m.decide(at, &d)
	}
	switch w[0] {
	case "call":
		s.begin(w[1])
	case "answered":
		m.hear(at, answered{})
	case "broken":
		m.hear(at, answered{errors.New("no sound")})
	case "said":
		if len(m.words) == 0 {
			s.t.Fatalf("%q: nothing is being said", line)
		}
		m.hear(at, spoken{m.words[0].id})
	case "key":
		for _, k := range w[1] {
			m.hear(at, keyed{k})
		}
	case "hangup":
		m.hear(at, gone{person: 1, cause: "caller_hung_up"})
	case "kept": // what was to go to disk is there
		m.hear(at, told{what: tellKind(w[1]), contact: 7})
	case "refused":
		m.hear(at, told{what: tellKind(w[1]), refused: true})
	case "kept-for-number":
		m.hear(at, told{what: tellArrive, ask: true})
	case "found":
		m.hear(at, told{what: tellArrive, contact: 7, found: true})
	case "lost":
		m.hear(at, told{what: tellKind(w[1]), err: errors.New("disk")})
	case "offered":
		decide(routing.Decision{Kind: routing.Offered, Agent: centre.AgentID(num(1))})
	case "lapsed":
		decide(routing.Decision{Kind: routing.OfferEnded, End: routing.OfferLapsed, Agent: centre.AgentID(num(1))})
		decide(routing.Decision{Kind: routing.Queued})
	case "connected":
		decide(routing.Decision{Kind: routing.Connected, Agent: centre.AgentID(num(1))})
	case "advised":
		decide(routing.Decision{Kind: routing.Connected, Agent: centre.AgentID(num(1)), Consult: true})
	case "hold", "resume":
		m.at = max(m.at, at)
		m.hold(w[0] == "hold")
	case "advice-over":
		decide(routing.Decision{Kind: routing.ConsultOver, Consult: true})
	case "queued":
		decide(routing.Decision{Kind: routing.Queued})
	case "wrapping":
		decide(routing.Decision{Kind: routing.WrapUpStarted, Agent: m.row.Agent})
	case "line":
		m.hear(at, lineOf(centre.AgentID(num(1)), w[2] == "up"))
	case "place":
		m.hear(at, looked{position: int(num(1)), low: time.Duration(num(2)) * time.Minute, high: time.Duration(num(3)) * time.Minute, callback: len(w) > 4})
	case "rings-out":
		m.hear(at, dialled{person: num(1), ringing: true})
	case "answers-out":
		m.hear(at, dialled{person: num(1), ok: true})
	case "fails-out":
		m.hear(at, dialled{person: num(1), cause: w[2]})
	case "leaves":
		m.hear(at, gone{person: num(1), cause: "hung_up"})
	case "recorded":
		m.hear(at, recorded{id: 5})
	case "whisper":
		m.hear(at, briefed{agent: centre.AgentID(num(1)), state: strings.TrimPrefix(w[2], "none")})
	case "cap":
		m.hear(at, spent{})
	case "wait":
		d, err := time.ParseDuration(w[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.pass(d)
	default:
		s.t.Fatalf("nobody knows what %q is", line)
	}
	s.collect()
}

func lineOf(a centre.AgentID, up bool) line { return line{agent: a, up: up} }

// pass lets time pass, and the timers ring on the way.
func (s *story) pass(d time.Duration) {
	for end := s.now.Add(d); ; {
		next, name := end, timer("")
		for t, at := range s.due {
			if !at.After(next) && (name == "" || at.Before(next) || t < name) {
				next, name = at, t
			}
		}
		s.now = next
		if name == "" {
			return
		}
		delete(s.due, name)
		s.m.hear(centre.At(s.now), rang{name})
		s.collect()
	}
}

// collect notes what the call wants done, in words.
func (s *story) collect() {
	for _, d := range s.m.take() {
		switch d := d.(type) {
		case wake:
			delete(s.due, d.timer)
			if d.after > 0 {
				s.due[d.timer] = s.now.Add(d.after)
			}
		case say:
			s.add("say %q%s", d.text, map[bool]string{true: " to the agent"}[d.toAgent])
		case brief:
			s.add("whisper %q to %d", d.text, d.agent)
		case unbrief:
			s.add("whisper no more")
		case hush:
			s.add("hush")
		case answerCall:
			s.add("answer")
		case hangUp:
			s.add("hang up %d", d.person)
		case dial:
			s.add("dial %s", d.number)
		case record:
			s.add("record %s", d.do)
		case look:
			s.add("look")
		case tell:
			text := "tell " + string(d.what)
			switch d.what {
			case tellArrive:
				text = strings.TrimSpace(text + " " + d.queue + " " + map[string]string{claimYes: "with the place", claimNo: "without the place"}[d.claim])
			case tellPromise:
				text += " " + d.number
			case tellResult:
				text += fmt.Sprintf(" %v", d.ok)
			case tellSurvey:
				text += fmt.Sprintf(" %d %s", d.oks, orElse(d.solved, "?"))
			case tellLeave, tellEnd, tellRequeue, tellRow:
			}
			s.add("%s", text)
		case done:
			s.add("over: %s", s.m.row.Outcome)
		case mix:
			s.add("%s", s.mixed())
		case show, keys, find, hours, sendLink:
		}
	}
}

func (s *story) add(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if strings.HasPrefix(line, "hears") && len(s.found) > 0 && s.found[len(s.found)-1] == line {
		return
	}
	s.found = append(s.found, line)
}

// mixed says who hears whom, and whether the customer hears music.
func (s *story) mixed() string {
	h := s.m.scene.hearings()
	var words []string
	for _, p := range s.m.scene.people {
		if !p.there() {
			continue
		}
		var hears []string
		for _, q := range s.m.scene.people {
			role, ok := h[q.id]
			if !ok || q.id == p.id || role.Mute || h[p.id].Deaf || (len(role.Only) > 0 && !slices.Contains(role.Only, p.id)) {
				continue
			}
			hears = append(hears, q.kind)
		}
		if p.kind == theCustomer && s.m.scene.music() && s.m.stage != inMenu && s.m.stage != following {
			hears = append(hears, "music")
		}
		if s.m.scene.waitsAside(&p) {
			hears = append(hears, "music")
		}
		words = append(words, p.kind+":"+orElse(strings.Join(hears, "+"), "-"))
	}
	return "hears " + strings.Join(words, " ")
}

func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.call")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) { play(t, file) })
	}
}

var update = flag.Bool("update", false, "write what the calls do into the stories instead of comparing: read the difference")

func play(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := &story{t: t, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), due: map[timer]time.Time{}}
	n, at := 0, 0
	var got, want []string
	var whole strings.Builder
	check := func() {
		t.Helper()
		for _, line := range got {
			fmt.Fprintf(&whole, "  %s\n", line)
		}
		if !*update && at > 0 && !slices.Equal(got, want) {
			t.Errorf("%s:%d: the call does\n  %s\nwant\n  %s", file, at, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
		}
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		n++
		text := lines.Text()
		switch {
		case strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#"):
			check()
			at, got, want = 0, nil, nil
			fmt.Fprintln(&whole, text)
		case strings.HasPrefix(text, "  "):
			want = append(want, strings.TrimSpace(text))
		default:
			check()
			got, s.found = nil, nil
			fmt.Fprintln(&whole, text)
			s.happens(text)
			at, got, want = n, s.found, nil
		}
	}
	check()
	if *update {
		if err := os.WriteFile(file, []byte(whole.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
