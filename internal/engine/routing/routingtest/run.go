package routingtest

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

//go:embed testdata/*.scenario
var scenarios embed.FS

// Scenarios lists the names of all scenarios, without folder and ending.
func Scenarios() []string {
	names, err := fs.Glob(scenarios, "testdata/*.scenario")
	if err != nil {
		panic(err)
	}
	for i, n := range names {
		names[i] = strings.TrimSuffix(filepath.Base(n), ".scenario")
	}
	sort.Strings(names)
	return names
}

// RunAll runs every scenario, each on a new driver.
func RunAll(t *testing.T, open func(t *testing.T) Driver) {
	for _, name := range Scenarios() {
		t.Run(name, func(t *testing.T) { Run(t, name, open(t)) })
	}
}

// Run runs one scenario by its name.
func Run(t *testing.T, name string, d Driver) {
	t.Helper()
	text, err := scenarios.ReadFile("testdata/" + name + ".scenario")
	if err != nil {
		t.Fatal(err)
	}
	if err := Play(string(text), d); err != nil {
		t.Errorf("testdata/%s.scenario:%v", name, err)
	}
}

// Rewrite writes the scenario file anew with what the driver decides, keeping everything but the
// expectations, and of those what is told by the others (agent_changed, wake_at). What it writes must be read by a person.
func Rewrite(path string, d Driver) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p := player{book: newBook(), driver: d, offers: map[[2]int64]centre.OfferID{}, rewrite: true}
	if err := p.play(string(text)); err != nil {
		return fmt.Errorf("%s:%w", path, err)
	}
	return os.WriteFile(path, []byte(p.text.String()), 0o644)
}

// Play plays a scenario's text. The error begins with the number of the line where the driver did otherwise.
func Play(text string, d Driver) error {
	p := player{book: newBook(), driver: d, offers: map[[2]int64]centre.OfferID{}}
	return p.play(text)
}

// player is a scenario being played.
type player struct {
	*book
	driver  Driver
	now     centre.Instant
	begun   bool
	offers  map[[2]int64]centre.OfferID // latest by contact and agent
	decided []Decided                   // not yet expected
	line    int                         // where they were decided
	rewrite bool
	text    strings.Builder
}

func (p *player) play(text string) error {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, ">") {
			if err := p.expect(i+1, strings.TrimSpace(line[1:])); err != nil {
				return err
			}
			continue
		}
		if line != "" && !strings.HasPrefix(line, "#") {
			if err := p.nothingLeft(); err != nil {
				return err
			}
			p.line = i + 1
		}
		if p.rewrite {
			p.text.WriteString(raw + "\n")
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := p.tell(line); err != nil {
			return fmt.Errorf("%d: %s: %w", i+1, line, err)
		}
		p.writeDecided()
	}
	return p.nothingLeft()
}

// writeDecided writes what was decided as the expectations of a rewritten scenario.
func (p *player) writeDecided() {
	if !p.rewrite {
		return
	}
	for i := range p.decided {
		if !quiet(p.decided[i].Kind) {
			p.text.WriteString(p.book.line(&p.decided[i], p.now) + "\n")
		}
	}
	p.decided = nil
}

// nothingLeft fails when something was decided that nothing expected.
func (p *player) nothingLeft() error {
	for i := range p.decided {
		if d := &p.decided[i]; !quiet(d.Kind) {
			return fmt.Errorf("%d: nothing expects: %s", p.line, p.book.line(d, p.now))
		}
	}
	p.decided = nil
	return nil
}

// expect takes the next decision that is not quiet, or any later quiet one that it names.
func (p *player) expect(line int, want string) error {
	if p.rewrite {
		if kind, _, _ := strings.Cut(want, " "); kind == routing.AgentChanged.String() || kind == routing.WakeAt.String() {
			p.text.WriteString("> " + want + "\n")
		}
		return nil
	}
	at := p.now
	if strings.HasPrefix(want, "@") {
		word, rest, _ := strings.Cut(want[1:], " ")
		d, err := time.ParseDuration(word)
		if err != nil {
			return fmt.Errorf("%d: %q is not a time", line, word)
		}
		at, want = centre.Instant(d.Milliseconds()), strings.TrimSpace(rest)
	}
	for i := range p.decided {
		d := &p.decided[i]
		if d.At == at && matches(want, p.render(&d.Decision)) {
			p.decided = append(p.decided[:i], p.decided[i+1:]...)
			return nil
		}
		if !quiet(d.Kind) {
			return fmt.Errorf("%d: want %s\n\tgot  %s", line, want, p.book.line(d, p.now))
		}
	}
	return fmt.Errorf("%d: want %s\n\tgot  nothing more", line, want)
}

// tell takes a line that declares rules or tells what happens.
func (p *player) tell(line string) error {
	w := &words{left: strings.Fields(line)}
	if d, err := time.ParseDuration(w.left[0]); err == nil {
		w.left = w.left[1:]
		if at := centre.Instant(d.Milliseconds()); at < p.now {
			return fmt.Errorf("time does not go back")
		} else if err := p.pass(at); err != nil {
			return err
		}
	}
	if len(w.left) == 0 {
		return nil
	}
	subject := w.next("subject")
	if p.declare(subject, w) {
		return w.err
	}
	if err := p.begin(); err != nil {
		return err
	}
	back := int64(0)
	if subject == "late" { // the event carries a time that has passed
		back = w.span("how late")
		subject = w.next("subject")
	}
	ev, _ := p.event(subject, w)
	if len(w.left) > 0 {
		w.fail("%q is too much", strings.Join(w.left, " "))
	}
	if w.err != nil {
		return w.err
	}
	ev.At = p.now - centre.Instant(back)
	if ev.Offer == 0 && (ev.Kind == routing.Accepted || ev.Kind == routing.Declined) {
		ev.Offer = p.offers[[2]int64{int64(ev.Contact), int64(ev.Agent)}]
	}
	return p.send(ev)
}

// begin tells the rules and people that were declared before the first event.
func (p *player) begin() error {
	if p.begun {
		return nil
	}
	p.begun = true
	if err := p.sendQuietly(p.newRules()); err != nil {
		return err
	}
	for _, name := range p.people {
		if err := p.sendQuietly(p.defined(name)); err != nil {
			return err
		}
	}
	return nil
}

// sendQuietly sends what must be taken as a matter of course.
func (p *player) sendQuietly(ev routing.Event) error {
	ev.At = p.now
	out, err := p.driver.Send(ev)
	if err != nil {
		return err
	}
	for i := range out {
		if out[i].Kind == routing.Refused {
			if ev.Settings != nil {
				return fmt.Errorf("the rules are refused: %w", routing.ValidateSettings(ev.Settings))
			}
			return fmt.Errorf("%v is refused: %v", ev.Kind, out[i].Code)
		}
	}
	return nil
}

func (p *player) pass(until centre.Instant) error {
	out, err := p.driver.Pass(until)
	if err != nil {
		return err
	}
	p.now = until
	p.take(out)
	return nil
}

func (p *player) send(ev routing.Event) error {
	out, err := p.driver.Send(ev)
	if err != nil {
		return err
	}
	all := make([]Decided, len(out))
	for i := range out {
		all[i] = Decided{At: p.now, Decision: out[i]}
	}
	p.take(all)
	return nil
}

func (p *player) take(out []Decided) {
	for i := range out {
		if d := &out[i]; d.Kind == routing.Offered {
			p.offers[[2]int64{int64(d.Contact), int64(d.Agent)}] = d.Offer
		}
	}
	p.decided = append(p.decided, out...)
}
