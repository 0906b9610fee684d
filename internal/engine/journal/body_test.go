package journal

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

var update = flag.Bool("update", false, "write testdata/body-1.txt anew: only for a form that has never been released")

// fill sets every field of a flat struct to a value that is not zero and that has a name where names are kept.
func fill(v reflect.Value, r *rand.Rand) {
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Uint8:
			f.SetUint(1 + r.Uint64N(3)) // every list of names has at least four
		case reflect.Int32, reflect.Int64:
			f.SetInt(1 + r.Int64N(1<<30))
		case reflect.Struct:
			fill(f, r)
		case reflect.Array:
			for j := range f.Len() {
				fill(f.Index(j), r)
			}
		case reflect.Pointer: // settings and profiles are written whole
		default:
			panic("a field of a kind that the log has never held: " + v.Type().Field(i).Name)
		}
	}
}

// TestEveryFieldSurvivesTheLog fails when a field is added to an event or a decision that the log does not keep.
func TestEveryFieldSurvivesTheLog(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		in := Entry{Kind: Step, At: centre.Instant(r.Int64N(1 << 40)), Event: &routing.Event{}, Decisions: make([]routing.Decision, 3)}
		fill(reflect.ValueOf(in.Event).Elem(), r)
		in.Event.At = in.At
		in.Event.Settings = &routing.Settings{Version: 3, Queues: []routing.Queue{{ID: 4, Steps: []routing.Step{{AllHands: true}}}}}
		in.Event.Profile = &routing.Profile{Agent: 5, Skills: []routing.Need{{Skill: 6, Level: 7}}}
		for i := range in.Decisions {
			fill(reflect.ValueOf(&in.Decisions[i]).Elem(), r)
		}
		body, err := AppendBody(nil, &in)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(bodyForm{V: bodyVersion, Event: in.Event, Decisions: in.Decisions})
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if json.Unmarshal(body, &a) != nil || json.Unmarshal(bytes.Replace(plain, []byte(fmt.Sprintf(`"at":%d,`, in.At)), nil, 1), &b) != nil {
			t.Fatalf("not JSON: %s", body)
		}
		delete(b.(map[string]any), "fact")
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("wrote        %s\nencoding/json %s", body, plain)
		}
		out := Entry{Kind: Step, At: in.At}
		if err := ParseBody(&out, body); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		if !reflect.DeepEqual(in, out) {
			t.Fatalf("wrote %+v\n%+v\nread  %+v\n%+v\nas %s", *in.Event, in.Decisions, *out.Event, out.Decisions, body)
		}
	}
}

// TestEmptyFieldsTakeNoRoom keeps bodies small.
func TestEmptyFieldsTakeNoRoom(t *testing.T) {
	body, err := AppendBody(nil, &Entry{Kind: Step, Event: &routing.Event{Kind: routing.Woke}})
	if want := `{"v":1,"event":{"kind":"woke"}}`; err != nil || string(body) != want {
		t.Errorf("body %s, %v, want %s", body, err, want)
	}
	body, err = AppendBody(nil, &Entry{Kind: "note", Payload: []byte(`{"n":1}`)})
	if want := `{"v":1,"fact":{"n":1}}`; err != nil || string(body) != want {
		t.Errorf("body %s, %v, want %s", body, err, want)
	}
}

// TestOldBodiesStayReadable reads the bodies that the first form wrote and finds what was meant, whatever the program has become.
func TestOldBodiesStayReadable(t *testing.T) {
	path := filepath.Join("testdata", "body-1.txt")
	entries := []Entry{
		{Kind: Step, Event: &routing.Event{Kind: routing.Arrived, Contact: 7, Queue: 2, Channel: centre.Chat, Priority: 3, NeedCount: 1,
			Needs: [routing.MaxNeeds]routing.Need{{Skill: 4, Level: 5}}, LastAgent: 9, Credit: 1500},
			Decisions: []routing.Decision{{Kind: routing.Queued, Contact: 7, Queue: 2, At: 1000}, {Kind: routing.Offered, Contact: 7, Agent: 9, Offer: 3,
				Until: 31000, Why: routing.Why{Rule: routing.LastAgent, Step: 1, Fit: 2, Load: 3, WaitedMS: 4, FreeMS: 5, Score: 6, Candidates: 7,
					Overtaken: 8, OvertakenBy: routing.NotQualified}}, {Kind: routing.WakeAt, Until: 31000}}},
		{Kind: Step, Event: &routing.Event{Kind: routing.WrappedUp, Contact: 7, Agent: 9, Reason: 12, Outcome: routing.Solved},
			Decisions: []routing.Decision{{Kind: routing.WrapUpOver, Contact: 7, Agent: 9, Reason: 12, Outcome: routing.Solved},
				{Kind: routing.Closed, Contact: 7, How: routing.Done}, {Kind: routing.AgentChanged, Agent: 9, Status: routing.Ready, State: routing.Free}}},
		{Kind: Step, Event: &routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: 9, Team: 1, Skills: []routing.Need{{Skill: 4, Level: 5}}}}},
		{Kind: About, Payload: json.RawMessage(`{"brand":2,"customer":77,"key":"chat/abc"}`)},
	}
	if *update {
		var text []byte
		for i := range entries {
			text, _ = AppendBody(text, &entries[i])
			text = append(text, '\n')
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		got := Entry{Kind: entries[i].Kind}
		if err := ParseBody(&got, []byte(line)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, entries[i]) {
			t.Errorf("line %d reads as %+v %+v", i+1, got.Event, got.Decisions)
		}
	}
}

func TestWhatCannotBeReadIsNotWritten(t *testing.T) {
	for _, e := range []Entry{
		{Kind: Step},
		{Kind: Step, Event: &routing.Event{Kind: 99}},
		{Kind: Step, Event: &routing.Event{Kind: routing.Transferred, Target: 9}},
		{Kind: Step, Event: &routing.Event{Kind: routing.Woke}, Decisions: []routing.Decision{{Kind: routing.Offered, Status: 77}}},
	} {
		if body, err := AppendBody(nil, &e); err == nil {
			t.Errorf("wrote %s", body)
		}
	}
}

func TestBadBodiesAreNamed(t *testing.T) {
	for _, c := range []struct{ kind, body, want string }{
		{Step, `{"v":1`, "unexpected end"},
		{Step, `{"v":2,"event":{"kind":"woke"}}`, "version 2"},
		{Step, `{"v":1}`, "without its event"},
		{Step, `{"v":1,"event":{"kind":"exploded"}}`, `event "exploded"`},
		{Step, `{"v":1,"event":{"kind":"woke","contact":"seven"}}`, "contact"},
	} {
		err := ParseBody(&Entry{Kind: c.kind}, []byte(c.body))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.body, err, c.want)
		}
	}
}

// FuzzParseBody looks for bodies that break the reader; what it reads it must write again in the same words.
func FuzzParseBody(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "body-1.txt"))
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		f.Add(bytes.TrimSpace(line))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Entry{Kind: Step}
		if ParseBody(&e, body) != nil {
			return
		}
		again, err := AppendBody(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		back := Entry{Kind: Step}
		if err := ParseBody(&back, again); err != nil {
			t.Fatalf("%v in %s", err, again)
		}
		if !slices.Equal(e.Decisions, back.Decisions) {
			t.Errorf("%s reads as %+v, then as %+v", body, e.Decisions, back.Decisions)
		}
	})
}

func TestSequenceRefusesABrokenLog(t *testing.T) {
	s := Sequence{Last: 4}
	for _, c := range []struct {
		e    Entry
		want string
	}{
		{Entry{Seq: 5, Epoch: 2, At: 10}, ""},
		{Entry{Seq: 6, Epoch: 2, At: 10}, ""},
		{Entry{Seq: 6, Epoch: 2, At: 10}, "entry 6 follows entry 6"},
		{Entry{Seq: 8, Epoch: 2, At: 10}, "entry 8 follows entry 6"},
		{Entry{Seq: 7, Epoch: 1, At: 10}, "entry 7 is of epoch 1, the one before of epoch 2"},
		{Entry{Seq: 7, Epoch: 3, At: 9}, "entry 7 is of 9 ms, the one before of 10 ms"},
		{Entry{Seq: 7, Epoch: 3, At: 10}, ""},
	} {
		err := s.Next(&c.e)
		if (err == nil) != (c.want == "") || (err != nil && err.Error() != c.want) {
			t.Errorf("%+v: %v, want %q", c.e, err, c.want)
		}
	}
}
