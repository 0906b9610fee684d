package rulebook

import (
	"slices"

	"sentral/internal/config"
	"sentral/internal/desk/access"
)

// empowers tells whether a change lets somebody do what they could not do before, or changes what they may: whoever finds a desk unlocked must not make
// themselves an administrator. Letting somebody in to answer contacts, and shutting somebody out, is everyday work.
func empowers(old, next *Book) bool {
	for id, now := range next.people {
		was, known := old.people[id]
		switch {
		case !now.Active:
		case known && was.Active && slices.Equal(was.Grants, now.Grants):
		case !known && !slices.ContainsFunc(now.Grants, func(g access.Grant) bool { return g.Role != access.RoleAgent }):
		default:
			return true
		}
	}
	return false
}

// opensCalls tells whether calls out may reach further, cost more or go another way than before: that is where fraud with telephones begins. Closing something
// must be quick and asks for nothing.
func opensCalls(old, next *config.Phone) bool {
	o, n := &old.Outbound, &next.Outbound
	return reaches(o.Rules, n.Rules) || (n.MaxMinutes > o.MaxMinutes) || raises(o.Agent, n.Agent) || raises(o.Centre, n.Centre) ||
		slices.ContainsFunc(next.Trunks, func(t config.Trunk) bool {
			i := slices.IndexFunc(old.Trunks, func(was config.Trunk) bool { return was.ID == t.ID })
			return t.Active && (i < 0 || leadsElsewhere(old.Trunks[i], t))
		})
}

// opensTexts tells whether text messages may reach further, cost more, or go by another provider than before.
func opensTexts(old, next *config.Phone) bool {
	o, n := &old.Texts, &next.Texts
	elsewhere := o.URL != n.URL || o.Method != n.Method || o.Auth != n.Auth || o.User != n.User || o.Header != n.Header
	return n.On && (!o.On || elsewhere || raisesTexts(o.Recipient, n.Recipient) || raisesTexts(o.Centre, n.Centre)) ||
		reaches(textRules(old.Outbound.Rules), textRules(next.Outbound.Rules))
}

// textRules are the rules as they stand for text messages.
func textRules(rules []config.DialRule) []config.DialRule {
	out := slices.Clone(rules)
	for i := range out {
		out[i].Allow, out[i].CostOrePerMin = out[i].Texts, out[i].CostPerText
	}
	return out
}

func raisesTexts(old, next config.TextCaps) bool {
	calls := func(c config.TextCaps) config.DialCaps {
		return config.DialCaps{CallsPerHour: c.PerHour, CallsPerDay: c.PerDay, CostOrePerHour: c.CostOrePerHour, CostOrePerDay: c.CostOrePerDay}
	}
	return raises(calls(old), calls(next))
}

// reaches tells whether some number may be called by the next rules that might not be called, or at a lower counted price, by the old ones.
func reaches(old, next []config.DialRule) bool {
	rule := func(list []config.DialRule, prefix string) (config.DialRule, bool) {
		i := slices.IndexFunc(list, func(r config.DialRule) bool { return r.Prefix == prefix })
		if i < 0 {
			return config.DialRule{}, false
		}
		return list[i], true
	}
	for _, now := range next {
		if was, known := rule(old, now.Prefix); now.Allow && (!known || !was.Allow || now.CostOrePerMin < was.CostOrePerMin) {
			return true
		}
	}
	for _, was := range old {
		if now, still := rule(next, was.Prefix); !was.Allow && (!still || now.Allow) { // a shorter prefix may allow it now
			return true
		}
	}
	return false
}

// raises tells whether a bound was moved up or taken away.
func raises(old, next config.DialCaps) bool {
	up := func(was, now int64) bool { return was != 0 && (now == 0 || now > was) }
	return up(int64(old.CallsPerHour), int64(next.CallsPerHour)) || up(int64(old.CallsPerDay), int64(next.CallsPerDay)) ||
		up(old.CostOrePerHour, next.CostOrePerHour) || up(old.CostOrePerDay, next.CostOrePerDay)
}

// leadsElsewhere tells whether a trunk reaches another company, lets others call in, or is less well guarded than before.
func leadsElsewhere(was, now config.Trunk) bool {
	return !was.Active || was.Host != now.Host || was.User != now.User || was.Transport != now.Transport || was.SRTP != now.SRTP || !slices.Equal(was.Sources, now.Sources)
}
