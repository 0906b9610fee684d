package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/quality/index"
)

// IndexFCR counts solved at first contact from a log of contacts.
type IndexFCR struct {
	Data      string  `required:"" placeholder:"FILE" help:"A row a contact; - is standard input."`
	Customer  string  `default:"customer" placeholder:"COLUMN" help:"Who the customer is."`
	At        string  `default:"at" placeholder:"COLUMN" help:"When the contact came: a date, a date and time, or a number of --at-unit."`
	AtUnit    string  `default:"d" enum:"d,h,m,s,ms" help:"What a bare number in the time column counts: ${enum}."`
	Reason    string  `default:"reason" placeholder:"COLUMN" help:"The reason group; without such a column every contact is about the same."`
	Window    string  `default:"7d" help:"How long a later contact is a repeat."`
	Until     string  `placeholder:"WHEN" help:"The log is complete up to here; without it, up to its last contact."`
	AnyReason bool    `help:"Count a contact about anything as a repeat."`
	Redial    string  `default:"30m" help:"An abandoned contact with an answered one at most this much later is the same wait."`
	Level     float64 `default:"0.95" help:"Confidence level."`
	OutputFlags
}

// Run reads the log, counts and prints. The columns outbound, abandoned and continues (yes or no) are used where they exist.
func (c IndexFCR) Run(s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	unit := map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second, "ms": time.Millisecond}[c.AtUnit]
	log, err := c.log(t, unit)
	if err != nil {
		return err
	}
	o := index.FCROptions{AnyReason: c.AnyReason, Level: c.Level}
	if o.Window, err = parseSpan(c.Window, 24*time.Hour); err != nil {
		return err
	}
	if o.Redial, err = parseSpan(c.Redial, time.Minute); err != nil {
		return err
	}
	if c.Until != "" {
		if o.Until, err = parseInstant(c.Until, unit); err != nil {
			return err
		}
	}
	figures, err := index.LoggedFCR(log, o)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, f := range figures {
		row := []string{f.Definition, strconv.Itoa(f.Solved), strconv.Itoa(f.Units), strconv.Itoa(f.Censored), orDash(f.Share, 4), noValue, noValue, f.Reason}
		if f.CI != nil {
			row[5], row[6] = decimal(f.CI.Low, 4), decimal(f.CI.High, 4)
		}
		rows = append(rows, row)
	}
	out := map[string]any{"window_h": number(o.Window.Hours()), "contacts": len(log), "fcr": figures}
	return c.print(s.Out, out, []string{"definition", "solved", "units", "left_out", "share", "low", "high", "reason"}, rows)
}

func (c IndexFCR) log(t *table, unit time.Duration) ([]index.LoggedContact, error) {
	customer, err := t.column(c.Customer)
	if err != nil {
		return nil, err
	}
	at, err := t.column(c.At)
	if err != nil {
		return nil, err
	}
	reason := slices.Index(t.columns, c.Reason)
	if reason < 0 && c.Reason != "reason" {
		_, err := t.column(c.Reason)
		return nil, err
	}
	var log []index.LoggedContact
	for r, row := range t.rows {
		contact := index.LoggedContact{Customer: row[customer]}
		if contact.Customer == "" {
			return nil, centre.ErrorAt(centre.Invalid, t.at(r, customer), "no customer, so repeats cannot be found")
		}
		if contact.At, err = t.instant(r, at, unit); err != nil {
			return nil, err
		}
		if reason >= 0 {
			contact.Reason = row[reason]
		}
		for name, flag := range map[string]*bool{"outbound": &contact.Outbound, "abandoned": &contact.Abandoned, "continues": &contact.Continues} {
			col := slices.Index(t.columns, name)
			if col < 0 || row[col] == "" {
				continue
			}
			reply, ok := replies[strings.ToLower(row[col])]
			if !ok || reply == index.DontKnow {
				return nil, centre.ErrorAt(centre.Invalid, t.at(r, col), "%q is not yes or no", row[col])
			}
			*flag = reply == index.Yes
		}
		log = append(log, contact)
	}
	return log, nil
}

// IndexServiceLevel reckons service level in every formula from one list of queue events.
type IndexServiceLevel struct {
	Data         string `required:"" placeholder:"FILE" help:"A row an event (offered, answered, abandoned, callback, flowed-out); - is standard input."`
	Event        string `default:"event" placeholder:"COLUMN" help:"What happened."`
	Wait         string `placeholder:"COLUMN" help:"The wait in seconds; without it, the column wait_s, or wait_ms in milliseconds."`
	Target       string `default:"20s" help:"A wait of at most this is in time."`
	ShortAbandon string `default:"5s" help:"An abandonment before this is short."`
	FlowOuts     bool   `help:"Genesys formulas: count contacts moved to another queue as not met."`
	Formula      string `placeholder:"NAME" help:"Only this formula, such as asterisk_sl."`
	Now          string `placeholder:"WHEN" help:"The moment of the figure, for contacts still waiting; without it, the last event."`
	OutputFlags
}

// queueOutput is what --json prints.
type queueOutput struct {
	TargetS       float64               `json:"target_s"`
	ShortAbandonS float64               `json:"short_abandon_s"`
	Counts        index.ServiceCounts   `json:"counts"`
	ServiceLevels []index.ServiceFigure `json:"service_levels"`
	Abandonment   index.Ratio           `json:"abandonment"`
	AbandonedLong index.Ratio           `json:"abandonment_no_short"`
	ASA           index.Ratio           `json:"asa_ms"`
}

// Run folds the events and prints.
func (c IndexServiceLevel) Run(s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	target := index.ServiceTarget{FlowOuts: c.FlowOuts}
	if target.Within, err = parseSpan(c.Target, time.Second); err != nil {
		return err
	}
	if target.ShortAbandon, err = parseSpan(c.ShortAbandon, time.Second); err != nil {
		return err
	}
	fold, err := index.NewServiceLevel(target)
	if err != nil {
		return err
	}
	events, err := c.events(t)
	if err != nil {
		return err
	}
	var now centre.Instant
	for _, e := range events {
		if err := fold.Fold(e.QueueEvent); err != nil {
			return centre.ErrorAt(centre.Invalid, t.name+":"+strconv.Itoa(e.line), "%v", err)
		}
		now = max(now, e.At)
	}
	if c.Now != "" {
		if now, err = parseInstant(c.Now, time.Second); err != nil {
			return err
		}
	}
	counts := fold.Counts(now)
	figures := target.Figures(counts)
	if c.Formula != "" {
		f, err := index.ParseFormula(c.Formula)
		if err != nil {
			return err
		}
		figures = figures[f : f+1]
	}
	var rows [][]string
	for _, f := range figures {
		rows = append(rows, []string{f.Formula, strconv.FormatInt(f.Met, 10), strconv.FormatInt(f.Of, 10), shareOrDash(f.Share, 1), cmp.Or(f.Reason, f.Text)})
	}
	return c.print(s.Out, queueOutput{
		TargetS: target.Within.Seconds(), ShortAbandonS: target.ShortAbandon.Seconds(), Counts: counts, ServiceLevels: figures,
		Abandonment: counts.Abandonment(false), AbandonedLong: counts.Abandonment(true), ASA: counts.SpeedOfAnswer(),
	}, []string{"formula", "met", "of", "share", "meaning"}, rows)
}

// queueEvent is an event and the line that it stood on.
type queueEvent struct {
	index.QueueEvent
	line int
}

// events reads what happened and the waits, and the columns at and contact where they exist, in order of time. The wait of a contact
// that has a name is reckoned from its offer when its cell is empty. Without a time column the order of the rows does not matter:
// every outcome is put its wait after its own offer, and offers beyond the outcomes still wait. A column n repeats a row.
func (c IndexServiceLevel) events(t *table) ([]queueEvent, error) {
	event, err := t.column(c.Event)
	if err != nil {
		return nil, err
	}
	at, contact, count := slices.Index(t.columns, "at"), slices.Index(t.columns, "contact"), slices.Index(t.columns, "n")
	wait, unit := slices.Index(t.columns, "wait_s"), time.Second
	if wait < 0 {
		wait, unit = slices.Index(t.columns, "wait_ms"), time.Millisecond
	}
	if c.Wait != "" {
		unit = time.Second
		if wait, err = t.column(c.Wait); err != nil {
			return nil, err
		}
	}
	if wait < 0 && (at < 0 || contact < 0) {
		return nil, centre.ErrorAt(centre.Invalid, t.name+":1", "want a column wait_s or wait_ms, or the columns at and contact: the header has %s", strings.Join(t.columns, ", "))
	}
	var events []queueEvent
	offeredAt := map[string]centre.Instant{}
	ended, offered := 0, 0
	for r, row := range t.rows {
		e := queueEvent{line: t.lines[r]}
		if e.Kind, err = index.ParseQueueEventKind(row[event]); err != nil {
			return nil, centre.ErrorAt(centre.Invalid, t.at(r, event), "%v", err)
		}
		if at >= 0 {
			if e.At, err = t.instant(r, at, time.Second); err != nil {
				return nil, err
			}
		}
		if e.Kind == index.Offered && contact >= 0 {
			offeredAt[row[contact]] = e.At
		}
		if e.Kind != index.Offered {
			if e.Wait, err = queueWait(t, r, wait, contact, unit, e.At, offeredAt); err != nil {
				return nil, err
			}
		}
		times := 1
		if count >= 0 {
			if times, err = strconv.Atoi(row[count]); err != nil || times < 0 || times > 1e7 {
				return nil, centre.ErrorAt(centre.Invalid, t.at(r, count), "%q is not a number of contacts", row[count])
			}
		}
		for range times {
			if e.Kind == index.Offered {
				offered++
			} else {
				ended++
			}
			if at >= 0 || e.Kind != index.Offered {
				events = append(events, e)
			}
		}
	}
	if at < 0 {
		return untimed(events, offered-ended), nil
	}
	slices.SortStableFunc(events, func(a, b queueEvent) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Kind, b.Kind)) })
	return events, nil
}

// queueWait reads a wait, or reckons it from the contact's offer.
func queueWait(t *table, row, wait, contact int, unit time.Duration, at centre.Instant, offeredAt map[string]centre.Instant) (time.Duration, error) {
	if wait >= 0 && !t.missing(row, wait) {
		v, err := t.number(row, wait)
		if err != nil {
			return 0, err
		}
		if v < 0 || v > 1e9 {
			return 0, centre.ErrorAt(centre.Invalid, t.at(row, wait), "the wait %v is negative or out of reach", v)
		}
		return time.Duration(v * float64(unit)).Round(time.Millisecond), nil
	}
	if contact >= 0 {
		if from, ok := offeredAt[t.rows[row][contact]]; ok && at >= from {
			return at.Sub(from), nil
		}
	}
	return 0, centre.ErrorAt(centre.Invalid, t.name+":"+strconv.Itoa(t.lines[row]), "no wait is given, and the contact was not offered before")
}

// untimed gives outcomes without times a time of their own; spare offers come last.
func untimed(events []queueEvent, spare int) []queueEvent {
	last := centre.Instant(0)
	for i := range events {
		events[i].At = centre.Instant(0).Add(events[i].Wait)
		last = max(last, events[i].At)
	}
	for range spare {
		events = append(events, queueEvent{QueueEvent: index.QueueEvent{Kind: index.Offered, At: last}})
	}
	return events
}
