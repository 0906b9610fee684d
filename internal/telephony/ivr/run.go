package ivr

import "strings"

// Caller is what is known about a caller when the run begins.
type Caller struct {
	Number   string // as shown; empty when withheld
	Language string // of the line
	Queue    string // of the line: who a person is when the script does not say
	Brand    string // its name, for {{brand}}
	Notices  []Text // what the centre's notices say now, most urgent first
	Fixed    bool   // the number shown cannot be sent text messages: another one is asked for
	NoTexts  bool   // the centre sends none: who would get a link is led to a person
}

// Phase is where a run is.
type Phase uint8

// The phases of a run. A run begins in InScript and never comes back to it, except from AtOutside.
const (
	InScript  Phase = iota
	Waiting         // in a queue
	AtOutside       // connected outside
	Following       // after the conversation
	Ended
)

// ask is what a run waits for.
type ask uint8

const (
	nothing ask = iota
	aChoice
	aCustomer
	whoItIs
	theHours
	mayPromise
	ifCallback
	aNumber
	ifRight
	thePromise
	linkNumber
	linkRight
	theLink
	consent
	howGood
	ifSolved
	theOutside
)

// Run is one caller's way through a script. It is not safe for use by two at a time.
type Run struct {
	script   *Script
	at       map[string]int
	caller   Caller
	language string
	phase    Phase
	step     int    // the step in hand; -1 = none
	waits    ask    // what for
	keys     string // pressed so far
	ahead    []rune // pressed before the question they are for was asked
	tries    int    // unanswered or wrong answers to this question
	number   string // to call back or to send to
	queue    string // of the callback in hand, or where the caller waits
	offer    bool   // the callback in hand was offered to one who waits
	closed   bool   // a door was found closed
	opens    Moment
	after    int // the step that follows the conversation; -1 = none
	entered  int
	asked    bool // the two questions have begun
	words    int
	chosen   []string
	reason   []Text // what the choices are called
	out      []Action
}

// NewRun begins nothing yet: Begin does. The script is not changed and may serve many runs; one that Validate would refuse still leads to a person.
func NewRun(s *Script, c Caller) *Run {
	r := &Run{script: s, at: s.index(), caller: c, language: c.Language, step: -1, after: -1}
	if r.language == "" {
		r.language = "nb"
	}
	return r
}

// Phase is where the run is now.
func (r *Run) Phase() Phase { return r.phase }

// Language is what is spoken to the caller.
func (r *Run) Language() string { return r.language }

// Asked tells whether the caller was asked the two questions after the conversation, answered or not.
func (r *Run) Asked() bool { return r.asked }

// Step is the key of the step in hand; empty when there is none.
func (r *Run) Step() string {
	if r.step < 0 || r.step >= len(r.script.Steps) {
		return ""
	}
	return r.script.Steps[r.step].Key
}

// Begin is what is to be done first.
func (r *Run) Begin() []Action {
	if !r.hasNotice() {
		r.notices()
	}
	r.enter(0)
	return r.take()
}

// Hear takes in what happened and says what is to be done. An event that nobody waits for changes nothing.
func (r *Run) Hear(e Event) []Action {
	switch {
	case r.phase == Ended || e.Kind == WordsSaid || e.Kind == NoEvent:
	case e.Kind == TalkBegan:
		if r.phase == Waiting {
			r.waits = nothing
		}
	case e.Kind == TalkEnded:
		r.follow()
	case e.Kind == QueueRefused && r.phase == Waiting:
		r.closed, r.opens = true, e.Opens
		r.closing()
	case e.Kind == KeyPressed:
		r.key(e.Key)
		r.typedAhead()
	case e.Kind == NoKey:
		r.silence()
	default:
		r.answer(e)
		r.typedAhead()
	}
	return r.take()
}

// Offer asks a caller who waits whether to be called back instead, keeping the place. It does nothing for one who does not wait.
func (r *Run) Offer(queue string) []Action {
	if r.phase != Waiting || r.waits != nothing {
		return nil
	}
	r.offer, r.queue = true, queue
	r.offerCallback()
	return r.take()
}

func (r *Run) take() []Action {
	out := r.out
	r.out = nil
	return out
}

func (r *Run) do(a Action) { r.out = append(r.out, a) }

// ended tells whether there is nobody to lead anywhere any more.
func (r *Run) ended() bool { return r.phase == Ended }

// enter begins a step, and those that follow it until one has to wait.
func (r *Run) enter(i int) {
	for !r.ended() {
		if r.entered++; i < 0 || i >= len(r.script.Steps) || r.entered > maxEntered {
			r.step = -1
			if r.phase == Following {
				r.hangup(EndTalked)
			} else {
				r.person(WhyFailed)
			}
			return
		}
		r.step, r.tries, r.keys, r.waits = i, 0, "", nothing
		s := &r.script.Steps[i]
		if r.phase == Following && s.Do != Say && s.Do != Notice && s.Do != Survey && s.Do != Link && s.Do != End {
			r.hangup(EndTalked)
			return
		}
		if !r.begin(s) {
			return
		}
		i = r.script.next(r.at, i, s.To)
	}
}

// begin does what a step does first and tells whether the next one follows at once.
func (r *Run) begin(s *Step) bool {
	switch s.Do {
	case Say:
		r.say(s)
		return true
	case Notice:
		r.notices()
		r.say(s)
		return true
	case Menu, Language:
		r.ask(s)
		r.listen(aChoice)
	case Identify:
		r.ask(s)
		r.listen(aCustomer)
	case Hours:
		r.waits = theHours
		r.do(CheckHours{Hours: s.Hours, Queue: r.personQueue()})
	case Callback:
		r.offer, r.queue = false, r.queueOf(s)
		r.waits = mayPromise
		r.do(CheckPromise{Queue: r.queue})
	case Link:
		r.say(s)
		r.beginLink()
	case Record:
		r.say(s)
		if s.Basis != ByConsent {
			r.do(Recording{Purpose: s.Purpose, Basis: ByNotice, Allowed: true})
			return true
		}
		r.listen(consent)
	case Queue:
		r.say(s)
		r.enqueue(s, WhyChosen)
	case Outside:
		r.say(s)
		r.phase, r.waits = AtOutside, theOutside
		r.do(Dial{Number: s.Number})
	case Survey:
		r.asked = true
		r.say(s)
		r.phrase("survey_oks", true)
		r.listen(howGood)
	case End:
		r.say(s)
		r.hangup(EndSaid)
	default:
		r.person(WhyFailed)
	}
	return false
}

// onward leaves the step in hand for the one that follows it.
func (r *Run) onward() {
	if r.step < 0 {
		r.enter(-1)
		return
	}
	i := r.step
	r.enter(r.script.next(r.at, i, r.script.Steps[i].To))
}

func (r *Run) hasNotice() bool {
	for i := range r.script.Steps {
		if r.script.Steps[i].Do == Notice {
			return true
		}
	}
	return false
}

func (r *Run) notices() {
	for _, n := range r.caller.Notices {
		r.speak(n, "", true)
	}
}

// say speaks a step's own words.
func (r *Run) say(s *Step) { r.speak(s.Text, s.Clip, !s.Firm) }

// ask says the words of a question, unless keys that were pressed ahead answer it at once: who knows the menu does not hear it.
func (r *Run) ask(s *Step) {
	if len(r.ahead) == 0 {
		r.say(s)
	}
}

// phrase speaks one of the words that every script shares.
func (r *Run) phrase(name string, interruptible bool) { r.speak(phrases[name], "", interruptible) }

func (r *Run) speak(t Text, clip string, interruptible bool) {
	words, language := t.In(r.language)
	if words == "" && clip == "" {
		return
	}
	r.words++
	r.do(Speak{ID: r.words, Text: r.fillIn(words, language), Language: language, Clip: clip, Interruptible: interruptible})
}

func (r *Run) fillIn(words, language string) string {
	if !strings.Contains(words, "{{") {
		return words
	}
	return strings.NewReplacer(
		"{{opens}}", OpensWords(r.opens, language), "{{brand}}", r.caller.Brand, "{{number}}", DigitWords(r.caller.Number, language),
		"{{callback}}", DigitWords(r.number, language),
	).Replace(words)
}

// listen waits for keys. What asks for consent or confirms something is answered only by keys pressed after it.
func (r *Run) listen(what ask) {
	r.waits, r.keys = what, ""
	if what != aChoice && what != aCustomer {
		r.ahead = nil
	}
	r.do(Listen{TimeoutMS: r.waitMS()})
}

// typedAhead presses the keys that were pressed before the question was asked.
func (r *Run) typedAhead() {
	for len(r.ahead) > 0 && (r.waits == aChoice || r.waits == aCustomer) {
		k := r.ahead[0]
		r.ahead = r.ahead[1:]
		r.key(k)
	}
}

// languageMS is how long a caller may think about the language: most keep the line's own, and are not to wait for it.
const languageMS = 2000

func (r *Run) waitMS() int64 {
	if r.waits == aChoice && r.script.Steps[r.step].Do == Language {
		return languageMS
	}
	if r.script.WaitS > 0 {
		return int64(r.script.WaitS) * 1000
	}
	return DefaultWaitS * 1000
}

func (r *Run) personQueue() string {
	if r.script.Person != "" {
		return r.script.Person
	}
	return r.caller.Queue
}

func (r *Run) queueOf(s *Step) string {
	if s.Queue != "" {
		return s.Queue
	}
	return r.personQueue()
}

// enqueue lets the caller wait as a queue step says.
func (r *Run) enqueue(s *Step, why string) {
	r.after = -1
	if s.After != "" {
		if i, ok := r.at[s.After]; ok {
			r.after = i
		}
	}
	r.wait(Enqueue{Queue: r.queueOf(s), Needs: s.Needs, Priority: s.Priority, Why: why})
}

func (r *Run) wait(e Enqueue) {
	e.Chosen, e.Reason = r.chosen, r.reason
	r.phase, r.waits, r.queue = Waiting, nothing, e.Queue
	r.do(e)
}

// person leads to whoever answers what no script foresees. Behind a closed door that is the told closing; after a conversation it is its end.
func (r *Run) person(why string) {
	switch {
	case r.phase == Following:
		r.hangup(EndTalked)
	case r.phase == Waiting:
		r.waits = nothing
		r.do(KeepWaiting{})
	case r.closed:
		r.closing()
	default:
		if why != WhyChosen {
			r.phrase("person", true)
		}
		r.phase = InScript
		r.enqueue(r.personStep(), why)
	}
}

// personStep is the script's own step for the queue of persons, with what it asks for and what follows it; else a bare one.
func (r *Run) personStep() *Step {
	for i := range r.script.Steps {
		if s := &r.script.Steps[i]; s.Do == Queue && r.queueOf(s) == r.personQueue() {
			return &Step{Do: Queue, Queue: s.Queue, After: s.After}
		}
	}
	return &Step{Do: Queue}
}

// closing tells that nobody is there, and when somebody is.
func (r *Run) closing() {
	r.phrase("closed", false)
	if r.opens.Known {
		r.phrase("opens", false)
	}
	r.phrase("goodbye", false)
	r.hangup(EndClosed)
}

func (r *Run) hangup(why string) {
	r.phase, r.waits = Ended, nothing
	r.do(Hangup{Why: why})
}

// follow begins what comes after a conversation.
func (r *Run) follow() {
	if r.phase != Waiting && r.phase != AtOutside {
		return
	}
	r.phase, r.waits, r.closed = Following, nothing, false
	if r.after < 0 {
		r.hangup(EndTalked)
		return
	}
	r.enter(r.after)
}
