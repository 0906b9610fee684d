package routing_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// rules is a rule book of two queues with steps, for changing.
func rules() *routing.Settings {
	one := routing.Capacity{Total: 1}
	for _, ch := range centre.Channels() {
		one.Weight[ch], one.Max[ch] = 1, 1
	}
	return &routing.Settings{
		Version: 1,
		Teams:   []routing.Team{{ID: 1, Leader: 1}, {ID: 2}, {ID: 3, Partner: 1}},
		Queues: []routing.Queue{
			{ID: 1, Weight: 100, TargetMS: 20_000, OfferMS: 20_000, Open: true, Steps: []routing.Step{
				{Needs: []routing.Need{{Skill: 1, Level: 5}}, Teams: []centre.TeamID{1}},
				{AfterMS: 30_000, Needs: []routing.Need{{Skill: 1, Level: 3}}, Teams: []centre.TeamID{1, 2}},
				{AfterMS: 60_000, Teams: []centre.TeamID{1, 2}, Partners: []centre.PartnerID{1}, DropContactNeeds: true},
			}},
			{ID: 2, Weight: 100, TargetMS: 20_000, OfferMS: 20_000, WrapUpMS: 10_000, Open: true, Steps: []routing.Step{{}}},
		},
		Capacity: []routing.Capacity{one},
		Lending:  []routing.Lending{{Lender: 2, Queue: 2, OpenBelow: 500, CloseAbove: 900}},
	}
}

func TestRulesThatCannotBeFollowedAreNamed(t *testing.T) {
	if err := routing.ValidateSettings(rules()); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		where string
		spoil func(s *routing.Settings)
	}{
		{"version", func(s *routing.Settings) { s.Version = -1 }},
		{"capacity", func(s *routing.Settings) { s.Capacity = nil }},
		{"capacity[0].total", func(s *routing.Settings) { s.Capacity[0].Total = 0 }},
		{"capacity[0].weight[phone]", func(s *routing.Settings) { s.Capacity[0].Weight[centre.Phone] = 2 }},
		{"capacity[0].max[chat]", func(s *routing.Settings) { s.Capacity[0].Max[centre.Chat] = -1 }},
		{"capacity[0].parks[email]", func(s *routing.Settings) { s.Capacity[0].Parks[centre.Email] = 1 << centre.Email }},
		{"priority_credit_ms[4]", func(s *routing.Settings) { s.PriorityCredit[3] = 10 }},
		{"lost_grace_ms", func(s *routing.Settings) { s.LostGraceMS = -1 }},
		{"direct_hold_ms", func(s *routing.Settings) { s.DirectHoldMS = 1 << 60 }},
		{"told", func(s *routing.Settings) { s.Told = 1 }},
		{"told", func(s *routing.Settings) { s.Told = 1 << centre.ChannelCount }},
		{"lapses_to_away", func(s *routing.Settings) { s.LapsesToAway = 101 }},
		{"teams[1].id", func(s *routing.Settings) { s.Teams[1].ID = 1 }},
		{"teams[0].id", func(s *routing.Settings) { s.Teams[0].ID = 1 << 30 }},
		{"queues[1].id", func(s *routing.Settings) { s.Queues[1].ID = 1 }},
		{"queues[0].id", func(s *routing.Settings) { s.Queues[0].ID = -4 }},
		{"queues[0].weight", func(s *routing.Settings) { s.Queues[0].Weight = 0 }},
		{"queues[0].target_ms", func(s *routing.Settings) { s.Queues[0].TargetMS = 0 }},
		{"queues[0].offer_ms", func(s *routing.Settings) { s.Queues[0].OfferMS = 0 }},
		{"queues[0].steps", func(s *routing.Settings) { s.Queues[0].Steps = nil }},
		{"queues[0].steps[0].after_ms", func(s *routing.Settings) { s.Queues[0].Steps[0].AfterMS = 1 }},
		{"queues[0].steps[2].after_ms", func(s *routing.Settings) { s.Queues[0].Steps[2].AfterMS = 30_000 }},
		{"queues[0].steps[1].needs[0]", func(s *routing.Settings) { s.Queues[0].Steps[1].Needs[0].Level = 6 }},
		{"queues[0].steps[1].needs[0].level", func(s *routing.Settings) { s.Queues[0].Steps[1].Needs[0].Level = 10 }},
		{"queues[0].steps[1].needs[0]", func(s *routing.Settings) { s.Queues[0].Steps[1].Needs[0].Skill = 2 }},
		{"queues[0].steps[1].teams", func(s *routing.Settings) { s.Queues[0].Steps[1].Teams = []centre.TeamID{2} }},
		{"queues[0].steps[1].teams[0]", func(s *routing.Settings) { s.Queues[0].Steps[1].Teams[0] = 9 }},
		{"queues[0].steps[1].teams", func(s *routing.Settings) { s.Queues[0].Steps[0].Teams = nil }},
		{"queues[0].steps[2].partners", func(s *routing.Settings) { s.Queues[0].Steps[1].Partners = []centre.PartnerID{7} }},
		{"queues[0].steps[2].partners[0]", func(s *routing.Settings) { s.Queues[0].Steps[2].Partners[0] = 0 }},
		{"queues[0].steps[2].drop_contact_needs", func(s *routing.Settings) {
			s.Queues[0].Steps[1].DropContactNeeds, s.Queues[0].Steps[2].DropContactNeeds = true, false
		}},
		{"queues[0].steps[2]", func(s *routing.Settings) { s.Queues[0].Steps[1].AllHands = true }},
		{"queues[0].callback.attempts", func(s *routing.Settings) { s.Queues[0].Callback.Attempts = -1 }},
		{"lending[0].lender", func(s *routing.Settings) { s.Lending[0].Lender = 9 }},
		{"lending[0].queue", func(s *routing.Settings) { s.Lending[0].Queue = 9 }},
		{"lending[0].close_above", func(s *routing.Settings) { s.Lending[0].CloseAbove = 499 }},
		{"lending[1]", func(s *routing.Settings) { s.Lending = append(s.Lending, s.Lending[0]) }},
	}
	for _, c := range cases {
		s := rules()
		c.spoil(s)
		err := routing.ValidateSettings(s)
		if err == nil || !strings.HasPrefix(err.Error(), c.where+": ") || centre.KindOf(err) != centre.Invalid {
			t.Errorf("want an invalid %s, got %v", c.where, err)
		}
		if d := routing.New().Step(routing.Event{Kind: routing.SettingsChanged, Settings: s}); len(d) != 1 || d[0].Code != routing.BadSettings {
			t.Errorf("%s: the engine decides %+v", c.where, d)
		}
	}
}

func TestProfilesThatCannotBeFollowedAreNamed(t *testing.T) {
	cases := map[string]routing.Profile{
		"agent":           {Agent: 0},
		"team":            {Agent: 1, Team: -1},
		"capacity":        {Agent: 1, Capacity: -1},
		"partner":         {Agent: 1, Partner: -1},
		"skills[0].level": {Agent: 1, Skills: []routing.Need{{Skill: 1, Level: 10}}},
		"skills[0].skill": {Agent: 1, Skills: []routing.Need{{Skill: 0, Level: 1}}},
		"skills[1]":       {Agent: 1, Skills: []routing.Need{{Skill: 2, Level: 1}, {Skill: 2, Level: 3}}},
	}
	for where, p := range cases {
		if err := routing.ValidateProfile(&p); err == nil || !strings.HasPrefix(err.Error(), where+": ") {
			t.Errorf("want an invalid %s, got %v", where, err)
		}
	}
	e := routing.New()
	e.Step(routing.Event{Kind: routing.SettingsChanged, Settings: rules()})
	for _, p := range []*routing.Profile{nil, {Agent: 1, Capacity: 1}, {Agent: 1 << 30}} {
		if d := e.Step(routing.Event{Kind: routing.AgentDefined, Profile: p}); d[0].Code != routing.BadSettings {
			t.Errorf("profile %+v: the engine decides %+v", p, d)
		}
	}
}

// TestNamesComeBack holds every text name to one meaning, in both directions.
func TestNamesComeBack(t *testing.T) {
	kinds := []struct {
		n    int
		make func(i int) any
	}{
		{int(routing.Placed), func(i int) any { k := routing.EventKind(i); return &k }},
		{int(routing.PromiseMoved), func(i int) any { k := routing.DecisionKind(i); return &k }},
		{int(routing.ToLeader), func(i int) any { k := routing.TransferTarget(i); return &k }},
		{int(routing.WrongNumber), func(i int) any { k := routing.Outcome(i); return &k }},
		{int(routing.Away), func(i int) any { k := routing.Status(i); return &k }},
		{int(routing.HeldRule), func(i int) any { k := routing.Rule(i); return &k }},
		{int(routing.OfferWithdrawn), func(i int) any { k := routing.OfferEnd(i); return &k }},
		{int(routing.ClosedUnanswered), func(i int) any { k := routing.Ending(i); return &k }},
		{int(routing.InWrapUp), func(i int) any { k := routing.Phase(i); return &k }},
		{int(routing.Lost), func(i int) any { k := routing.State(i); return &k }},
		{int(routing.NotReachable), func(i int) any { k := routing.Code(i); return &k }},
	}
	for _, k := range kinds {
		seen := map[string]bool{}
		for i := range k.n + 1 {
			v := k.make(i)
			text, err := json.Marshal(v)
			if err != nil || seen[string(text)] || strings.Contains(string(text), "(") {
				t.Errorf("%T %d is called %s (%v)", v, i, text, err)
			}
			seen[string(text)] = true
			back := k.make(0)
			if err := json.Unmarshal(text, back); err != nil || !reflect.DeepEqual(v, back) {
				t.Errorf("%T %s came back as %v (%v)", v, text, back, err)
			}
		}
		beyond := fmt.Sprint(reflect.ValueOf(k.make(k.n + 1)).Elem())
		if !strings.HasSuffix(beyond, fmt.Sprintf("(%d)", k.n+1)) {
			t.Errorf("%T: one too many is called %s", k.make(0), beyond)
		}
		if err := json.Unmarshal([]byte(`"telex"`), k.make(0)); centre.KindOf(err) != centre.Invalid {
			t.Errorf("%T: an unknown name gives %v", k.make(0), err)
		}
	}
}

func TestEventsAndDecisionsAsJSON(t *testing.T) {
	cases := []struct {
		v    any
		want string
	}{
		{routing.Event{Kind: routing.Woke, At: 5}, `{"at":5,"kind":"woke"}`},
		{routing.Event{Kind: routing.Accepted, At: 5, Contact: 7, Agent: 3, Offer: 9}, `{"at":5,"kind":"accepted","contact":7,"offer":9,"agent":3}`},
		{routing.Decision{Kind: routing.OfferEnded, Contact: 7, Agent: 3, Offer: 9, End: routing.OfferLapsed},
			`{"kind":"offer_ended","end":"lapsed","contact":7,"offer":9,"agent":3}`},
		{routing.Decision{Kind: routing.Offered, Contact: 7, Agent: 3, Offer: 9, Channel: centre.Chat, Queue: 2, Until: 8,
			Why: routing.Why{Rule: routing.BestFit, Fit: -2, Candidates: 4, Overtaken: 5, OvertakenBy: routing.NoRoom}},
			`{"kind":"offered","channel":"chat","contact":7,"offer":9,"agent":3,"queue":2,"until":8,"why":{"rule":"best_fit","fit":-2,"candidates":4,"overtaken":5,"overtaken_by":"no_room"}}`},
	}
	for _, c := range cases {
		got, err := json.Marshal(c.v)
		if err != nil || string(got) != c.want {
			t.Errorf("got  %s (%v)\nwant %s", got, err, c.want)
		}
	}
}

// small is an engine with a queue of its own skill, agents 1 to n of team 1 signed in, and whom to ask for more.
func small(n int) *routing.Engine {
	e := routing.New()
	e.Step(routing.Event{Kind: routing.SettingsChanged, Settings: rules()})
	for a := 1; a <= n; a++ {
		p := &routing.Profile{Agent: centre.AgentID(a), Team: 1, Skills: []routing.Need{{Skill: 1, Level: uint8(4 + a%5)}}}
		e.Step(routing.Event{Kind: routing.AgentDefined, Profile: p})
		e.Step(routing.Event{Kind: routing.SignedIn, Agent: p.Agent})
	}
	return e
}

func TestASnapshotThatIsDamagedIsRefused(t *testing.T) {
	e := small(6)
	for c := 1; c <= 20; c++ {
		e.Step(routing.Event{Kind: routing.Arrived, At: centre.Instant(1000 * c), Contact: centre.ContactID(c), Queue: centre.QueueID(1 + c%2), Channel: centre.Phone})
	}
	good := e.Snapshot()
	hash := e.Hash()
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x41
		if err := e.Restore(bad); centre.KindOf(err) != centre.Invalid {
			t.Fatalf("with byte %d changed: %v", i, err)
		}
	}
	for _, n := range []int{0, 1, 7, 8, 9, len(good) / 2, len(good) - 1} {
		if err := e.Restore(good[:n]); centre.KindOf(err) != centre.Invalid {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	if e.Hash() != hash {
		t.Error("a refused snapshot has changed the engine")
	}
	if err := e.Restore(good); err != nil || e.Hash() != hash {
		t.Errorf("the snapshot itself: %v", err)
	}
}

func TestWhoWouldGet(t *testing.T) {
	e := small(6)
	before := e.Hash()
	ask := routing.Event{Queue: 1, Channel: centre.Phone}
	agent, why, pools := e.WhoWouldGet(ask)
	if agent != 4 || why.Rule != routing.BestFit || why.Fit != 3 || why.Candidates != 5 {
		t.Errorf("agent %d would get it: %+v", agent, why)
	}
	if len(pools) != 3 || pools[0].Qualified != 5 || pools[1].Qualified != 6 || pools[1].AfterMS != 30_000 || pools[0].Free != 5 || pools[0].Best[0] != 4 {
		t.Errorf("pools %+v", pools)
	}
	if e.Hash() != before {
		t.Error("asking has changed the engine")
	}
	e.Step(routing.Event{Kind: routing.Arrived, At: 1, Contact: 1, Queue: 1, Channel: centre.Phone})
	if agent, _, _ = e.WhoWouldGet(ask); agent != 3 {
		t.Errorf("with agent 4 rung, agent %d would get it", agent)
	}
	if agent, _, pools = e.WhoWouldGet(routing.Event{Queue: 9, Channel: centre.Phone}); agent != 0 || pools != nil {
		t.Errorf("for an unknown queue: agent %d, pools %+v", agent, pools)
	}
	needs := routing.Event{Queue: 1, Channel: centre.Phone, NeedCount: 1, Needs: [4]routing.Need{{Skill: 2, Level: 1}}}
	if agent, _, pools = e.WhoWouldGet(needs); agent != 0 || pools[0].Qualified != 0 || pools[2].Qualified != 6 {
		t.Errorf("with a need that nobody has: agent %d, pools %+v", agent, pools)
	}
}

func TestArrivalsAreKnownAgainForLong(t *testing.T) {
	e := small(1)
	arrive := func(id centre.ContactID) routing.Code {
		for _, d := range e.Step(routing.Event{Kind: routing.Arrived, At: 1, Contact: id, Queue: 1, Channel: centre.Phone}) {
			if d.Kind == routing.Refused {
				return d.Code
			}
		}
		return routing.NoCode
	}
	leave := func(id centre.ContactID) { e.Step(routing.Event{Kind: routing.Abandoned, At: 1, Contact: id}) }
	const far = 1 << 17
	for _, s := range []struct {
		id   centre.ContactID
		want routing.Code
	}{
		{-1, routing.UnknownContact}, {0, routing.UnknownContact},
		{5, routing.NoCode}, {5, routing.AlreadyThere}, {3, routing.NoCode}, {3, routing.AlreadyThere},
		{100_000, routing.NoCode}, {5, routing.AlreadyThere}, {4, routing.NoCode}, {4, routing.AlreadyThere},
		{far + 70, routing.NoCode}, {6, routing.TooLate}, {63, routing.TooLate}, {128, routing.NoCode}, {100_000, routing.AlreadyThere},
		{10 * far, routing.NoCode}, {100_000, routing.TooLate}, {9*far + 64, routing.NoCode}, {9*far + 64, routing.AlreadyThere},
	} {
		if got := arrive(s.id); got != s.want {
			t.Errorf("contact %d: %v, want %v", s.id, got, s.want)
		}
		leave(s.id)
	}
}
