package sim

import (
	"fmt"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// centre builds the whole from the file.
func (r *reader) centre(raw *fileCentre) *Centre {
	r.skills = r.names("skills", len(raw.Skills), func(i int) string { return raw.Skills[i] })
	r.partners = r.names("partners", len(raw.Partners), func(i int) string { return raw.Partners[i] })
	r.teams = r.names("teams", len(raw.Teams), func(i int) string { return raw.Teams[i].Name })
	r.capacities = r.names("capacities", len(raw.Capacity), func(i int) string { return raw.Capacity[i].Name })
	r.queues = r.names("queues", len(raw.Queues), func(i int) string { return raw.Queues[i].Name })
	c := &Centre{Name: raw.Name, DayFactor: raw.DayFactor}
	if !(raw.DayFactor >= 0 && raw.DayFactor <= 2) {
		r.fault("day_factor_cv", "%g: want 0 to 2", raw.DayFactor)
	}
	if len(raw.Queues) == 0 {
		r.fault("queues", "there is no queue")
	}
	if len(raw.Capacity) == 0 {
		r.fault("capacities", "there is no capacity")
	}
	r.rules(&raw.Rules, &c.Settings)
	for i, t := range raw.Teams {
		team := routing.Team{ID: centre.TeamID(i + 1)}
		if t.Partner != "" {
			team.Partner = centre.PartnerID(r.find(r.partners, "partner", fmt.Sprintf("teams[%d].partner", i), t.Partner))
		}
		c.Settings.Teams, c.TeamNames = append(c.Settings.Teams, team), append(c.TeamNames, t.Name)
	}
	for i := range raw.Capacity {
		c.Settings.Capacity = append(c.Settings.Capacity, r.capacity(i, &raw.Capacity[i]))
	}
	for i := range raw.Queues {
		r.queue(i, &raw.Queues[i], c)
	}
	for i := range raw.Agents {
		r.agents(i, &raw.Agents[i], c)
	}
	for i, l := range raw.Lending {
		path := fmt.Sprintf("lending[%d]", i)
		c.Settings.Lending = append(c.Settings.Lending, routing.Lending{
			Lender:  centre.TeamID(r.find(r.teams, "team", path+".lender", l.Lender)),
			Queue:   centre.QueueID(r.find(r.queues, "queue", path+".queue", l.Queue)),
			AfterMS: l.After.ms(), MinFree: l.MinFree, OpenBelow: l.OpenBelow, CloseAbove: l.CloseAbove,
		})
	}
	c.Behaviour = r.behaviour(raw.Behaviour)
	return c
}

func (r *reader) rules(raw *fileRules, s *routing.Settings) {
	s.Version = 1
	s.LostGraceMS, s.ReturnHoldMS, s.DirectHoldMS = raw.LostGrace.ms(), raw.ReturnHold.ms(), raw.DirectHold.ms()
	s.LapsesToAway, s.DeclineCoolMS = raw.LapsesToAway, raw.DeclineCool.ms()
	for i, name := range raw.Told {
		s.Told |= 1 << r.channel(fmt.Sprintf("rules.told[%d]", i), name)
	}
	if len(raw.PriorityCredit) > len(s.PriorityCredit) {
		r.fault("rules.priority_credit_s", "%d credits: there are ten priorities, 0 to 9", len(raw.PriorityCredit))
		return
	}
	for i := range s.PriorityCredit {
		if i < len(raw.PriorityCredit) {
			s.PriorityCredit[i] = raw.PriorityCredit[i].ms()
		} else if i > 0 {
			s.PriorityCredit[i] = s.PriorityCredit[i-1]
		}
	}
}

func (r *reader) channel(path, name string) centre.Channel {
	ch, err := centre.ParseChannel(name)
	if err != nil {
		r.fault(path, "%v", err)
	}
	return ch
}

func (r *reader) capacity(i int, raw *fileCapacity) routing.Capacity {
	path := fmt.Sprintf("capacities[%d]", i)
	out := routing.Capacity{Total: raw.Total, WrapUp: raw.WrapUp}
	if raw.Total < 1 {
		r.fault(path+".total", "%d: want at least 1", raw.Total)
	}
	for name, x := range raw.Channels {
		at := path + ".channels." + name
		ch := r.channel(at, name)
		if x.Weight < 0 || x.Weight > raw.Total || x.Max < 0 {
			r.fault(at, "want a weight from 0 to the total and a max of at least 0")
		}
		out.Weight[ch], out.Max[ch] = x.Weight, x.Max
		for _, other := range x.Beside {
			out.Beside[ch] |= 1 << r.channel(at+".beside", other)
		}
		for _, other := range x.Parks {
			out.Parks[ch] |= 1 << r.channel(at+".parks", other)
		}
	}
	return out
}

func (r *reader) queue(i int, raw *fileQueue, c *Centre) {
	path := fmt.Sprintf("queues[%d]", i)
	q := routing.Queue{
		ID: centre.QueueID(i + 1), Weight: raw.Weight, TargetMS: raw.Target.ms(), AgeGuaranteeMS: raw.AgeGuarantee.ms(), OfferMS: raw.Offer.ms(),
		WrapUpMS: raw.WrapUp.ms(), WrapUpMaxMS: raw.WrapUpMax.ms(),
		Callback: routing.Promise{
			CustomerFirst: raw.Callback.CustomerFirst, Attempts: raw.Callback.Attempts, RetryMS: raw.Callback.Retry.ms(),
			DialMS: raw.Callback.Dial.ms(), Cap: raw.Callback.Cap,
		},
	}
	if raw.WrapUp < 0 {
		q.WrapUpMS = -1
	}
	if q.Weight == 0 {
		q.Weight = 100
	}
	if q.OfferMS == 0 {
		q.OfferMS = 20_000
	}
	if q.TargetMS <= 0 {
		r.fault(path+".target_s", "a queue needs a target of more than 0 s")
	}
	if q.Weight < 0 || q.OfferMS < 0 || q.AgeGuaranteeMS < 0 {
		r.fault(path, "weight, offer_s and age_guarantee_s must not be negative")
	}
	if len(raw.Steps) == 0 {
		q.Steps = []routing.Step{{AllHands: true}}
	}
	for k := range raw.Steps {
		q.Steps = append(q.Steps, r.step(fmt.Sprintf("%s.steps[%d]", path, k), &raw.Steps[k]))
		if (k == 0) != (q.Steps[k].AfterMS == 0) || (k > 0 && q.Steps[k].AfterMS <= q.Steps[k-1].AfterMS) {
			r.fault(fmt.Sprintf("%s.steps[%d].after_s", path, k), "the first step is at 0 s, and each later than the one before")
		}
	}
	from, to := r.span(path+".open", raw.Open)
	q.Open = to <= from
	c.Settings.Queues, c.QueueNames = append(c.Settings.Queues, q), append(c.QueueNames, raw.Name)
	c.Hours = append(c.Hours, Hours{from, to})
	for k := range raw.Traffic {
		r.traffic(fmt.Sprintf("%s.traffic[%d]", path, k), &raw.Traffic[k], q.ID, Hours{from, to}, c)
	}
}

func (r *reader) step(path string, raw *fileStep) routing.Step {
	s := routing.Step{AfterMS: raw.After.ms(), Needs: r.needs(path+".needs", raw.Needs), AllHands: raw.AllHands, DropContactNeeds: raw.DropNeeds}
	for k, name := range raw.Teams {
		s.Teams = append(s.Teams, centre.TeamID(r.find(r.teams, "team", fmt.Sprintf("%s.teams[%d]", path, k), name)))
	}
	for k, name := range raw.Partners {
		s.Partners = append(s.Partners, centre.PartnerID(r.find(r.partners, "partner", fmt.Sprintf("%s.partners[%d]", path, k), name)))
	}
	return s
}

func (r *reader) traffic(path string, raw *fileTraffic, q centre.QueueID, open Hours, c *Centre) {
	t := Traffic{
		Queue: q, Channel: r.channel(path+".channel", raw.Channel), Interval: time.Duration(raw.Interval) * time.Minute, From: open.From,
		PerInterval: raw.Arrivals, Handling: r.spread(path+".handling", raw.Handling), WrapUp: r.spread(path+".wrap_up", raw.WrapUp),
		Patience: Patience{AtOnce: r.share(path+".patience.at_once", raw.Patience.AtOnce)},
	}
	if raw.From != "" {
		t.From = r.clock(path+".from", raw.From)
	}
	if t.Interval == 0 {
		t.Interval = 30 * time.Minute
	}
	if t.Interval < 0 {
		r.fault(path+".interval_min", "%d: want at least 1", raw.Interval)
		return
	}
	if (len(raw.Arrivals) > 0) == (raw.PerHour > 0) {
		r.fault(path, "give either arrivals or arrivals_per_hour")
	}
	if raw.PerHour > 0 {
		to := open.To
		if to <= open.From {
			to = day
		}
		for at := t.From; at+t.Interval <= to; at += t.Interval {
			t.PerInterval = append(t.PerInterval, raw.PerHour*t.Interval.Hours())
		}
	}
	for k, n := range t.PerInterval {
		if !(n >= 0) || n > maxPerInterval {
			r.fault(fmt.Sprintf("%s.arrivals[%d]", path, k), "%g: want 0 to %d", n, maxPerInterval)
		}
	}
	if t.From+t.Interval*time.Duration(len(t.PerInterval)) > day {
		r.fault(path+".arrivals", "%d intervals of %v from %v pass midnight", len(t.PerInterval), t.Interval, t.From)
	}
	if t.Handling.Mean <= 0 {
		r.fault(path+".handling", "a conversation needs a mean_s of more than 0")
	}
	for k, part := range raw.Patience.Parts {
		at := fmt.Sprintf("%s.patience.parts[%d]", path, k)
		if !(part.Share > 0) {
			r.fault(at, "a part needs a share of more than 0")
		}
		t.Patience.Parts = append(t.Patience.Parts, PatiencePart{Share: part.Share, Spread: r.spread(at, fileSpread{part.Shape, part.Mean, part.SD})})
	}
	sum := 0.0
	for k, kind := range raw.Kinds {
		at := fmt.Sprintf("%s.kinds[%d]", path, k)
		if len(kind.Needs) > routing.MaxNeeds {
			r.fault(at, "at most %d needs", routing.MaxNeeds)
		}
		sum += r.share(at+".share", kind.Share)
		t.Kinds = append(t.Kinds, Kind{Share: kind.Share, Needs: r.needs(at+".needs", kind.Needs)})
	}
	if sum > 1 {
		r.fault(path+".kinds", "the shares add up to %g", sum)
	}
	c.Traffic = append(c.Traffic, t)
}

// mostAgents bounds a file's centre.
const mostAgents = 20_000

func (r *reader) agents(i int, raw *fileAgents, c *Centre) {
	path := fmt.Sprintf("agents[%d]", i)
	n := max(raw.Count, 1)
	if raw.Count < 0 || len(c.Agents)+n > mostAgents {
		r.fault(path+".count", "%d: want 1 or more, at most %d agents in all", raw.Count, mostAgents)
		return
	}
	p := routing.Profile{Team: centre.TeamID(r.find(r.teams, "team", path+".team", raw.Team)), Skills: r.needs(path+".skills", raw.Skills)}
	if raw.Capacity != "" {
		p.Capacity = int32(r.find(r.capacities, "capacity", path+".capacity", raw.Capacity)) - 1
	}
	if r.err != nil {
		return
	}
	team := &c.Settings.Teams[p.Team-1]
	p.Partner = team.Partner
	from, to := r.span(path+".shift", raw.Shift)
	for range n {
		p.Agent = centre.AgentID(len(c.Agents) + 1)
		if team.Leader == 0 {
			team.Leader = p.Agent
		}
		c.Agents = append(c.Agents, Agent{Profile: p, From: from, To: to})
	}
}

// behaviour reads {like: usual, decline: 0.02, answer: {mean_s: 4}}; without like everything not named is absent.
func (r *reader) behaviour(raw map[string]any) Behaviour {
	var b Behaviour
	switch like := raw["like"]; like {
	case nil, "textbook":
	case "usual":
		b = usualBehaviour()
	default:
		r.fault("behaviour.like", "%v: want usual or textbook", like)
	}
	shares, spreads := b.fields()
	for key, value := range raw {
		path := "behaviour." + key
		if key == "like" {
			continue
		}
		if share, ok := shares[key]; ok {
			x, ok := float(value)
			if !ok {
				r.fault(path, "want a share from 0 to 1")
			}
			*share = r.share(path, x)
			continue
		}
		spread, ok := spreads[key]
		if !ok {
			r.fault(path, "no behaviour is called %q", key)
			continue
		}
		*spread = r.spreadOf(path, value)
	}
	return b
}

func (r *reader) spreadOf(path string, value any) Spread {
	m, ok := value.(map[string]any)
	if !ok {
		r.fault(path, "want mean_s, and perhaps sd_s and shape")
		return Spread{}
	}
	var s fileSpread
	for key, v := range m {
		x, isNumber := float(v)
		switch {
		case key == "mean_s" && isNumber:
			s.Mean = seconds(x)
		case key == "sd_s" && isNumber:
			s.SD = seconds(x)
		case key == "shape":
			s.Shape = fmt.Sprint(v)
		default:
			r.fault(path+"."+key, "want mean_s, sd_s or shape")
		}
	}
	return r.spread(path, s)
}

func float(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int64:
		return float64(x), true
	case uint64:
		return float64(x), true
	case int:
		return float64(x), true
	}
	return 0, false
}

// fields names every part of a Behaviour as in the file.
func (b *Behaviour) fields() (map[string]*float64, map[string]*Spread) {
	return map[string]*float64{
			"decline": &b.Decline, "lapse": &b.Lapse, "force_out": &b.ForceOut, "direct_only": &b.DirectOnly, "transfer": &b.Transfer,
			"requeue": &b.Requeue, "consult": &b.Consult, "snooze": &b.Snooze, "woken": &b.Woken, "hang_up": &b.HangUp, "extend": &b.Extend,
			"forget": &b.Forget, "priority": &b.Priority, "last_agent": &b.LastAgent, "raise": &b.Raise, "due": &b.Due, "self_serve": &b.SelfServe,
			"callback": &b.Callback, "reached": &b.Reached, "redial": &b.Redial, "redial_keep": &b.RedialKeep, "force_close": &b.ForceClose,
			"broken_off": &b.BrokenOff,
		}, map[string]*Spread{
			"answer": &b.Answer, "notice": &b.Notice, "late": &b.Late, "pause_every": &b.PauseEvery, "pause": &b.Pause, "lost_every": &b.LostEvery,
			"lost_for": &b.LostFor, "profile_every": &b.ProfileEvery, "consult_in": &b.ConsultIn, "snooze_for": &b.SnoozeFor, "self_after": &b.SelfAfter,
			"ask_after": &b.AskAfter, "window": &b.Window, "ring": &b.Ring, "redial_in": &b.RedialIn, "lever_every": &b.LeverEvery, "rule_every": &b.RuleEvery,
			"line_every": &b.LineEvery, "line_for": &b.LineFor, "place_every": &b.PlaceEvery,
		}
}
