package ivr

import (
	"slices"
	"testing"
)

// A link goes to the number that shows when that can be sent one, else to one keyed in; a centre that sends none leads to a person without asking.
func TestLinkGoesWhereItCan(t *testing.T) {
	s := &Script{Steps: []Step{{Key: "l", Do: Link, URL: "https://x.example", Message: Text{"en": "here"}, To: "e"}, {Key: "e", Do: End}, {Key: "q", Do: Queue}}}
	s.Defaults()
	did := func(list []Action, want func(Action) bool) bool { return slices.ContainsFunc(list, want) }
	sends := func(number string) func(Action) bool {
		return func(a Action) bool { l, ok := a.(SendLink); return ok && l.Number == number }
	}
	queues := func(a Action) bool { _, ok := a.(Enqueue); return ok }
	listens := func(a Action) bool { _, ok := a.(Listen); return ok }

	if list := NewRun(s, Caller{Number: "+4799900001", Language: "en"}).Begin(); !did(list, sends("+4799900001")) {
		t.Errorf("a mobile number: %+v", list)
	}
	if list := NewRun(s, Caller{Number: "+4799900001", Language: "en", NoTexts: true}).Begin(); !did(list, queues) || did(list, listens) {
		t.Errorf("no messages are sent: %+v", list)
	}
	run := NewRun(s, Caller{Number: "+4721000001", Language: "en", Fixed: true})
	list := run.Begin()
	if did(list, sends("+4721000001")) || !did(list, listens) {
		t.Fatalf("a fixed line: %+v", list)
	}
	for _, k := range "99900002#1" {
		list = run.Hear(Digit(k))
	}
	if !did(list, sends("99900002")) {
		t.Errorf("the number keyed in: %+v", list)
	}
	if list = run.Hear(Sent(false)); !did(list, queues) {
		t.Errorf("what could not be sent: %+v", list)
	}
}

// Whoever was asked on the line is known to have been, answered or not.
func TestAsked(t *testing.T) {
	s := &Script{Steps: []Step{{Key: "q", Do: Queue, After: "s"}, {Key: "s", Do: Survey}}}
	s.Defaults()
	run := NewRun(s, Caller{Language: "en"})
	run.Begin()
	run.Hear(Answered())
	if run.Asked() {
		t.Error("asked before the conversation is over")
	}
	if run.Hear(Talked()); !run.Asked() {
		t.Error("asked, but not known to be")
	}
}
