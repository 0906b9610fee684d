package rulebook

import (
	"slices"
	"strings"

	"sentral/internal/calendar"
	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/engine/routing"
)

// Book is one version of the configuration with everything looked up beforehand. It never changes; a new version is a new Book.
type Book struct {
	Version int64
	config.Document
	queues  map[centre.QueueID]*config.Queue
	brands  map[centre.BrandID]*config.Brand
	people  map[centre.AgentID]access.Person
	emails  map[string]centre.AgentID
	opening map[string]*calendar.Hours
	ids     map[string]map[string]int32 // section -> key -> id
	hour    map[centre.QueueID]*calendar.Hours
}

// open looks everything up. The document has been validated.
func open(version int64, d config.Document) (*Book, error) {
	d.Fill()
	b := &Book{
		Version: version, Document: d, queues: map[centre.QueueID]*config.Queue{}, brands: map[centre.BrandID]*config.Brand{},
		people: map[centre.AgentID]access.Person{}, emails: map[string]centre.AgentID{}, opening: map[string]*calendar.Hours{},
		ids: config.IDs(&d), hour: map[centre.QueueID]*calendar.Hours{},
	}
	for _, h := range d.Hours {
		c, err := config.Opening(&d, h.Key)
		if err != nil {
			return nil, err
		}
		b.opening[h.Key] = c
	}
	for i := range b.Queues {
		q := &b.Queues[i]
		b.queues[centre.QueueID(q.ID)] = q
		b.hour[centre.QueueID(q.ID)] = b.opening[q.Hours]
	}
	for i := range b.Brands {
		b.brands[centre.BrandID(b.Brands[i].ID)] = &b.Brands[i]
	}
	for _, p := range d.People {
		b.people[centre.AgentID(p.ID)] = b.person(p)
		b.emails[strings.ToLower(p.Email)] = centre.AgentID(p.ID)
	}
	return b, nil
}

func (b *Book) person(p config.Person) access.Person {
	out := access.Person{
		ID: centre.AgentID(p.ID), Name: p.Name, Email: p.Email, Language: p.Language, Active: p.Active, Team: centre.TeamID(b.ids["teams"][p.Team]),
	}
	for _, t := range b.Teams {
		if t.Key == p.Team {
			out.Partner = centre.PartnerID(b.ids["partners"][t.Partner])
		}
	}
	for _, g := range p.Roles {
		scope := access.Scope{Kind: access.ScopeKind(g.Scope)}
		if g.Scope != "organisation" {
			scope.ID = b.ids[g.Scope+"s"][g.Key]
		}
		out.Grants = append(out.Grants, access.Grant{Role: access.Role(g.Role), Scope: scope})
	}
	return out
}

// Queue finds a queue; nil when there is none.
func (b *Book) Queue(id centre.QueueID) *config.Queue { return b.queues[id] }

// Brand finds a brand; nil when there is none.
func (b *Book) Brand(id centre.BrandID) *config.Brand { return b.brands[id] }

// BrandOf is the brand of a queue; zero when the queue is unknown.
func (b *Book) BrandOf(q centre.QueueID) centre.BrandID {
	if c := b.queues[q]; c != nil {
		return centre.BrandID(b.ids["brands"][c.Brand])
	}
	return 0
}

// MarketOf is the market of a brand.
func (b *Book) MarketOf(id centre.BrandID) centre.MarketID {
	if c := b.brands[id]; c != nil {
		return centre.MarketID(b.ids["markets"][c.Market])
	}
	return 0
}

// ID finds an entry's id by its section and key; zero when there is none.
func (b *Book) ID(section, key string) int32 { return b.ids[section][key] }

// Hours are the opening hours of a queue; nil when the queue is unknown.
func (b *Book) Hours(q centre.QueueID) *calendar.Hours { return b.hour[q] }

// Opening is one set of opening hours by its key; nil when there is none.
func (b *Book) Opening(key string) *calendar.Hours { return b.opening[key] }

// ByWidget finds the brand of a public widget key; nil when there is none.
func (b *Book) ByWidget(key string) *config.Brand {
	for i := range b.Brands {
		if b.Brands[i].WidgetKey == key {
			return &b.Brands[i]
		}
	}
	return nil
}

// Person finds somebody by id.
func (b *Book) Person(id centre.AgentID) (access.Person, bool) {
	p, ok := b.people[id]
	return p, ok
}

// Reason finds a reason; nil when there is none.
func (b *Book) Reason(id centre.ReasonID) *config.Reason {
	for i := range b.Reasons {
		if b.Reasons[i].ID == int32(id) {
			return &b.Reasons[i]
		}
	}
	return nil
}

// Pause finds a pause reason; nil when there is none.
func (b *Book) Pause(id centre.PauseID) *config.Pause {
	for i := range b.Pauses {
		if b.Pauses[i].ID == int32(id) {
			return &b.Pauses[i]
		}
	}
	return nil
}

// names lists what the screens name.
func (b *Book) names() Names {
	n := Names{Version: b.Version, Organisation: b.Organisation.Name, TimeZone: b.Organisation.TimeZone}
	for _, x := range b.Brands {
		n.Brands = append(n.Brands, NamedBrand{Named: Named{x.ID, x.Key, x.Name}, Colour: x.Colour})
	}
	for _, x := range b.Markets {
		n.Markets = append(n.Markets, Named{x.ID, x.Key, x.Name})
	}
	for _, x := range b.Partners {
		n.Partners = append(n.Partners, Named{x.ID, x.Key, x.Name})
	}
	for _, x := range b.Teams {
		n.Teams = append(n.Teams, Named{x.ID, x.Key, x.Name})
	}
	for _, x := range b.Queues {
		n.Queues = append(n.Queues, NamedQueue{
			Named: Named{x.ID, x.Key, x.Name}, Brand: b.ids["brands"][x.Brand], Channels: x.Channels,
			TargetMS: int64(x.TargetS) * 1000, GoalPercent: x.GoalPercent, Formula: x.Formula,
		})
	}
	for _, x := range b.Skills {
		n.Skills = append(n.Skills, NamedText{x.ID, x.Key, x.Name})
	}
	for _, x := range b.Reasons {
		n.Reasons = append(n.Reasons, NamedReason{NamedText: NamedText{x.ID, x.Key, x.Name}, Parent: b.ids["reasons"][x.Parent], Active: x.Active})
	}
	for _, x := range b.Pauses {
		n.Pauses = append(n.Pauses, NamedPause{NamedText: NamedText{x.ID, x.Key, x.Name}, Kind: x.Kind, LimitMin: x.LimitMin})
	}
	for _, x := range b.Canned {
		n.Canned = append(n.Canned, NamedCanned{ID: x.ID, Key: x.Key, Title: x.Title, Text: x.Text, Brand: b.ids["brands"][x.Brand]})
	}
	return n
}

// Team finds a team; nil when there is none.
func (b *Book) Team(id centre.TeamID) *config.Team {
	for i := range b.Teams {
		if b.Teams[i].ID == int32(id) {
			return &b.Teams[i]
		}
	}
	return nil
}

// PartnerOf is the partner that a team belongs to; zero for a house team.
func (b *Book) PartnerOf(id centre.TeamID) centre.PartnerID {
	if t := b.Team(id); t != nil {
		return centre.PartnerID(b.ids["partners"][t.Partner])
	}
	return 0
}

// FirstTeams are the teams that a queue asks first.
func (b *Book) FirstTeams(q centre.QueueID) (teams []centre.TeamID) {
	if c := b.queues[q]; c != nil && len(c.Steps) > 0 {
		for _, key := range c.Steps[0].Teams {
			teams = append(teams, centre.TeamID(b.ids["teams"][key]))
		}
	}
	return teams
}

// Shares tells whether a queue's steps reach a partner.
func (b *Book) Shares(q centre.QueueID, p centre.PartnerID) bool {
	c := b.queues[q]
	return c != nil && slices.ContainsFunc(c.Steps, func(s config.Step) bool {
		return slices.ContainsFunc(s.Partners, func(key string) bool { return centre.PartnerID(b.ids["partners"][key]) == p })
	})
}

// SkillsOf are somebody's levels by skill key.
func (b *Book) SkillsOf(id centre.AgentID) map[string]int32 {
	out := map[string]int32{}
	for _, p := range b.People {
		if p.ID == int32(id) {
			for _, n := range p.Skills {
				out[n.Skill] = n.Level
			}
		}
	}
	return out
}

// Serves tells whether these skills are enough for a queue at its easiest step before all hands are called.
func (b *Book) Serves(skills map[string]int32, q *config.Queue) bool {
	for i := len(q.Steps) - 1; i >= 0; i-- {
		if q.Steps[i].AllHands && i > 0 {
			continue
		}
		for _, n := range q.Steps[i].Needs {
			if skills[n.Skill] < n.Level {
				return false
			}
		}
		return true
	}
	return true
}

// languageSkill is the skill that stands for a language of the screens, by the words that configurations use for it.
var languageSkill = map[string][]string{
	"nb": {"norsk", "norwegian", "nb", "no"}, "nn": {"norsk", "norwegian", "nn", "no"}, "sv": {"svensk", "svenska", "swedish", "sv"}, "en": {"engelsk", "english", "engelska", "en"},
}

// SkillsFor is the language as a need of the contact's own; none when the queue asks for that language anyway, or the centre has no such skill.
func (b *Book) SkillsFor(language string, queue centre.QueueID) routing.Need {
	q := b.queues[queue]
	for _, key := range languageSkill[language] {
		id := b.ids["skills"][key]
		if id == 0 || q == nil {
			continue
		}
		for _, n := range q.Steps[0].Needs {
			if n.Skill == key {
				return routing.Need{}
			}
		}
		return routing.Need{Skill: centre.SkillID(id), Level: 1}
	}
	return routing.Need{}
}
