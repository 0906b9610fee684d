// Package ivr is the voice menu: a small declarative script, and the pure machine that carries it out for one caller.
//
// It owns the script's steps, the words that every script shares, what is wrong with a script, and every path through one. It refuses clocks, sound and
// the network: what happened comes as an Event, what is to be done goes out as an Action. Whatever a caller presses or does not press, a run comes to a
// person, a promise or a told closing within a bounded number of steps. Begin reading in this file, then run.go.
package ivr

// Script is what a caller hears and may choose before somebody answers. Steps follow one another from the top unless one names another place to go to.
type Script struct {
	Person string `json:"person,omitempty" yaml:"person,omitempty" doc:"The queue that silence, 0 and everything unforeseen lead to; empty means the line's own queue."`
	Repeat int32  `json:"repeat" yaml:"repeat,omitempty" minimum:"0" maximum:"3" doc:"How often an unanswered question is asked again before a person takes over."`
	WaitS  int32  `json:"wait_s" yaml:"wait_s,omitempty" minimum:"0" maximum:"30" doc:"Seconds of silence after a question that count as no answer."`
	Steps  []Step `json:"steps" yaml:"steps" nullable:"false" maxItems:"60"`
}

// Text is words by language: nb, nn, sv, en.
type Text map[string]string

// The kinds of step.
const (
	Say      = "say"      // says Text and goes on
	Notice   = "notice"   // says what the centre's notices are now, then Text
	Menu     = "menu"     // says Text and waits for one of the Choices
	Language = "language" // a menu of languages; silence keeps the line's own
	Identify = "identify" // asks for the customer's number, ended by #
	Hours    = "hours"    // goes on when open, to Closed when not
	Callback = "callback" // offers to call back, where the queue can promise it
	Link     = "link"     // sends a text message with a link
	Record   = "record"   // tells of, or asks for, recording for one purpose
	Queue    = "queue"    // waits for a person
	Outside  = "outside"  // connects to a number outside the centre
	Survey   = "survey"   // asks the two questions after a conversation
	End      = "end"      // says Text and hangs up
)

// Kinds lists the kinds of step in the order that screens show them.
var Kinds = []string{Say, Notice, Menu, Language, Identify, Hours, Callback, Link, Record, Queue, Outside, Survey, End}

// Step is one thing that happens to a caller. Which fields count depends on what it does; docs/spec/voice.md has an example of each.
type Step struct {
	Key      string   `json:"key" yaml:"key" pattern:"^[a-z0-9][a-z0-9-]{0,39}$" doc:"What other steps call it."`
	Do       string   `json:"do" yaml:"do" enum:"say,notice,menu,language,identify,hours,callback,link,record,queue,outside,survey,end"`
	Text     Text     `json:"text,omitempty" yaml:"text,omitempty" doc:"What is said, by language. {{opens}}, {{brand}} and {{number}} are filled in."`
	Clip     string   `json:"clip,omitempty" yaml:"clip,omitempty" maxLength:"40" doc:"A recorded prompt that is played instead of the text being spoken."`
	Again    Text     `json:"again,omitempty" yaml:"again,omitempty" doc:"menu and language: what is said instead when it is asked again, in few words; empty says the text again."`
	Firm     bool     `json:"firm,omitempty" yaml:"firm,omitempty" doc:"A key does not cut the words short."`
	To       string   `json:"to,omitempty" yaml:"to,omitempty" doc:"The step that follows; empty means the next one in the list."`
	Choices  []Choice `json:"choices" yaml:"choices,omitempty" nullable:"false" maxItems:"4"`
	Hours    string   `json:"hours,omitempty" yaml:"hours,omitempty" doc:"hours: which opening hours; empty means those of the queue that leads to a person."`
	Closed   string   `json:"closed,omitempty" yaml:"closed,omitempty" doc:"hours: the step when closed."`
	Queue    string   `json:"queue,omitempty" yaml:"queue,omitempty" doc:"queue and callback: which; empty means the one that leads to a person."`
	Needs    []Need   `json:"needs" yaml:"needs,omitempty" nullable:"false" doc:"queue: what the caller needs beyond what the queue asks for."`
	Priority int32    `json:"priority,omitempty" yaml:"priority,omitempty" minimum:"0" maximum:"9"`
	After    string   `json:"after,omitempty" yaml:"after,omitempty" doc:"queue: the step that follows the conversation when the caller stays on the line, such as a survey."`
	Purpose  string   `json:"purpose,omitempty" yaml:"purpose,omitempty" doc:"record: what the recording is for."`
	Basis    string   `json:"basis,omitempty" yaml:"basis,omitempty" enum:"notice,consent" doc:"record: told, or asked for by a key."`
	Number   string   `json:"number,omitempty" yaml:"number,omitempty" maxLength:"20" doc:"outside: the number to connect to."`
	Failed   string   `json:"failed,omitempty" yaml:"failed,omitempty" doc:"outside: the step when nobody answers there; empty means a person."`
	URL      string   `json:"url,omitempty" yaml:"url,omitempty" maxLength:"300" doc:"link: what the text message leads to."`
	Message  Text     `json:"message,omitempty" yaml:"message,omitempty" doc:"link: the text message; the link is put after it."`
	Digits   int32    `json:"digits,omitempty" yaml:"digits,omitempty" minimum:"0" maximum:"20" doc:"identify: how many digits a customer number has at most; reaching it needs no #."`
}

// Choice is one key of a menu and where it leads.
type Choice struct {
	Press    string `json:"press" yaml:"press" enum:"1,2,3,4,5,6,7,8,9"`
	Name     Text   `json:"name,omitempty" yaml:"name,omitempty" doc:"What the choice is called in previews and on the desk."`
	Language string `json:"language,omitempty" yaml:"language,omitempty" doc:"language: which one is spoken from here on."`
	To       string `json:"to,omitempty" yaml:"to,omitempty" doc:"The step that follows; empty means the next one in the list."`
}

// Need is a skill's key and the least level.
type Need struct {
	Skill string `json:"skill" yaml:"skill"`
	Level int32  `json:"level" yaml:"level" minimum:"1" maximum:"9"`
}

// Bounds of a script and of a run.
const (
	MaxSteps   = 60  // steps in a script
	MaxChoices = 4   // choices in a menu
	MaxLevels  = 2   // menus on one path; choosing a language is not counted
	MaxWords   = 600 // characters in one text
	maxEntered = 90  // steps that one run enters before a person takes over
	maxNumber  = 15  // digits of a phone number, E.164
	minNumber  = 5
)

// Defaults of what a script may leave out.
const (
	DefaultRepeat = 1
	DefaultWaitS  = 5
)

// Defaults fills in the numbers that a script may leave out.
func (s *Script) Defaults() {
	if s.Repeat == 0 {
		s.Repeat = DefaultRepeat
	}
	if s.WaitS == 0 {
		s.WaitS = DefaultWaitS
	}
	for i := range s.Steps {
		if s.Steps[i].Do == Identify && s.Steps[i].Digits == 0 {
			s.Steps[i].Digits = 12
		}
		if s.Steps[i].Do == Record && s.Steps[i].Basis == "" {
			s.Steps[i].Basis = ByNotice
		}
	}
}

// The bases on which a conversation is recorded.
const (
	ByNotice  = "notice"  // the caller has been told
	ByConsent = "consent" // the caller has pressed 1
)

// index finds a step by key.
func (s *Script) index() map[string]int {
	at := make(map[string]int, len(s.Steps))
	for i := len(s.Steps) - 1; i >= 0; i-- { // the first of two alike wins
		at[s.Steps[i].Key] = i
	}
	return at
}

// next is the step that follows step i: the one named, else the one below it; -1 when there is none.
func (s *Script) next(at map[string]int, i int, to string) int {
	if to != "" {
		if j, ok := at[to]; ok {
			return j
		}
		return -1
	}
	if i+1 < len(s.Steps) {
		return i + 1
	}
	return -1
}
