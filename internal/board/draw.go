package board

import (
	"context"
	"reflect"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/rulebook"
)

// drawn is one page as it was drawn last. Its serial rises when anything but the time has changed.
type drawn struct {
	wall   Wall
	serial int64
	at     time.Time
}

// page gives a page, drawn anew when that was half a second ago or more. Everybody who watches it shares the drawing.
func (b *Board) page(ctx context.Context, f Filter) (*drawn, error) {
	b.drawing.Lock()
	defer b.drawing.Unlock()
	now, before := b.Now(), b.pages[f]
	if before != nil && now.Sub(before.at) < b.Pace*9/10 {
		return before, nil
	}
	l, err := b.glance(ctx)
	if err != nil {
		return nil, err
	}
	wall, err := b.draw(l, f)
	if err != nil {
		return nil, err
	}
	d := &drawn{wall: wall, at: now}
	if before != nil && same(before.wall, wall) {
		d.serial = before.serial
	} else {
		b.serial++
		d.serial = b.serial
	}
	if len(b.pages) >= pagesKept {
		for k, p := range b.pages {
			if now.Sub(p.at) > sendAgain*b.Pace {
				delete(b.pages, k)
			}
		}
	}
	b.pages[f] = d
	return d, nil
}

// same tells whether two drawings differ in nothing but when they were made.
func same(a, b Wall) bool {
	a.Seq, a.Now = b.Seq, b.Now
	return reflect.DeepEqual(a, b)
}

// drawing is one page in the making.
type drawing struct {
	filter Filter
	book   *rulebook.Book
	roster *roster
	sheet  *sheet
	look   *look
	now    centre.Instant

	today, quarter map[centre.QueueID]*account
}

func (b *Board) draw(l *look, f Filter) (Wall, error) {
	book := b.Rules.Book()
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sheet
	if s == nil {
		return Wall{}, centre.Errorf(centre.Unavailable, "the wall is being put together; try again in a moment")
	}
	now := max(l.now, s.at)
	if now >= s.to {
		s.settle()
		s.dawn(now)
	}
	d := &drawing{filter: f, book: book, roster: b.rosterOf(book, s.from, s.to), sheet: s, look: l, now: now}
	return d.page(), nil
}

// narrow tells whether the page is about those who answer, a team or a partner, and not about those who ask. Such a page counts the contacts that its
// people answered first. A contact that waits or gave up is nobody's: it lowers no team's level, but it is shown as waiting in the queues that the team
// serves, since that is what the team is there for.
func (d *drawing) narrow() bool { return d.filter.Team != 0 || d.filter.Partner != 0 }

// counts tells whether the contacts of a place are on the page.
func (d *drawing) counts(p place) bool {
	return d.ofBrand(p.queue) && (d.filter.Team == 0 || p.team == d.filter.Team) && (d.filter.Partner == 0 || p.partner == d.filter.Partner)
}

func (d *drawing) ofBrand(q centre.QueueID) bool {
	return d.filter.Brand == 0 || d.book.BrandOf(q) == d.filter.Brand
}

// shows tells whether a queue is a row of the page: of its brand, and served by its team or one of its partner's teams, or answered by it today.
func (d *drawing) shows(id centre.QueueID) bool {
	if !d.ofBrand(id) {
		return false
	}
	if !d.narrow() || d.today[id] != nil {
		return true
	}
	for _, t := range d.book.Teams {
		team := centre.TeamID(t.ID)
		if d.roster.teams[id][team] && (d.filter.Team == 0 || team == d.filter.Team) && (d.filter.Partner == 0 || partnerOf(d.book, t) == d.filter.Partner) {
			return true
		}
	}
	return false
}

// employs tells whether an agent is on the page: of its team and partner, and of use to its brand.
func (d *drawing) employs(a *routing.AgentView) bool {
	if (d.filter.Team != 0 && a.Team != d.filter.Team) || (d.filter.Partner != 0 && a.Partner != d.filter.Partner) {
		return false
	}
	if d.filter.Brand == 0 {
		return true
	}
	for id, people := range d.roster.people {
		if people[a.ID] && d.ofBrand(id) {
			return true
		}
	}
	return false
}

func (d *drawing) page() Wall {
	s := d.sheet
	d.today = s.gather(s.today, d.counts)
	bucket, _ := quarterOf(d.now)
	d.quarter = s.gather(s.quarters[bucket], d.counts)
	if !d.narrow() {
		w := s.waiting(d.now)
		addWaiting(d.today, w.today, d.ofBrand)
		addWaiting(d.quarter, w.quarter, d.ofBrand)
	}
	w := Wall{Seq: s.seq, Now: d.now, Title: title(d.book, d.filter), Queues: []Queue{}, Intervals: []Interval{}, Highlights: []Highlight{}}
	agents := d.agents(&w)
	var levels, levelsNow []Level
	for i := range d.book.Queues {
		if q := &d.book.Queues[i]; d.shows(centre.QueueID(q.ID)) {
			row := d.row(q, agents)
			w.Queues = append(w.Queues, row)
			levels, levelsNow = append(levels, row.Level), append(levelsNow, row.LevelNow)
			w.Waiting += row.Waiting
			if row.LongestWaitMS > w.LongestWaitMS {
				w.LongestWaitMS, w.LongestTargetMS = row.LongestWaitMS, int64(q.TargetS)*1000
			}
		}
	}
	w.Level, w.LevelNow = together(levels), together(levelsNow)
	all := &account{} // queues that were removed today included
	for _, a := range d.today {
		all.merge(a)
	}
	counts := all.counts()
	w.Handled, w.Abandoned = counts.Answered(), counts.Abandoned()
	w.Contacts = d.contacts(all)
	w.AnswerMS = mean(counts.AnsweredWaitMS, counts.Answered())
	heard := &opinion{}
	for p, o := range s.heard {
		if d.counts(p) {
			heard.merge(o)
		}
	}
	w.OKS, w.Solved = heard.perceived(), heard.solution()
	w.Intervals = d.intervals()
	w.Highlights = d.highlights(&w)
	return w
}

func addWaiting(to map[centre.QueueID]*account, waiting map[centre.QueueID]part, counts func(centre.QueueID) bool) {
	for id, p := range waiting {
		if !counts(id) {
			continue
		}
		if to[id] == nil {
			to[id] = &account{}
		}
		to[id].add(p.target, p.counts)
	}
}

// contacts is how many contacts of today are on the page: those that came, or on a team's page those that it answered.
func (d *drawing) contacts(a *account) int64 {
	if d.narrow() {
		return a.counts().Answered()
	}
	return a.arrived
}

func mean(sum, n int64) int64 {
	if n == 0 {
		return 0
	}
	return sum / n
}

func (d *drawing) row(q *config.Queue, agents []*routing.AgentView) Queue {
	id := centre.QueueID(q.ID)
	today, quarter := d.today[id], d.quarter[id]
	if today == nil {
		today = &account{}
	}
	if quarter == nil {
		quarter = &account{}
	}
	formula := d.filter.Formula
	if formula == ownFormula {
		formula = q.Formula
	}
	counts, line := today.counts(), d.look.queues[id]
	row := Queue{
		ID: id, Name: q.Name, Brand: d.book.BrandOf(id), Channels: append([]string{}, q.Channels...), Open: line.open, Waiting: line.waiting, LongestWaitMS: line.longest,
		Level: today.level(q, formula), LevelNow: quarter.level(q, formula), AnswerMS: mean(counts.AnsweredWaitMS, counts.Answered()),
		HandleMS: mean(today.handleMS, today.handled), Offered: d.contacts(today), Answered: counts.Answered(), Abandoned: counts.Abandoned(),
	}
	for _, a := range agents {
		if d.roster.people[id][a.ID] {
			row.SignedIn++
			if a.Takes&d.roster.takes[id] != 0 {
				row.Free++
			}
		}
	}
	heard := &opinion{}
	for p, o := range d.sheet.heard {
		if p.queue == id && d.counts(p) {
			heard.merge(o)
		}
	}
	row.OKS, row.Solved = heard.perceived(), heard.solution()
	return row
}

// agents counts the page's people by what they do, and lists them.
func (d *drawing) agents(w *Wall) (out []*routing.AgentView) {
	for i := range d.look.agents {
		a := &d.look.agents[i]
		if !d.employs(a) {
			continue
		}
		out = append(out, a)
		switch a.State {
		case routing.Ringing:
			w.Agents.Ringing++
		case routing.Talking:
			w.Agents.Talking++
		case routing.Wrapping:
			w.Agents.Wrapping++
		case routing.Lost:
			w.Agents.Lost++
		default:
			switch a.Status {
			case routing.Away:
				w.Agents.Away++
			case routing.Paused, routing.DirectOnly: // nothing in hand, and takes nothing from the queues
				w.Agents.Paused++
			default:
				w.Agents.Free++
			}
		}
	}
	return out
}

// intervals are the quarters of an hour from the first opening, or the first contact if that came earlier, up to now.
func (d *drawing) intervals() []Interval {
	first := d.sheet.to
	for i := range d.book.Queues {
		id := centre.QueueID(d.book.Queues[i].ID)
		if at, opens := d.roster.opens[id]; opens && d.shows(id) {
			first = min(first, at)
		}
	}
	for b, m := range d.sheet.quarters {
		for p := range m {
			if d.counts(p) {
				first = min(first, centre.Instant(b*journal.BucketMS))
				break
			}
		}
	}
	out := []Interval{}
	for b := journal.Bucket(first); b <= journal.Bucket(d.now) && centre.Instant(b*journal.BucketMS) < d.sheet.to; b++ {
		iv := Interval{Start: centre.Instant(b * journal.BucketMS)}
		for p, t := range d.sheet.quarters[b] {
			if !d.counts(p) {
				continue
			}
			iv.Arrived += t.arrived
			for _, l := range t.levels {
				c := l.Counts(d.now)
				iv.Answered += c.Answered()
				iv.Abandoned += c.Abandoned()
				iv.InTarget += c.AnsweredWithin
			}
		}
		if d.narrow() {
			iv.Arrived = iv.Answered
		} else {
			iv.Typical, iv.TypicalLow, iv.TypicalHigh = d.sheet.history.typical(iv.Start, d.ofBrand)
		}
		out = append(out, iv)
	}
	return out
}
