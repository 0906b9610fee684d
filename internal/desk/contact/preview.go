package contact

import (
	"context"
	"fmt"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

// Preview tells who would get a contact now, and why, and who could take it at each step. Nothing happens.
func (r *Room) Preview(ctx context.Context, s access.Subject, in Preview) (PreviewResult, error) {
	if !access.Everywhere(s, access.ReadConfig) {
		return PreviewResult{}, forbidden(access.ReadConfig)
	}
	book := r.Rules.Book()
	q := book.Queue(in.Queue)
	if q == nil {
		return PreviewResult{}, centre.ErrorAt(centre.Invalid, "queue_id", "there is no queue %d", in.Queue)
	}
	e := routing.Event{Queue: in.Queue, Channel: in.Channel, Priority: uint8(in.Priority)}
	for i, n := range in.Skills {
		if i >= routing.MaxNeeds {
			return PreviewResult{}, centre.ErrorAt(centre.Invalid, "skills", "a contact has at most %d needs of its own", routing.MaxNeeds)
		}
		if n.Skill <= 0 || int(n.Skill) > len(book.Skills) {
			return PreviewResult{}, centre.ErrorAt(centre.Invalid, fmt.Sprintf("skills[%d]", i), "there is no skill %d", n.Skill)
		}
		e.Needs[i] = routing.Need{Skill: n.Skill, Level: uint8(n.Level)}
		e.NeedCount++
	}
	out := PreviewResult{Steps: []StepPool{}}
	err := r.Centre.View(ctx, func(v *live.View) error {
		agent, w, pools := v.Engine().WhoWouldGet(e)
		if agent != 0 {
			words := why(w)
			out.Agent, out.Why = agent, &words
		} else if est := v.Engine().EstimateQueue(in.Queue); est.Known {
			out.WaitLowMS, out.WaitHighMS = est.LowMS, est.HighMS
		}
		for _, p := range pools {
			best := p.Best
			if best == nil {
				best = []centre.AgentID{}
			}
			out.Steps = append(out.Steps, StepPool{AfterMS: p.AfterMS, Qualified: p.Qualified, SignedIn: p.SignedIn, Free: p.Free, Agents: best})
		}
		return nil
	})
	if p, ok := r.Rules.Person(out.Agent); ok {
		out.Name = p.Name
	}
	return out, err
}
