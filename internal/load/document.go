package load

import (
	"fmt"

	"sentral/internal/config"
)

// Organisation is the invented centre's name, by which a node knows that its data are of an earlier run and not somebody's.
const Organisation = "Lastprøven"

// WidgetKey opens its chat.
const WidgetKey = "lastproven-nett"

// Document is an invented centre with so many agents: a queue for each twenty of them, at most eight; every agent knows three of the queues' skills at
// several levels and answers two chats side by side. It never closes.
func Document(agents int) *config.Document {
	id := func(kind string, i int) config.Identity {
		return config.Identity{Key: fmt.Sprintf("%s-%d", kind, i+1)}
	}
	name := func(kind string, i int) config.Text { return config.Text{"nb": fmt.Sprintf("%s %d", kind, i+1)} }
	var week []config.Day
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		week = append(week, config.Day{Day: d, Periods: []string{"00:00-24:00"}})
	}
	d := config.Document{
		Organisation: config.Organisation{Name: Organisation, Language: "nb", TimeZone: "Europe/Oslo"},
		Markets:      []config.Market{{Identity: config.Identity{Key: "norge"}, Name: "Norge", Country: "NO", Language: "nb", TimeZone: "Europe/Oslo"}},
		Brands: []config.Brand{{
			Identity: config.Identity{Key: "lastproven"}, Name: Organisation, Market: "norge", WidgetKey: WidgetKey, Colour: "#0b5aa8", Greeting: config.Text{"nb": "Hei!"},
		}},
		Skills: []config.Skill{{Identity: config.Identity{Key: "norsk"}, Name: config.Text{"nb": "Norsk"}, Kind: "language"}},
		Capacities: []config.Capacity{{Identity: config.Identity{Key: "to-samtaler"}, Name: "To samtaler", Total: 12, Channels: []config.ChannelShare{
			{Channel: "phone", Weight: 12, Max: 1}, {Channel: "chat", Weight: 6, Max: 2, Beside: []string{"chat", "email"}}, {Channel: "email", Weight: 2, Max: 4, Beside: []string{"chat", "email"}},
		}}},
		Hours:   []config.Hours{{Identity: config.Identity{Key: "dogn"}, Name: "Døgnåpent", Market: "norge", Week: week, Holidays: "as_usual"}},
		Reasons: []config.Reason{{Identity: config.Identity{Key: "sporsmal"}, Name: config.Text{"nb": "Spørsmål"}, Active: true}},
		Pauses:  []config.Pause{{Identity: config.Identity{Key: "pause"}, Name: config.Text{"nb": "Pause"}, Kind: "break"}},
	}
	queues := min(8, max(1, agents/20))
	for i := range queues {
		skill := id("emne", i).Key
		d.Skills = append(d.Skills, config.Skill{Identity: id("emne", i), Name: name("Emne", i), Kind: "product"})
		d.Queues = append(d.Queues, config.Queue{
			Identity: id("ko", i), Name: fmt.Sprintf("Kø %d", i+1), Brand: "lastproven", Channels: []string{"chat", "phone"}, Hours: "dogn", TargetS: 60, GoalPercent: 80,
			Formula: config.Formulas[0], ShortS: 5, Weight: 100, OfferS: 20, WrapUpS: 60, WrapUpMaxS: 600, Survey: true, Steps: []config.Step{
				{Needs: []config.NeedText{{Skill: skill, Level: 4}, {Skill: "norsk", Level: 3}}},
				{AfterS: 20, Needs: []config.NeedText{{Skill: skill, Level: 1}, {Skill: "norsk", Level: 1}}},
			},
		})
		d.Brands[0].Topics = append(d.Brands[0].Topics, config.Topic{Name: name("Emne", i), Queue: id("ko", i).Key})
	}
	for i := range max(1, agents/25) {
		d.Teams = append(d.Teams, config.Team{Identity: id("lag", i), Name: fmt.Sprintf("Lag %d", i+1)})
	}
	for i := range agents {
		p := config.Person{
			Identity: id("medarbeider", i), Name: fmt.Sprintf("Medarbeider %d", i+1), Email: fmt.Sprintf("medarbeider.%d@lastproven.example", i+1), Language: "nb",
			Team: d.Teams[i%len(d.Teams)].Key, Capacity: "to-samtaler", Active: true, Roles: []config.GrantText{{Role: "agent", Scope: "organisation"}},
			Skills: []config.NeedText{{Skill: "norsk", Level: 9}},
		}
		known := map[int]bool{}
		for k, step := range []int{0, 1, 3} {
			if q := (i + step) % queues; !known[q] {
				known[q] = true
				p.Skills = append(p.Skills, config.NeedText{Skill: id("emne", q).Key, Level: int32(9 - 2*k)})
			}
		}
		d.People = append(d.People, p)
	}
	d.People[0].Roles = append(d.People[0].Roles, config.GrantText{Role: "administrator", Scope: "organisation"}, config.GrantText{Role: "leader", Scope: "organisation"})
	d.Defaults()
	return &d
}
