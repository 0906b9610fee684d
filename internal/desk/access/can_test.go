package access

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sentral/internal/centre"
)

// The law as people say it: who may do what to whose.
// What screens are told to offer is what the server then grants: a leader of one team is not shown the whole configuration.
func TestActionsOfTheWholeNeedAGrantForTheWhole(t *testing.T) {
	team := Subject{Person: 7, Grants: []Grant{{Role: RoleLeader, Scope: Scope{Kind: ScopeTeam, ID: 1}}, {Role: RoleAgent, Scope: Scope{Kind: ScopeOrganisation}}}}
	whole := Subject{Person: 8, Grants: []Grant{{Role: RoleLeader, Scope: Scope{Kind: ScopeOrganisation}}}}
	if a := Actions(team); slices.Contains(a, ReadConfig) || !slices.Contains(a, SetOthersStatus) || !slices.Contains(a, SearchCustomers) {
		t.Errorf("a team's leader is offered %v", a)
	}
	if a := Actions(whole); !slices.Contains(a, ReadConfig) {
		t.Errorf("the whole centre's leader is offered %v", a)
	}
}

func TestCan(t *testing.T) {
	in := func(r Role, k ScopeKind, id int32) Grant { return Grant{Role: r, Scope: Scope{Kind: k, ID: id}} }
	agent := Subject{Person: 7, Team: 3, Grants: []Grant{in(RoleAgent, ScopeOrganisation, 0)}}
	leader := Subject{Person: 8, Team: 3, Grants: []Grant{in(RoleLeader, ScopeTeam, 3)}}
	brand := Subject{Person: 9, Grants: []Grant{in(RoleLeader, ScopeBrand, 2)}}
	queue := Subject{Person: 10, Grants: []Grant{in(RoleLeader, ScopeQueue, 5)}}
	partner := Subject{Person: 11, Team: 4, Partner: 1, Grants: []Grant{in(RoleAgent, ScopeOrganisation, 0), in(RoleLeader, ScopeOrganisation, 0)}}
	admin := Subject{Person: 12, Grants: []Grant{in(RoleAdministrator, ScopeOrganisation, 0)}}
	key := Subject{Key: 1, Grants: []Grant{in(RoleAgent, ScopeOrganisation, 0)}}
	nobody := Subject{}
	theirs := Object{Brand: 2, Team: 3, Queue: 5, Agent: 20}
	for _, c := range []struct {
		what string
		s    Subject
		a    Action
		o    Object
		want bool
	}{
		{"an agent answers what is theirs", agent, AnswerContacts, Object{Agent: 7}, true},
		{"an agent does not read a colleague's", agent, ReadContacts, theirs, false},
		{"an agent does not take what nobody has", agent, AnswerContacts, Object{Brand: 2, Queue: 5}, false},
		{"a leader reads their team's", leader, ReadContacts, theirs, true},
		{"a leader does not answer for others", leader, AnswerContacts, theirs, false},
		{"a leader does not read another team's", leader, ReadContacts, Object{Team: 4, Agent: 21}, false},
		{"a leader of a team has no say over what is of no team", leader, ReadContacts, Object{Brand: 2}, false},
		{"a leader of a brand reads the brand's", brand, ReadContacts, theirs, true},
		{"a leader of a brand does not read another brand's", brand, ReadContacts, Object{Brand: 1}, false},
		{"a leader of a queue reads the queue's", queue, ReadContacts, theirs, true},
		{"a leader of a queue does not read another queue's", queue, ReadContacts, Object{Queue: 6, Brand: 2}, false},
		{"a partner's people read their own", partner, ReadContacts, Object{Agent: 11}, true},
		{"a partner's people read the partner's", partner, ReadContacts, Object{Partner: 1, Agent: 30}, true},
		{"a partner's people read nothing of the house, whatever they were granted", partner, ReadContacts, theirs, false},
		{"a partner's people read nothing of another partner", partner, ReadContacts, Object{Partner: 2, Agent: 31}, false},
		{"administrators read no conversations", admin, ReadContacts, theirs, false},
		{"administrators read no audit log", admin, ReadAudit, Object{}, false},
		{"administrators read what was set up and who was let in", admin, ReadSetupAudit, Object{}, true},
		{"a key owns nothing: what is nobody's is not its own", key, AnswerContacts, Object{}, false},
		{"nobody may nothing", nobody, ReadContacts, Object{}, false},
		{"an unknown action is denied", admin, Action("contacts.burn"), Object{}, false},
		{"an unknown role is denied", Subject{Person: 1, Grants: []Grant{in(Role("king"), ScopeOrganisation, 0)}}, ReadConfig, Object{}, false},
		{"an unknown scope is denied", Subject{Person: 1, Grants: []Grant{in(RoleLeader, ScopeKind("planet"), 0)}}, ReadContacts, Object{}, false},
		{"a scope without an id covers nothing", Subject{Person: 1, Grants: []Grant{in(RoleLeader, ScopeTeam, 0)}}, ReadContacts, Object{}, false},
		{"the system may", Subject{System: true}, WriteConfig, Object{}, true},
	} {
		if got := Can(c.s, c.a, c.o); got != c.want {
			t.Errorf("%s: Can(%s) = %v", c.what, c.a, got)
		}
	}
	if Everywhere(partner, ReadContacts) {
		t.Error("a partner's people reach the whole organisation")
	}
}

var (
	roles  = []Role{RoleAgent, RoleLeader, RoleAnalyst, RolePlanner, RoleAdministrator, RolePrivacy, "unknown"}
	scopes = []ScopeKind{ScopeOrganisation, ScopeBrand, ScopeTeam, ScopeQueue, ScopePartner, "unknown"}
)

func drawGrant(t *rapid.T) Grant {
	return Grant{Role: rapid.SampledFrom(roles).Draw(t, "role"), Scope: Scope{Kind: rapid.SampledFrom(scopes).Draw(t, "kind"), ID: rapid.Int32Range(0, 3).Draw(t, "scope")}}
}

func drawSubject(t *rapid.T) Subject {
	return Subject{
		Person: centre.AgentID(rapid.IntRange(0, 3).Draw(t, "person")), Team: centre.TeamID(rapid.IntRange(0, 3).Draw(t, "team")),
		Partner: centre.PartnerID(rapid.IntRange(0, 2).Draw(t, "partner")), Grants: rapid.SliceOfN(rapid.Custom(drawGrant), 0, 4).Draw(t, "grants"),
	}
}

func drawObject(t *rapid.T) Object {
	return Object{
		Brand: centre.BrandID(rapid.IntRange(0, 3).Draw(t, "brand")), Team: centre.TeamID(rapid.IntRange(0, 3).Draw(t, "its team")), Queue: centre.QueueID(rapid.IntRange(0, 3).Draw(t, "queue")),
		Partner: centre.PartnerID(rapid.IntRange(0, 2).Draw(t, "its partner")), Agent: centre.AgentID(rapid.IntRange(0, 3).Draw(t, "agent")),
	}
}

func TestRemovingAGrantNeverAddsAccess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, o, a := drawSubject(t), drawObject(t), rapid.SampledFrom(everyAction).Draw(t, "action")
		if len(s.Grants) == 0 {
			if Can(s, a, o) || Somewhere(s, a) || Everywhere(s, a) || Reaches(s, a, o) {
				t.Fatalf("without a grant %+v may %s %+v", s, a, o)
			}
			return
		}
		less := s
		i := rapid.IntRange(0, len(s.Grants)-1).Draw(t, "which")
		less.Grants = slices.Delete(slices.Clone(s.Grants), i, i+1)
		for name, may := range map[string]func(Subject) bool{
			"Can":        func(s Subject) bool { return Can(s, a, o) },
			"Somewhere":  func(s Subject) bool { return Somewhere(s, a) },
			"Everywhere": func(s Subject) bool { return Everywhere(s, a) },
			"Reaches":    func(s Subject) bool { return Reaches(s, a, o) },
			"gives":      func(s Subject) bool { return gives(s, Grant{Role: RoleLeader, Scope: Scope{Kind: ScopeTeam, ID: 1}}) },
		} {
			if may(less) && !may(s) {
				t.Fatalf("%s: without %+v, %+v gained %s on %+v", name, s.Grants[i], s, a, o)
			}
		}
	})
}

func TestWhatHoldsForEverySubject(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, o, a := drawSubject(t), drawObject(t), rapid.SampledFrom(everyAction).Draw(t, "action")
		mine := s.Person != 0 && o.Agent == s.Person
		if s.Partner != 0 && o.Partner != 0 && s.Partner != o.Partner && !mine && (Can(s, a, o) || Reaches(s, a, o)) {
			t.Fatalf("partner %d reached partner %d", s.Partner, o.Partner)
		}
		if Can(s, a, o) && !Somewhere(s, a) {
			t.Fatal("something may be done that may be done nowhere")
		}
		if Everywhere(s, a) && !Can(s, a, o) {
			t.Fatal("what holds everywhere does not hold here")
		}
		if Can(s, Action(fmt.Sprintf("%s.not", a)), o) {
			t.Fatal("an unknown action was allowed")
		}
	})
}

func TestEveryActionIsSomebodys(t *testing.T) {
	for _, a := range everyAction {
		if !slices.ContainsFunc(roles, func(r Role) bool { return table[r][a] != no }) {
			t.Errorf("no role holds %s", a)
		}
	}
	for role, actions := range table {
		for a := range actions {
			if !slices.Contains(everyAction, a) {
				t.Errorf("%s holds %s, which is not in everyAction", role, a)
			}
		}
	}
}
