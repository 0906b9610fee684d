package config_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"sentral/internal/config"
)

func read(t *testing.T, name string) ([]byte, *config.Document) {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d, faults := config.Read(file)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", name, faults)
	}
	return file, d
}

const demo = "../demo/demo.yaml"

func TestAFileReadsBackAsItWasWritten(t *testing.T) {
	_, d := read(t, demo)
	d.AssignIDs(nil, map[string]int32{})
	if faults, warnings := config.Validate(d); len(faults)+len(warnings) > 0 {
		t.Fatalf("faults %v, warnings %v", faults, warnings)
	}
	text, err := config.Write(d)
	if err != nil {
		t.Fatal(err)
	}
	again, faults := config.Read(text)
	if len(faults) > 0 {
		t.Fatalf("the file we wrote does not read: %v", faults)
	}
	if diff := config.Diff(d, again); len(diff) > 0 {
		t.Errorf("written and read back, these differ: %v", diff)
	}
}

// An operator edits a file and makes a mistake: the line and the reason are told.
func TestFaultsNameLineAndReason(t *testing.T) {
	file, _ := read(t, demo)
	lines := strings.Split(string(file), "\n")
	find := func(text string) int {
		for i, l := range lines {
			if strings.Contains(l, text) {
				return i + 1
			}
		}
		t.Fatalf("demo.yaml has no line with %q", text)
		return 0
	}
	cases := []struct{ name, old, new, where, text string }{
		{"a skill that does not exist", "{skill: klage, level: 5}", "{skill: klagge, level: 5}", "needs[0].skill", `"klagge" is not one of skills`},
		{"a level of eleven", "{skill: klage, level: 5}", "{skill: klage, level: 11}", "needs[0].level", "11 must be from 1 to 9"},
		{"a formula misspelt", "formula: connect", "formula: conect", ".formula", `"conect" must be one of`},
		{"a team without its leader", "leader: hanne-myrvoll", "leader: hanne-myrvold", ".leader", `"hanne-myrvold" is not one of people`},
		{"hours that end before they begin", `"08:00-11:30", "12:00-16:00"]}`, `"08:00-11:30", "11:00-16:00"]}`, ".periods", ""},
		{"lending that would flap", "close_above_percent: 80", "close_above_percent: 40", "close_above_percent", "would flap"},
		{"a queue of no brand", "brand: alvljus", "brand: alvljuus", ".brand", `"alvljuus" is not one of brands`},
		{"an unknown field", "age_guarantee_s: 600", "age_garantee_s: 600", "age_garantee_s", "unknown field"},
		{"a word where a number belongs", "age_guarantee_s: 600", "age_guarantee_s: ten", "ten", "cannot"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			line := find(c.old)
			broken := []byte(strings.Replace(string(file), c.old, c.new, 1))
			d, faults := config.Read(broken)
			if len(faults) == 0 {
				faults, _ = config.Validate(d)
			}
			if len(faults) == 0 {
				t.Fatal("nothing was found wrong")
			}
			f := config.Locate(broken, faults)[0]
			if f.Line != line || !strings.Contains(f.Where, c.where) || !strings.Contains(f.Text, c.text) {
				t.Errorf("told %q, want line %d, %s, %s", f, line, c.where, c.text)
			}
		})
	}
}

func TestIdsStayAndAreNeverReused(t *testing.T) {
	_, d := read(t, demo)
	used := map[string]int32{}
	d.AssignIDs(nil, used)
	_, next := read(t, demo)
	next.Queues = append(next.Queues[1:], config.Queue{Identity: config.Identity{Key: "ny"}})
	next.AssignIDs(d, used)
	for i, q := range next.Queues[:len(next.Queues)-1] {
		if q.ID != d.Queues[i+1].ID {
			t.Errorf("queue %s had id %d and now has %d", q.Key, d.Queues[i+1].ID, q.ID)
		}
	}
	if got := next.Queues[len(next.Queues)-1].ID; got != int32(len(d.Queues)+1) {
		t.Errorf("the new queue got id %d, want %d: the id of the queue taken away must not be reused", got, len(d.Queues)+1)
	}
}

func TestDiffSpeaksOfKeysAndValues(t *testing.T) {
	_, a := read(t, demo)
	_, b := read(t, demo)
	b.Queues[0].TargetS = 30
	b.Pauses = b.Pauses[:len(b.Pauses)-1]
	b.Skills = append(b.Skills, config.Skill{Identity: config.Identity{Key: "varme"}, Kind: "product", Name: config.Text{"nb": "Fjernvarme"}})
	var got []string
	for _, d := range config.Diff(a, b) {
		got = append(got, d.String())
	}
	want := []string{"pauses[annet-arbeid]: was:", "queues[strom].target_s: 60 -> 30", "skills[varme]: added:"}
	if len(got) != len(want) {
		t.Fatalf("got %d lines, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i, w := range want {
		found := false
		for _, g := range got {
			found = found || strings.Contains(g, w)
		}
		if !found {
			t.Errorf("line %d: no difference says %q:\n%s", i, w, strings.Join(got, "\n"))
		}
	}
}

func TestOneChangeIsTakenBackAndLaterOnesStay(t *testing.T) {
	_, v1 := read(t, demo)
	_, v2 := read(t, demo)
	v2.Queues[0].TargetS = 30
	_, v3 := read(t, demo)
	v3.Queues[0].TargetS = 30
	v3.Queues[1].TargetS = 45

	back, err := config.Revert(v3, v1, v2)
	if err != nil {
		t.Fatal(err)
	}
	if back.Queues[0].TargetS != 60 || back.Queues[1].TargetS != 45 {
		t.Errorf("targets are %d and %d, want 60 (taken back) and 45 (kept)", back.Queues[0].TargetS, back.Queues[1].TargetS)
	}
	v3.Queues[0].TargetS = 20
	if _, err := config.Revert(v3, v1, v2); err == nil || !strings.Contains(err.Error(), "queues[strom]") {
		t.Errorf("a change that has been changed again was taken back: %v", err)
	}
}

func TestTheEnginesRulesFollowFromTheDocument(t *testing.T) {
	_, d := read(t, demo)
	d.AssignIDs(nil, map[string]int32{})
	s, people := config.Routing(d, 7)
	if s.Version != 7 || len(s.Queues) != len(d.Queues) || len(people) != 40 {
		t.Fatalf("version %d, %d queues, %d people", s.Version, len(s.Queues), len(people))
	}
	q := s.Queues[0]
	if q.TargetMS != 60_000 || len(q.Steps) != 4 || !q.Steps[3].AllHands || len(q.Steps[0].Needs) != 2 {
		t.Errorf("the first queue became %+v", q)
	}
	partner := 0
	for _, p := range people {
		if p.Partner != 0 {
			partner++
		}
	}
	if partner != 7 {
		t.Errorf("%d people of the partner, want 7", partner)
	}
	again, others := config.Routing(d, 7)
	if !reflect.DeepEqual(s, again) || !reflect.DeepEqual(people, others) {
		t.Error("the same document gave two rule books")
	}
}

func ExampleDiff() {
	a := &config.Document{Organisation: config.Organisation{Name: "Nordlys", Language: "nb"}}
	b := &config.Document{Organisation: config.Organisation{Name: "Nordlys Kraft", Language: "nb"}}
	for _, d := range config.Diff(a, b) {
		fmt.Println(d)
	}
	// Output: ~ organisation.name: Nordlys -> Nordlys Kraft
}
