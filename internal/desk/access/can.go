package access

import "slices"

// reach says how far a role's permission goes within its scope.
type reach uint8

const (
	no  reach = iota
	own       // only what belongs to the person
	all       // everything in the grant's scope
)

// table is the whole law: what each role may do, and how far. What is not here is denied.
var table = map[Role]map[Action]reach{
	RoleAgent: {
		AnswerContacts: own, ReadContacts: own, MoveContacts: own, ReadCustomers: own, WriteCustomers: own, SearchCustomers: all, SeeWall: all,
		TakeCalls: own, CallOut: own, PlayRecordings: own, DeleteRecordings: own,
	},
	RoleLeader: {
		AnswerContacts: own, ReadContacts: all, MoveContacts: all, ReadCustomers: all, SearchCustomers: all, WriteCustomers: all, SeeWall: all,
		SetOthersStatus: all, ListenToContacts: all, ReadConfig: all, TakeCalls: own, PlayRecordings: all, DeleteRecordings: all,
	},
	RoleAnalyst:       {SeeWall: all, ReadEvents: all},
	RolePlanner:       {SeeWall: all, ReadEvents: all, ReadConfig: all},
	RoleAdministrator: {SeeWall: all, ReadConfig: all, WriteConfig: all, ManagePeople: all, ManageKeys: all, ReadEvents: all, SetOthersStatus: all, ReadSetupAudit: all},
	RolePrivacy:       {ReadAudit: all, ReadSetupAudit: all, SearchCustomers: all, ReadCustomers: all, ErasePeople: all, PlayRecordings: all, DeleteRecordings: all},
}

// Can decides whether s may do a to o. It is the only place where that is decided: every room asks it before it reads or writes. An unknown
// action, an unknown role and a subject without grants are denied; a partner's people never reach what is not their partner's, whatever they were granted.
func Can(s Subject, a Action, o Object) bool {
	if s.System {
		return true
	}
	mine := s.Person != 0 && o.Agent == s.Person
	if s.Partner != 0 && !mine && o.Partner != s.Partner {
		return false
	}
	return slices.ContainsFunc(s.Grants, func(g Grant) bool {
		switch table[g.Role][a] {
		case all:
			return mine || covers(g.Scope, o)
		case own:
			return mine
		}
		return false
	})
}

// Reaches tells whether o lies within what s was granted for a, whoever's it is: what colleagues of the same scope did for a customer whom s helps.
func Reaches(s Subject, a Action, o Object) bool {
	if s.System {
		return true
	}
	if s.Partner != 0 && o.Partner != s.Partner {
		return false
	}
	return slices.ContainsFunc(s.Grants, func(g Grant) bool { return table[g.Role][a] != no && covers(g.Scope, o) })
}

// Somewhere tells whether s may do a to anything at all. Screens ask it to know what to offer, and lists that then filter by Can.
func Somewhere(s Subject, a Action) bool {
	return s.System || slices.ContainsFunc(s.Grants, func(g Grant) bool { return table[g.Role][a] != no })
}

// Everywhere tells whether s may do a in the whole organisation.
func Everywhere(s Subject, a Action) bool {
	if s.System {
		return true
	}
	return s.Partner == 0 && slices.ContainsFunc(s.Grants, func(g Grant) bool {
		return g.Scope.Kind == ScopeOrganisation && table[g.Role][a] == all
	})
}

// covers tells whether a scope holds an object. An object that does not say which team, queue, brand or partner it is of is held by the organisation only.
func covers(sc Scope, o Object) bool {
	switch sc.Kind {
	case ScopeOrganisation:
		return true
	case ScopeBrand:
		return sc.ID != 0 && int32(o.Brand) == sc.ID
	case ScopeTeam:
		return sc.ID != 0 && int32(o.Team) == sc.ID
	case ScopeQueue:
		return sc.ID != 0 && int32(o.Queue) == sc.ID
	case ScopePartner:
		return sc.ID != 0 && int32(o.Partner) == sc.ID
	}
	return false
}

// ofTheWhole are actions on what has no parts, such as the configuration: rooms ask Everywhere about them, and a grant for less gives nothing.
var ofTheWhole = []Action{ReadConfig, WriteConfig, ManageKeys, ReadAudit, ReadSetupAudit, ReadEvents, SearchCustomers}

// Actions lists what s may do somewhere, in a fixed order.
func Actions(s Subject) []Action {
	out := []Action{}
	for _, a := range everyAction {
		may := Somewhere
		if slices.Contains(ofTheWhole, a) {
			may = Everywhere
		}
		if may(s, a) {
			out = append(out, a)
		}
	}
	return out
}

var everyAction = []Action{
	AnswerContacts, ReadContacts, MoveContacts, ReadCustomers, SearchCustomers, WriteCustomers, SeeWall, SetOthersStatus, ReadConfig,
	WriteConfig, ManagePeople, ManageKeys, ReadAudit, ReadSetupAudit, ReadEvents, ErasePeople, ListenToContacts,
	TakeCalls, CallOut, PlayRecordings, DeleteRecordings,
}
