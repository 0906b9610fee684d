package ivr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Path is one way through a script, as a caller lives it.
type Path struct {
	Hops     []Hop  `json:"hops" nullable:"false"`
	After    []Hop  `json:"after" nullable:"false" doc:"What follows the conversation for a caller who stays on the line."`
	End      string `json:"end" enum:"queue,outside,promise,closed,end,person" doc:"What the caller comes to."`
	Queue    string `json:"queue,omitempty"`
	SpokenMS int64  `json:"spoken_ms" doc:"How long everything said before a person is waited for takes when nobody presses a key before it is over."`
	Words    string `json:"words" doc:"The path as one sentence."`
}

// Hop is one step of a path.
type Hop struct {
	Step     string `json:"step"`
	Do       string `json:"do"`
	Where    string `json:"where" doc:"Such as steps[3]."`
	Happens  string `json:"happens" doc:"What the caller does or meets, in words."`
	Says     string `json:"says,omitempty" doc:"What is said, in the language of the preview."`
	Clip     string `json:"clip,omitempty"`
	SpokenMS int64  `json:"spoken_ms"`
	Key      string `json:"key,omitempty" doc:"The key that leads on from here."`
}

// PreviewOptions say how a script is previewed.
type PreviewOptions struct {
	Language string                                          // nb when empty
	Queue    string                                          // of the line
	Opens    Moment                                          // what {{opens}} is told as
	Brand    string                                          // for {{brand}}
	Name     func(section, key string) string                // what queues and opening hours are called; nil = their keys
	Length   func(clip, language string) (ms int64, ok bool) // of recorded prompts; nil = guessed from the text
}

// MaxPaths bounds a preview.
const MaxPaths = 200

// SpokenMS guesses how long a text takes to say: about fourteen characters a second, and a breath.
func SpokenMS(text string) int64 {
	if text == "" {
		return 0
	}
	return 300 + 70*int64(utf8.RuneCountInString(text))
}

// Preview lists every path through a script in words, in the order of its keys, at most MaxPaths. A script that Validate refuses is previewed as far as
// it goes.
func Preview(s *Script, o PreviewOptions) []Path {
	if o.Language == "" {
		o.Language = "nb"
	}
	if o.Name == nil {
		o.Name = func(_, key string) string { return key }
	}
	p := &previewer{s: s, at: s.index(), o: o, run: NewRun(s, Caller{Language: o.Language, Queue: o.Queue, Brand: o.Brand}), on: make([]bool, len(s.Steps))}
	p.run.opens = o.Opens
	p.language = o.Language
	p.walk(0)
	return p.out
}

type previewer struct {
	s        *Script
	at       map[string]int
	o        PreviewOptions
	run      *Run
	on       []bool
	trail    []Hop
	language string
	closed   bool
	out      []Path
}

// tell is one of the preview's own words, with blanks filled.
func (p *previewer) tell(name string, args ...any) string {
	w, _ := previewWords[name].In(p.o.Language)
	if len(args) > 0 {
		return fmt.Sprintf(w, args...)
	}
	return w
}

func (p *previewer) walk(i int) {
	if len(p.out) >= MaxPaths {
		return
	}
	if i < 0 || i >= len(p.s.Steps) || p.on[i] {
		p.finish("person", p.run.personQueue())
		return
	}
	s := &p.s.Steps[i]
	p.on[i] = true
	p.trail = append(p.trail, p.hop(i))
	defer func() { p.on[i] = false; p.trail = p.trail[:len(p.trail)-1] }()
	switch s.Do {
	case Queue:
		p.finish("queue", p.run.queueOf(s))
		return
	case Outside:
		p.finish("outside", "")
	case Callback:
		p.branch(p.tell("way_promised"), "", func() { p.finish("promise", p.run.queueOf(s)) })
	case End:
		p.finish(map[bool]string{true: "closed", false: "end"}[p.closed], "")
		return
	case Hours:
		if s.Closed == "" {
			p.branch(p.tell("way_closed"), "", func() { p.finish("closed", "") })
		}
	}
	p.follow(i, s)
}

func (p *previewer) follow(i int, s *Step) {
	ways := p.s.ways(p.at, i)
	if s.Do == Language && oneWay(ways) { // every language goes on alike: one path, told in the preview's own
		ways = ways[len(ways)-1:]
		ways[0].says = ""
	}
	for j, e := range ways {
		happens, language, closed := "", p.language, p.closed
		if e.says != "" {
			happens = p.tell(e.says)
		}
		if e.key != "" && j < len(s.Choices) {
			ch := s.Choices[j]
			happens = p.tell("way_key", e.key)
			if name, _ := ch.Name.In(p.o.Language); name != "" {
				happens += " (" + name + ")"
			}
			if ch.Language != "" {
				p.language = ch.Language
			}
		}
		p.closed = p.closed || e.state&gotClosing != 0
		p.branch(happens, e.key, func() {
			if e.to < 0 && mayStop(s.Do) {
				p.finish("end", "")
				return
			}
			p.walk(e.to)
		})
		p.language, p.closed = language, closed
	}
}

func oneWay(ways []edge) bool {
	for _, e := range ways {
		if e.to != ways[0].to {
			return false
		}
	}
	return true
}

// after are the steps that follow the conversation that a path leads to.
func (p *previewer) after() []Hop {
	out := []Hop{}
	last := p.trail[len(p.trail)-1]
	s := &p.s.Steps[p.at[last.Step]]
	seen := map[int]bool{}
	for i, ok := p.at[s.After]; ok && s.Do == Queue && s.After != "" && i >= 0 && !seen[i]; {
		seen[i] = true
		out = append(out, p.hop(i))
		if next := &p.s.Steps[i]; next.Do == End || next.Do == Queue {
			break
		}
		i = p.s.next(p.at, i, p.s.Steps[i].To)
	}
	return out
}

// branch notes what happens at the last hop while fn runs.
func (p *previewer) branch(happens, key string, fn func()) {
	last := &p.trail[len(p.trail)-1]
	was := *last
	if happens != "" {
		last.Happens = strings.TrimSpace(last.Happens + " – " + happens)
	}
	last.Key = key
	fn()
	p.trail[len(p.trail)-1] = was
}

// hop tells one step by itself.
func (p *previewer) hop(i int) Hop {
	s := &p.s.Steps[i]
	words, language := s.Text.In(p.language)
	h := Hop{Step: s.Key, Do: s.Do, Where: fmt.Sprintf("steps[%d]", i), Says: p.run.fillIn(words, language), Clip: s.Clip, Happens: p.tell("do_" + s.Do)}
	h.SpokenMS = SpokenMS(h.Says)
	if s.Clip != "" && p.o.Length != nil {
		if ms, ok := p.o.Length(s.Clip, language); ok {
			h.SpokenMS = ms
		}
	}
	for _, name := range spokenBy[s.Do] {
		w, _ := phrases[name].In(p.language)
		h.SpokenMS += SpokenMS(w)
		h.Says = strings.TrimSpace(h.Says + " " + w)
	}
	switch s.Do {
	case Queue, Callback:
		h.Happens = p.tell("do_"+s.Do) + " " + p.o.Name("queues", p.run.queueOf(s))
	case Hours:
		if s.Hours != "" {
			h.Happens += " " + p.o.Name("hours", s.Hours)
		}
	case Outside:
		h.Happens += " " + s.Number
	}
	return h
}

// spokenBy are the shared phrases that a kind of step says by itself.
var spokenBy = map[string][]string{Callback: {"offer"}, Survey: {"survey_oks", "survey_solved"}, Link: {"link_sent"}}

func (p *previewer) finish(end, queue string) {
	if len(p.out) >= MaxPaths {
		return
	}
	path := Path{Hops: append([]Hop{}, p.trail...), After: []Hop{}, End: end, Queue: queue}
	if end == "queue" {
		path.After = p.after()
	}
	var words []string
	for _, h := range path.Hops {
		path.SpokenMS += h.SpokenMS
		words = append(words, h.Happens)
	}
	if end == "person" {
		words = append(words, p.tell("do_queue")+" "+p.o.Name("queues", queue))
	}
	path.Words = strings.Join(words, " → ")
	for i, h := range path.After {
		if i == 0 {
			path.Words += " – " + p.tell("way_talked")
		}
		path.Words += " → " + h.Happens
	}
	p.out = append(p.out, path)
}

// previewWords are what previews say.
var previewWords = map[string]Text{
	"do_say":        {"nb": "hører en melding", "nn": "høyrer ei melding", "sv": "hör ett meddelande", "en": "hears a message"},
	"do_notice":     {"nb": "hører varsler", "nn": "høyrer varsel", "sv": "hör notiser", "en": "hears notices"},
	"do_menu":       {"nb": "velger i en meny", "nn": "vel i ein meny", "sv": "väljer i en meny", "en": "chooses from a menu"},
	"do_language":   {"nb": "velger språk", "nn": "vel språk", "sv": "väljer språk", "en": "chooses a language"},
	"do_identify":   {"nb": "taster kundenummer", "nn": "tastar kundenummer", "sv": "slår kundnummer", "en": "keys in the customer number"},
	"do_hours":      {"nb": "åpningstid", "nn": "opningstid", "sv": "öppettider", "en": "opening hours"},
	"do_callback":   {"nb": "får tilbud om å bli ringt opp fra", "nn": "får tilbod om å bli ringd opp frå", "sv": "erbjuds att bli uppringd från", "en": "is offered a callback from"},
	"do_link":       {"nb": "får en lenke på melding", "nn": "får ei lenkje på melding", "sv": "får en länk i ett meddelande", "en": "gets a link by text message"},
	"do_record":     {"nb": "hører om opptak", "nn": "høyrer om opptak", "sv": "hör om inspelning", "en": "is told of recording"},
	"do_queue":      {"nb": "venter på en medarbeider i", "nn": "ventar på ein medarbeidar i", "sv": "väntar på en medarbetare i", "en": "waits for a person in"},
	"do_outside":    {"nb": "settes over til", "nn": "blir sett over til", "sv": "kopplas till", "en": "is connected to"},
	"do_survey":     {"nb": "svarer på to spørsmål", "nn": "svarer på to spørsmål", "sv": "svarar på två frågor", "en": "answers two questions"},
	"do_end":        {"nb": "samtalen avsluttes", "nn": "samtalen blir avslutta", "sv": "samtalet avslutas", "en": "the call ends"},
	"way_open":      {"nb": "åpent", "nn": "ope", "sv": "öppet", "en": "open"},
	"way_closed":    {"nb": "stengt", "nn": "stengt", "sv": "stängt", "en": "closed"},
	"way_declined":  {"nb": "nei takk", "nn": "nei takk", "sv": "nej tack", "en": "no, thank you"},
	"way_promised":  {"nb": "ja takk, vi ringer", "nn": "ja takk, vi ringjer", "sv": "ja tack, vi ringer", "en": "yes please, we call"},
	"way_sent":      {"nb": "sendt", "nn": "sendt", "sv": "skickat", "en": "sent"},
	"way_talked":    {"nb": "etter samtalen", "nn": "etter samtalen", "sv": "efter samtalet", "en": "after the conversation"},
	"way_no_answer": {"nb": "ingen svarer", "nn": "ingen svarer", "sv": "ingen svarar", "en": "nobody answers"},
	"way_silence":   {"nb": "trykker ingenting", "nn": "trykkjer ingenting", "sv": "trycker ingenting", "en": "presses nothing"},
	"way_key":       {"nb": "trykker %s", "nn": "trykkjer %s", "sv": "trycker %s", "en": "presses %s"},
}
