package rulebook

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/telephony/ivr"
)

// PhoneLine is a number that customers call, with what its keys stand for looked up.
type PhoneLine struct {
	*config.PhoneLine
	Brand   centre.BrandID
	Market  centre.MarketID
	Queue   centre.QueueID
	Country string // NO, SE, DK, FI: how its numbers are written at home
	Script  *ivr.Script
}

// Line finds the line that was called. Candidates are tried in order, each as it was dialled: with +47, 0047, 47 or as at home in the line's own country.
// When no line has any of them, the one that takes every number does; false when there is none either.
func (b *Book) Line(candidates ...string) (PhoneLine, bool) {
	for _, dialled := range candidates {
		for i := range b.Phone.Lines {
			l := &b.Phone.Lines[i]
			if l.Number == "*" {
				continue
			}
			country := config.CountryOf(&b.Document, l.Brand)
			if n := config.Bare(dialled, country); n != "" && n == config.Bare(l.Number, country) {
				return b.line(l), true
			}
		}
	}
	for i := range b.Phone.Lines {
		if b.Phone.Lines[i].Number == "*" {
			return b.line(&b.Phone.Lines[i]), true
		}
	}
	return PhoneLine{}, false
}

// LineByKey finds a line by its key.
func (b *Book) LineByKey(key string) (PhoneLine, bool) {
	for i := range b.Phone.Lines {
		if b.Phone.Lines[i].Key == key {
			return b.line(&b.Phone.Lines[i]), true
		}
	}
	return PhoneLine{}, false
}

// LineOfBrand finds the brand's line in a language, else its first; calls from the brand's page come in there.
func (b *Book) LineOfBrand(brand centre.BrandID, language string) (PhoneLine, bool) {
	var first *config.PhoneLine
	for i := range b.Phone.Lines {
		l := &b.Phone.Lines[i]
		if b.ids["brands"][l.Brand] != int32(brand) || l.Number == "*" {
			continue
		}
		if l.Language == language {
			return b.line(l), true
		}
		if first == nil {
			first = l
		}
	}
	if first == nil {
		return PhoneLine{}, false
	}
	return b.line(first), true
}

func (b *Book) line(l *config.PhoneLine) PhoneLine {
	brand := centre.BrandID(b.ids["brands"][l.Brand])
	out := PhoneLine{
		PhoneLine: l, Brand: brand, Market: b.MarketOf(brand), Queue: centre.QueueID(b.ids["queues"][l.Queue]),
		Country: config.CountryOf(&b.Document, l.Brand), Script: b.Script(l.Script),
	}
	if out.Script == nil {
		out.Script = &ivr.Script{}
	}
	return out
}

// Script finds a voice script by key; nil when there is none.
func (b *Book) Script(key string) *ivr.Script {
	for i := range b.Phone.Scripts {
		if b.Phone.Scripts[i].Key == key && key != "" {
			return &b.Phone.Scripts[i].Script
		}
	}
	return nil
}

// Trunk finds a trunk by key; nil when there is none.
func (b *Book) Trunk(key string) *config.Trunk {
	for i := range b.Phone.Trunks {
		if b.Phone.Trunks[i].Key == key {
			return &b.Phone.Trunks[i]
		}
	}
	return nil
}

// Account finds the active desk phone that signs in as user, and whose it is; false when there is none.
func (b *Book) Account(user string) (config.Account, centre.AgentID, bool) {
	for _, a := range b.Phone.Accounts {
		if a.User == user && a.Active {
			return a, centre.AgentID(b.ids["people"][a.Person]), true
		}
	}
	return config.Account{}, 0, false
}

// Purpose finds what recordings are for; nil when there is no such purpose, or it is not recorded for.
func (b *Book) Purpose(key string) *config.Purpose {
	for i := range b.Phone.Recording.Purposes {
		if p := &b.Phone.Recording.Purposes[i]; p.Key == key && p.Basis != "none" {
			return p
		}
	}
	return nil
}

// MayDial tells whether the centre may call a number, written as at home in country or with its country's number: the number with its country's number,
// and the rule that decides, whose cost counts. What no rule allows is Forbidden; what is no number is Invalid.
func (b *Book) MayDial(number, country string) (string, *config.DialRule, error) {
	n := config.Bare(number, country)
	if n == "" || n == "*" {
		return "", nil, centre.ErrorAt(centre.Invalid, "number", "%q is not a telephone number", number)
	}
	r := b.Phone.Outbound.Rule(n)
	if r == nil || !r.Allow {
		return n, r, centre.ErrorAt(centre.Forbidden, "number", "the rules for calls out do not allow %s", n)
	}
	return n, r, nil
}

// MayText tells whether the centre may send a text message to a number, by the same rules: the number with its country's number, and the rule that decides,
// whose cost counts for each part. What no rule lets through is Forbidden; what is no number is Invalid.
func (b *Book) MayText(number, country string) (string, *config.DialRule, error) {
	n := config.Bare(number, country)
	if n == "" || n == "*" {
		return "", nil, centre.ErrorAt(centre.Invalid, "number", "%q is not a telephone number", number)
	}
	r := b.Phone.Outbound.Rule(n)
	if r == nil || !r.Texts {
		return n, r, centre.ErrorAt(centre.Forbidden, "number", "the rules do not allow text messages to %s", n)
	}
	return n, r, nil
}

// Notices are what callers of a brand are told now, the newest first.
// state tells of a queue how long it is expected to wait there, and whether it takes anybody; nil tells no notice that depends on it.
func (b *Book) Notices(brand centre.BrandID, now time.Time, state func(queue centre.QueueID) (wait time.Duration, open bool)) (all []ivr.Text) {
	key := ""
	if c := b.brands[brand]; c != nil {
		key = c.Key
	}
	for i := len(b.Phone.Notices) - 1; i >= 0; i-- {
		if n := b.Phone.Notices[i]; n.Holds(key, now) && b.raised(n, now, state) {
			all = append(all, ivr.Text(n.Text))
		}
	}
	return all
}

// raised tells whether the queue that a notice is about is in the state that it tells of.
func (b *Book) raised(n config.PhoneNotice, now time.Time, state func(centre.QueueID) (time.Duration, bool)) bool {
	if n.Queue == "" {
		return true
	}
	id := centre.QueueID(b.ID("queues", n.Queue))
	if id == 0 || state == nil {
		return false
	}
	wait, open := state(id)
	if n.AboveS > 0 {
		return open && wait > time.Duration(n.AboveS)*time.Second
	}
	h := b.Hours(id)
	return !open && (h == nil || h.Open(now))
}

// NameOf is what a queue or a set of opening hours is called; its key when there is none.
func (b *Book) NameOf(section, key string) string {
	switch section {
	case "queues":
		for i := range b.Queues {
			if b.Queues[i].Key == key {
				return b.Queues[i].Name
			}
		}
	case "hours":
		for i := range b.Document.Hours {
			if b.Document.Hours[i].Key == key {
				return b.Document.Hours[i].Name
			}
		}
	}
	return key
}

// Trunks is the section of that name.
func (r *Room) Trunks() Section[config.Trunk] {
	return Section[config.Trunk]{r, func(d *config.Document) *[]config.Trunk { return &d.Phone.Trunks }, access.WriteConfig}
}

// PhoneLines is the section of that name.
func (r *Room) PhoneLines() Section[config.PhoneLine] {
	return Section[config.PhoneLine]{r, func(d *config.Document) *[]config.PhoneLine { return &d.Phone.Lines }, access.WriteConfig}
}

// Scripts is the section of that name.
func (r *Room) Scripts() Section[config.Script] {
	return Section[config.Script]{r, func(d *config.Document) *[]config.Script { return &d.Phone.Scripts }, access.WriteConfig}
}

// Purposes is the section of that name.
func (r *Room) Purposes() Section[config.Purpose] {
	return Section[config.Purpose]{r, func(d *config.Document) *[]config.Purpose { return &d.Phone.Recording.Purposes }, access.WriteConfig}
}

// PhoneNotices is the section of that name.
func (r *Room) PhoneNotices() Section[config.PhoneNotice] {
	return Section[config.PhoneNotice]{r, func(d *config.Document) *[]config.PhoneNotice { return &d.Phone.Notices }, access.WriteConfig}
}

// Accounts is the section of that name.
func (r *Room) Accounts() Section[config.Account] {
	return Section[config.Account]{r, func(d *config.Document) *[]config.Account { return &d.Phone.Accounts }, access.WriteConfig}
}
