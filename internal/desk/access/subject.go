// Package access owns who somebody is and what they may do: people's credentials, sessions, passkeys, one-time codes, API keys, roles with scopes, the one
// decision function Can, and the audit log with its hash chain.
//
// It refuses to hide anything in the screens only: every room asks Can before it reads or writes, whatever the route. Begin reading in subject.go and can.go.
package access

import "sentral/internal/centre"

// CookieName is the session cookie. The prefix binds it to this host, to HTTPS and to the whole site.
const CookieName = "__Host-sentral"

// Role is a named set of permissions, granted within a scope.
type Role string

// The roles.
const (
	RoleAgent         Role = "agent"         // answers contacts
	RoleLeader        Role = "leader"        // leads a team: sees its contacts and the wall, moves work, sets statuses
	RoleAnalyst       Role = "analyst"       // sees figures, never words
	RolePlanner       Role = "planner"       // forecasts and staffs
	RoleAdministrator Role = "administrator" // changes the configuration and people
	RolePrivacy       Role = "privacy"       // reads the audit log, exports and erases a person
)

// ScopeKind says what a grant is limited to.
type ScopeKind string

// The kinds of scope, from wide to narrow.
const (
	ScopeOrganisation ScopeKind = "organisation"
	ScopeBrand        ScopeKind = "brand"
	ScopeTeam         ScopeKind = "team"
	ScopeQueue        ScopeKind = "queue"
	ScopePartner      ScopeKind = "partner"
)

// Scope is where a grant holds. ID is zero for the organisation.
type Scope struct {
	Kind ScopeKind `json:"kind" yaml:"kind" enum:"organisation,brand,team,queue,partner"`
	ID   int32     `json:"id,omitempty" yaml:"id,omitempty"`
}

// Grant is one role within one scope.
type Grant struct {
	Role  Role  `json:"role" yaml:"role" enum:"agent,leader,analyst,planner,administrator,privacy"`
	Scope Scope `json:"scope" yaml:"scope"`
}

// Subject is who acts: a person, an API key or the system itself. It is an argument everywhere, never fished out of a context.
type Subject struct {
	Person  centre.AgentID // zero for a key or the system
	Key     int64          // the API key's id, or zero
	Session string         // hash of the session, for the audit log and for signing out
	Name    string
	Team    centre.TeamID
	Partner centre.PartnerID
	Grants  []Grant
	Fresh   bool // has proved who they are within the last minutes (step-up)
	System  bool // the program itself; only app may make one
}

// Action is something that can be done; an action that no role holds is denied.
type Action string

// The actions.
const (
	AnswerContacts   Action = "contacts.answer"
	ReadContacts     Action = "contacts.read"
	MoveContacts     Action = "contacts.move"
	ReadCustomers    Action = "customers.read"
	SearchCustomers  Action = "customers.search"
	WriteCustomers   Action = "customers.write"
	SeeWall          Action = "wall.see"
	SetOthersStatus  Action = "agents.set_status"
	ReadConfig       Action = "config.read"
	WriteConfig      Action = "config.write"
	ManagePeople     Action = "people.manage"
	ManageKeys       Action = "keys.manage"
	ReadAudit        Action = "audit.read"
	ReadSetupAudit   Action = "audit.read_setup" // the lines about configuration, access and sign-in alone
	ReadEvents       Action = "events.read"
	ErasePeople      Action = "customers.erase"
	ListenToContacts Action = "contacts.listen"
	TakeCalls        Action = "calls.take" // have a line that rings
	CallOut          Action = "calls.out"
	PlayRecordings   Action = "recordings.play"
	DeleteRecordings Action = "recordings.delete"
)

// Object is what an action is done to, with everything scopes can be compared with. A narrow grant reaches only objects that say they are of its
// team, queue, brand or partner; a zero field says that it is of none.
type Object struct {
	Brand   centre.BrandID
	Team    centre.TeamID
	Queue   centre.QueueID
	Partner centre.PartnerID
	Agent   centre.AgentID // the agent it belongs to: people always reach what is their own
}
