package demo

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
)

// workshop is the key of a small brand of the group that is closed whenever the demo is opened.
const workshop = "verksted"

// AddWorkshop adds the brand whose people are out at customers' for most of the day: it takes messages, which are answered in the chat. It is open two hours in the
// morning or two in the afternoon, whichever is not now and not soon, so that leaving a message can be seen at any hour.
func AddWorkshop(d *config.Document, now time.Time) error {
	period := "08:00-10:00"
	if h := now.Hour(); h >= 4 && h < 11 {
		period = "14:00-16:00"
	}
	hours := config.Hours{Identity: config.Identity{Key: "verkstedtid"}, Name: "Verkstedets kontortid", Market: "norge", Holidays: "closed"}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		hours.Week = append(hours.Week, config.Day{Day: day, Periods: []string{period}})
	}
	d.Hours = append(d.Hours, hours)
	q := config.Queue{
		Identity: config.Identity{Key: workshop}, Name: "Verksted", Brand: workshop, Channels: []string{"form", "chat"}, Hours: hours.Key,
		TargetS: 3600, GoalPercent: 90, Formula: "answered_of_offered", ShortS: 5, Weight: 80, GuaranteeS: 36_000, OfferS: 25, WrapUpS: 60, WrapUpMaxS: 600, Survey: true,
		Steps: []config.Step{{Needs: []config.NeedText{{Skill: "fiber", Level: 3}, {Skill: "norsk", Level: 3}}, Teams: []string{"fiber", "kraft"}}, {AfterS: 600, AllHands: true}},
	}
	d.Queues = append(d.Queues, q)
	d.Brands = append(d.Brands, config.Brand{
		Identity: config.Identity{Key: workshop}, Name: "Fjordglimt Verksted", Market: "norge", WidgetKey: "fjordglimt-verksted", Origins: []string{"https://verksted.fjordglimt.example"},
		Colour:   "#7a4a00",
		Greeting: config.Text{"nb": "Vi bytter målere og drar fiber hjem til deg.", "nn": "Vi byter målarar og dreg fiber heim til deg.", "sv": "Vi byter mätare och drar fiber hem till dig.", "en": "We change meters and bring fibre to your home."},
		Privacy:  "https://www.fjordglimt.example/personvern",
		Topics:   []config.Topic{{Name: config.Text{"nb": "Teknisk besøk", "nn": "Teknisk besøk", "sv": "Tekniskt besök", "en": "Technical visit"}, Queue: workshop}},
	})
	if faults, _ := config.Validate(d); len(faults) > 0 {
		return centre.Errorf(centre.Internal, "demo: the workshop: %s: %s", faults[0].Where, faults[0].Text)
	}
	return nil
}
