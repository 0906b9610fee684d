package routingtest

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// book is the rules and people that a scenario has declared so far, and the numbers given to its names.
type book struct {
	settings routing.Settings
	profiles map[string]*routing.Profile
	people   []string // agents in the order of their declaration
	ids      map[string]map[string]int64
	names    map[string]map[int64]string
}

func newBook() *book {
	return &book{
		settings: routing.Settings{Version: 0},
		profiles: map[string]*routing.Profile{},
		ids:      map[string]map[string]int64{},
		names:    map[string]map[int64]string{},
	}
}

// id gives the number of a name among its kind, the next one at first sight. "#7" is the number 7 itself, for ids that nobody was given.
func (b *book) id(kind, name string) int64 {
	if n, err := strconv.ParseInt(strings.TrimPrefix(name, "#"), 10, 64); err == nil && strings.HasPrefix(name, "#") {
		return n
	}
	if b.ids[kind] == nil {
		b.ids[kind], b.names[kind] = map[string]int64{}, map[int64]string{}
	}
	if id, known := b.ids[kind][name]; known {
		return id
	}
	id := int64(len(b.ids[kind]) + 1)
	b.ids[kind][name], b.names[kind][id] = id, name
	return id
}

// name gives the name of a number among its kind.
func (b *book) name(kind string, id int64) string {
	if n, known := b.names[kind][id]; known {
		return n
	}
	return "#" + strconv.FormatInt(id, 10)
}

// words reads a line's words one by one.
type words struct {
	left []string
	err  error
}

func (w *words) more() bool { return len(w.left) > 0 && w.err == nil }

func (w *words) next(what string) string {
	if len(w.left) == 0 {
		w.fail("%s is missing", what)
		return ""
	}
	s := w.left[0]
	w.left = w.left[1:]
	return s
}

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *words) number(what string) int64 {
	s := w.next(what)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil && w.err == nil {
		w.fail("%s: %q is not a number", what, s)
	}
	return n
}

func (w *words) span(what string) int64 {
	s := w.next(what)
	d, err := time.ParseDuration(s)
	if err != nil && w.err == nil {
		w.fail("%s: %q is not a time such as 15s", what, s)
	}
	return d.Milliseconds()
}

func (w *words) channel(what string) centre.Channel {
	c, err := centre.ParseChannel(w.next(what))
	if err != nil && w.err == nil {
		w.fail("%s: %v", what, err)
	}
	return c
}

// needs reads "power:3,norwegian:2".
func (w *words) needs(b *book) []routing.Need {
	var out []routing.Need
	for _, part := range strings.Split(w.next("skills"), ",") {
		name, level, ok := strings.Cut(part, ":")
		n, err := strconv.ParseUint(level, 10, 8)
		if !ok || err != nil {
			w.fail("skill %q: want name:level", part)
			return nil
		}
		out = append(out, routing.Need{Skill: centre.SkillID(b.id("skill", name)), Level: uint8(n)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Skill < out[j].Skill })
	return out
}

// channels reads "phone,chat" as bits.
func (w *words) channels(what string) (bits uint16) {
	for _, s := range w.list(what) {
		ch, err := centre.ParseChannel(s)
		if err != nil {
			w.fail("%s: %v", what, err)
		}
		bits |= 1 << ch
	}
	return bits
}

func (w *words) list(what string) []string { return strings.Split(w.next(what), ",") }

// declare takes a line that declares rules or people, and tells whether it was one.
func (b *book) declare(verb string, w *words) bool {
	switch verb {
	case "option":
		b.option(w)
	case "team":
		b.team(w)
	case "queue":
		b.queue(w)
	case "step":
		b.step(w)
	case "capacity":
		b.capacity(w)
	case "beside", "parks":
		b.matrix(verb, w)
	case "lending":
		b.lending(w)
	case "agent":
		b.agent(w)
	default:
		return false
	}
	return true
}

func (b *book) option(w *words) {
	switch what := w.next("option"); what {
	case "lost-grace":
		b.settings.LostGraceMS = w.span(what)
	case "return-hold":
		b.settings.ReturnHoldMS = w.span(what)
	case "direct-hold":
		b.settings.DirectHoldMS = w.span(what)
	case "cool":
		b.settings.DeclineCoolMS = w.span(what)
	case "told":
		b.settings.Told = w.channels(what)
	case "lapses":
		b.settings.LapsesToAway = int32(w.number(what))
	case "credit":
		p := w.number("priority")
		if p < 0 || p > 9 {
			w.fail("priority %d is not from 0 to 9", p)
			return
		}
		b.settings.PriorityCredit[p] = w.span("credit")
		for i := int(p) + 1; i < len(b.settings.PriorityCredit); i++ {
			b.settings.PriorityCredit[i] = max(b.settings.PriorityCredit[i], b.settings.PriorityCredit[p])
		}
	default:
		w.fail("option %q is not known", what)
	}
}

func (b *book) team(w *words) {
	t := routing.Team{ID: centre.TeamID(b.id("team", w.next("team")))}
	for w.more() {
		switch what := w.next("word"); what {
		case "leader":
			t.Leader = centre.AgentID(b.id("agent", w.next(what)))
		case "partner":
			t.Partner = centre.PartnerID(b.id("partner", w.next(what)))
		default:
			w.fail("team: %q is not known", what)
		}
	}
	for i := range b.settings.Teams {
		if b.settings.Teams[i].ID == t.ID {
			b.settings.Teams[i] = t
			return
		}
	}
	b.settings.Teams = append(b.settings.Teams, t)
}

// queue declares a queue anew; its steps are declared after it.
func (b *book) queue(w *words) {
	name := w.next("queue")
	q := routing.Queue{ID: centre.QueueID(b.id("queue", name)), Weight: 100, TargetMS: 20_000, OfferMS: 20_000, Open: true}
	for w.more() {
		switch what := w.next("word"); what {
		case "weight":
			q.Weight = w.number(what)
		case "target":
			q.TargetMS = w.span(what)
		case "guarantee":
			q.AgeGuaranteeMS = w.span(what)
		case "offer":
			q.OfferMS = w.span(what)
		case "wrap":
			q.WrapUpMS = w.span(what)
		case "wrap-max":
			q.WrapUpMaxMS = w.span(what)
		case "closed":
			q.Open = false
		case "cap":
			q.Callback.Cap = int32(w.number(what))
		case "attempts":
			q.Callback.Attempts = int32(w.number(what))
		case "retry":
			q.Callback.RetryMS = w.span(what)
		case "dial":
			q.Callback.DialMS = w.span(what)
		case "customer-first":
			q.Callback.CustomerFirst = true
		case "gone":
			b.dropQueue(q.ID)
			return
		default:
			w.fail("queue: %q is not known", what)
		}
	}
	for i := range b.settings.Queues {
		if b.settings.Queues[i].ID == q.ID {
			b.settings.Queues[i] = q
			return
		}
	}
	b.settings.Queues = append(b.settings.Queues, q)
}

func (b *book) dropQueue(id centre.QueueID) {
	for i := range b.settings.Queues {
		if b.settings.Queues[i].ID == id {
			b.settings.Queues = append(b.settings.Queues[:i], b.settings.Queues[i+1:]...)
			return
		}
	}
}

func (b *book) step(w *words) {
	id := centre.QueueID(b.id("queue", w.next("queue")))
	s := routing.Step{AfterMS: w.span("time")}
	for w.more() {
		switch what := w.next("word"); what {
		case "needs":
			s.Needs = w.needs(b)
		case "teams":
			for _, t := range w.list(what) {
				s.Teams = append(s.Teams, centre.TeamID(b.id("team", t)))
			}
		case "partners":
			for _, p := range w.list(what) {
				s.Partners = append(s.Partners, centre.PartnerID(b.id("partner", p)))
			}
		case "all-hands":
			s.AllHands = true
		case "drop-needs":
			s.DropContactNeeds = true
		default:
			w.fail("step: %q is not known", what)
		}
	}
	for i := range b.settings.Queues {
		if q := &b.settings.Queues[i]; q.ID == id {
			q.Steps = append(q.Steps, s)
			return
		}
	}
	w.fail("the queue of a step must be declared first")
}

// capacity declares "capacity desk total 10 phone 10x1 chat 3x3": units and how many at once.
func (b *book) capacity(w *words) {
	i := int(b.id("capacity", w.next("capacity"))) - 1
	for len(b.settings.Capacity) <= i {
		b.settings.Capacity = append(b.settings.Capacity, routing.Capacity{Total: 1})
	}
	c := &b.settings.Capacity[i]
	*c = routing.Capacity{Total: 1}
	for w.more() {
		what := w.next("word")
		switch what {
		case "total":
			c.Total = int32(w.number(what))
			continue
		case "offers-in-wrap-up":
			c.WrapUp = true
			continue
		}
		ch, err := centre.ParseChannel(what)
		var weight, most int32
		if _, scan := fmt.Sscanf(w.next(what), "%dx%d", &weight, &most); err != nil || scan != nil {
			w.fail("capacity: %q: want CHANNEL WEIGHTxMAX", what)
			return
		}
		c.Weight[ch], c.Max[ch] = weight, most
	}
}

// matrix declares "beside desk chat chat,email" or "parks desk email phone,chat".
func (b *book) matrix(verb string, w *words) {
	i := int(b.id("capacity", w.next("capacity"))) - 1
	if i >= len(b.settings.Capacity) {
		w.fail("the capacity must be declared first")
		return
	}
	inHand := w.channel("channel in hand")
	bits := w.channels("channels")
	if verb == "beside" {
		b.settings.Capacity[i].Beside[inHand] = bits
	} else {
		b.settings.Capacity[i].Parks[inHand] = bits
	}
}

func (b *book) lending(w *words) {
	l := routing.Lending{Lender: centre.TeamID(b.id("team", w.next("team"))), Queue: centre.QueueID(b.id("queue", w.next("queue")))}
	for w.more() {
		switch what := w.next("word"); what {
		case "after":
			l.AfterMS = w.span(what)
		case "spare":
			l.MinFree = int32(w.number(what))
		case "open-below":
			l.OpenBelow = int32(w.number(what))
		case "close-above":
			l.CloseAbove = int32(w.number(what))
		default:
			w.fail("lending: %q is not known", what)
		}
	}
	b.settings.Lending = append(b.settings.Lending, l)
}

func (b *book) agent(w *words) {
	name := w.next("agent")
	p := &routing.Profile{Agent: centre.AgentID(b.id("agent", name))}
	for w.more() {
		switch what := w.next("word"); what {
		case "team":
			p.Team = centre.TeamID(b.id("team", w.next(what)))
		case "partner":
			p.Partner = centre.PartnerID(b.id("partner", w.next(what)))
		case "capacity":
			p.Capacity = int32(b.id("capacity", w.next(what))) - 1
		case "skills":
			p.Skills = w.needs(b)
		default:
			w.fail("agent: %q is not known", what)
		}
	}
	if b.profiles[name] == nil {
		b.people = append(b.people, name)
	}
	b.profiles[name] = p
}
