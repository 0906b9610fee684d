package ivr

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Names are what a script may refer to. A nil list is not checked.
type Names struct {
	Languages []string          // of the lines that use the script: every text must have these
	Queues    []string          // keys
	Skills    []string          // keys
	Hours     []string          // keys
	Prompts   []string          // keys of recorded prompts
	Purposes  map[string]string // what may be recorded, and on what basis: notice or consent
	Line      bool              // every line that uses the script has a queue of its own
}

// Fault is one thing wrong with a script, and where: "steps[3].choices[1].to".
type Fault struct {
	Where   string `json:"where"`
	Text    string `json:"text"`
	Warning bool   `json:"warning" doc:"It may be left so."`
}

// edge is one way out of a step.
type edge struct {
	to    int    // -1 = nowhere
	where string // the field that names it
	state uint8  // what a caller who goes this way has got
	key   string // pressed
	says  string // phrase-book name of what happened, for previews
}

// What a caller has got on the way.
const (
	gotPromise uint8 = 1 << iota
	gotClosing
	gotTalk
)

type checker struct {
	s      *Script
	at     map[string]int
	names  Names
	faults []Fault
}

// Validate finds everything that is wrong with a script: what is missing or misspelt in a step, loops, steps that nobody reaches, and paths that end
// with neither a person nor a promise nor the closing told. A script without steps is right: it leads to a person at once.
func Validate(s *Script, n Names) []Fault {
	c := &checker{s: s, at: s.index(), names: n}
	if len(s.Steps) > MaxSteps {
		c.fault("steps", "there are %d, and at most %d are allowed", len(s.Steps), MaxSteps)
		return c.faults
	}
	c.between("repeat", s.Repeat, 0, 3)
	c.between("wait_s", s.WaitS, 0, 30)
	c.refers("person", s.Person, "queues", n.Queues)
	if s.Person == "" && !n.Line {
		c.fault("person", "must name a queue: not every line that uses the script has one of its own")
	}
	for i := range s.Steps {
		c.step(i)
	}
	if len(s.Steps) > 0 && len(c.faults) == 0 {
		c.paths()
	}
	return c.faults
}

func (c *checker) fault(where, format string, args ...any) {
	c.faults = append(c.faults, Fault{Where: where, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) warn(where, format string, args ...any) {
	c.faults = append(c.faults, Fault{Where: where, Text: fmt.Sprintf(format, args...), Warning: true})
}

func (c *checker) between(where string, v, low, high int32) {
	if v < low || v > high {
		c.fault(where, "%d must be from %d to %d", v, low, high)
	}
}

func (c *checker) refers(where, key, what string, known []string) {
	if key != "" && known != nil && !slices.Contains(known, key) {
		c.fault(where, "%q is not one of %s: %s", key, what, listed(known))
	}
}

func listed(all []string) string {
	all = slices.Clone(all)
	slices.Sort(all)
	if len(all) == 0 {
		return "(there is none)"
	}
	if len(all) > 12 {
		all = append(all[:12], "...")
	}
	return strings.Join(all, ", ")
}

// leads checks the name of a step.
func (c *checker) leads(where, key string) {
	if _, ok := c.at[key]; key != "" && !ok {
		c.fault(where, "there is no step %q", key)
	}
}

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func (c *checker) step(i int) {
	s := &c.s.Steps[i]
	at := fmt.Sprintf("steps[%d].", i)
	if !keyForm.MatchString(s.Key) {
		c.fault(at+"key", "%q must be 1-40 lower-case letters, digits and hyphens, beginning with a letter or digit", s.Key)
	} else if c.at[s.Key] != i {
		c.fault(at+"key", "%q is used twice in steps", s.Key)
	}
	if !slices.Contains(Kinds, s.Do) {
		c.fault(at+"do", "%q must be one of %s", s.Do, strings.Join(Kinds, ", "))
		return
	}
	c.fits(at, s)
	c.words(at, s)
	c.leads(at+"to", s.To)
	switch s.Do {
	case Menu, Language:
		c.choices(at, s)
	case Identify:
		c.between(at+"digits", s.Digits, 1, 20)
	case Hours:
		c.refers(at+"hours", s.Hours, "hours", c.names.Hours)
		c.leads(at+"closed", s.Closed)
	case Callback:
		c.refers(at+"queue", s.Queue, "queues", c.names.Queues)
	case Queue:
		c.queue(at, s)
	case Link:
		c.text(at+"message", s.Message, "", true)
		if !strings.HasPrefix(s.URL, "https://") || len(s.URL) < 12 {
			c.fault(at+"url", "%q must be a site such as https://www.fjordglimt.example", s.URL)
		}
	case Record:
		c.record(at, s)
	case Outside:
		if !numberForm.MatchString(s.Number) {
			c.fault(at+"number", "%q must be a telephone number such as +4700000100", s.Number)
		}
		c.leads(at+"failed", s.Failed)
	}
}

var numberForm = regexp.MustCompile(`^\+?[0-9]{3,15}$`)

// fits refuses fields that a kind of step does not know, so that nobody believes they count.
func (c *checker) fits(at string, s *Step) {
	has := []struct {
		name  string
		set   bool
		kinds []string
	}{
		{"choices", len(s.Choices) > 0, []string{Menu, Language}},
		{"again", len(s.Again) > 0, []string{Menu, Language}},
		{"hours", s.Hours != "", []string{Hours}},
		{"closed", s.Closed != "", []string{Hours}},
		{"queue", s.Queue != "", []string{Queue, Callback}},
		{"needs", len(s.Needs) > 0, []string{Queue}},
		{"priority", s.Priority != 0, []string{Queue}},
		{"after", s.After != "", []string{Queue}},
		{"purpose", s.Purpose != "", []string{Record}},
		{"basis", s.Basis != "", []string{Record}},
		{"number", s.Number != "", []string{Outside}},
		{"failed", s.Failed != "", []string{Outside}},
		{"url", s.URL != "", []string{Link}},
		{"message", len(s.Message) > 0, []string{Link}},
		{"digits", s.Digits != 0, []string{Identify}},
	}
	for _, h := range has {
		if h.set && !slices.Contains(h.kinds, s.Do) {
			c.fault(at+h.name, "belongs to %s, not to %s", strings.Join(h.kinds, " and "), s.Do)
		}
	}
	if s.To != "" && slices.Contains([]string{Menu, Queue, Outside, End}, s.Do) {
		c.fault(at+"to", "nothing follows %s: leave it out", s.Do)
	}
}

func (c *checker) queue(at string, s *Step) {
	c.refers(at+"queue", s.Queue, "queues", c.names.Queues)
	if s.Queue == "" && c.s.Person == "" && !c.names.Line {
		c.fault(at+"queue", "must name a queue: not every line that uses the script has one of its own")
	}
	c.between(at+"priority", s.Priority, 0, 9)
	c.leads(at+"after", s.After)
	for j, n := range s.Needs {
		here := fmt.Sprintf("%sneeds[%d].", at, j)
		c.refers(here+"skill", n.Skill, "skills", c.names.Skills)
		c.between(here+"level", n.Level, 1, 9)
	}
}

func (c *checker) record(at string, s *Step) {
	if s.Basis != ByNotice && s.Basis != ByConsent {
		c.fault(at+"basis", "%q must be one of %s, %s", s.Basis, ByNotice, ByConsent)
	}
	if c.names.Purposes == nil {
		return
	}
	basis, ok := c.names.Purposes[s.Purpose]
	switch {
	case !ok:
		c.fault(at+"purpose", "%q is not one of the purposes of recording", s.Purpose)
	case basis == ByConsent && s.Basis == ByNotice:
		c.fault(at+"basis", "recording for %q asks for consent: a notice is not enough", s.Purpose)
	}
}

// needsWords tells which kinds say nothing of their own when they have no text.
var needsWords = []string{Say, Menu, Language, Identify, Record}

func (c *checker) words(at string, s *Step) {
	c.refers(at+"clip", s.Clip, "prompts", c.names.Prompts)
	c.text(at+"text", s.Text, s.Clip, slices.Contains(needsWords, s.Do))
	c.text(at+"again", s.Again, "", false)
}

var variable = regexp.MustCompile(`\{\{[^}]*\}\}`)

// text checks one text: every language that the lines speak, no unknown variable, not too long to listen to.
func (c *checker) text(where string, t Text, clip string, need bool) {
	if len(t) == 0 && clip == "" {
		if need {
			c.fault(where, "must not be empty")
		}
		return
	}
	for _, l := range sorted(t) {
		if !slices.Contains(Languages, l) {
			c.fault(where, "%q is not one of the languages: %s", l, strings.Join(Languages, ", "))
		}
		if n := utf8.RuneCountInString(t[l]); n > MaxWords {
			c.fault(where+"."+l, "%d characters are too long to listen to: at most %d", n, MaxWords)
		}
		for _, v := range variable.FindAllString(t[l], -1) {
			if v != "{{opens}}" && v != "{{brand}}" && v != "{{number}}" {
				c.fault(where+"."+l, "%s is not known: there are {{opens}}, {{brand}} and {{number}}", v)
			}
		}
	}
	if clip != "" {
		return
	}
	for _, l := range c.languages() {
		if strings.TrimSpace(t[l]) == "" {
			c.fault(where, "lacks words in %s, which callers may have chosen", l)
		}
	}
}

// languages are those of the lines, and those that callers may choose on the way.
func (c *checker) languages() []string {
	out := slices.Clone(c.names.Languages)
	for i := range c.s.Steps {
		if c.s.Steps[i].Do == Language {
			for _, ch := range c.s.Steps[i].Choices {
				out = append(out, ch.Language)
			}
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(l string) bool { return !slices.Contains(Languages, l) })
}

func sorted(t Text) []string {
	out := make([]string, 0, len(t))
	for l := range t {
		out = append(out, l)
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}

func (c *checker) choices(at string, s *Step) {
	switch n := len(s.Choices); {
	case n == 0:
		c.fault(at+"choices", "there must be at least one")
	case n > MaxChoices:
		c.fault(at+"choices", "%d are more than a caller remembers: at most %d", n, MaxChoices)
	}
	seen := map[string]bool{}
	for j, ch := range s.Choices {
		here := fmt.Sprintf("%schoices[%d].", at, j)
		if len(ch.Press) != 1 || ch.Press < "1" || ch.Press > "9" {
			c.fault(here+"press", "%q must be one of the keys 1 to 9: 0 leads to a person, * asks again", ch.Press)
		} else if seen[ch.Press] {
			c.fault(here+"press", "%q is used twice in choices", ch.Press)
		}
		seen[ch.Press] = true
		c.leads(here+"to", ch.To)
		if s.Do == Language && !slices.Contains(Languages, ch.Language) {
			c.fault(here+"language", "%q is not one of the languages: %s", ch.Language, strings.Join(Languages, ", "))
		}
		if s.Do == Menu && ch.Language != "" {
			c.fault(here+"language", "belongs to language, not to menu")
		}
	}
}
