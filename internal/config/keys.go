package config

import "fmt"

// Roles are the roles that a grant may name, as package access defines them.
var Roles = []string{"agent", "leader", "analyst", "planner", "administrator", "privacy"}

// Entry is what every entry of the document has.
type Entry interface {
	Ident() *int32  // where the id stands
	Keyed() *string // where the key stands
}

// each calls fn for every entry that has an id and a key, section by section.
func (d *Document) each(fn func(section string, i int, e Entry)) {
	walk("markets", d.Markets, fn)
	walk("brands", d.Brands, fn)
	walk("partners", d.Partners, fn)
	walk("skills", d.Skills, fn)
	walk("capacities", d.Capacities, fn)
	walk("hours", d.Hours, fn)
	walk("teams", d.Teams, fn)
	walk("queues", d.Queues, fn)
	walk("reasons", d.Reasons, fn)
	walk("pauses", d.Pauses, fn)
	walk("canned", d.Canned, fn)
	walk("people", d.People, fn)
	walk("phone.trunks", d.Phone.Trunks, fn)
	walk("phone.lines", d.Phone.Lines, fn)
	walk("phone.scripts", d.Phone.Scripts, fn)
	walk("phone.recording.purposes", d.Phone.Recording.Purposes, fn)
	walk("phone.accounts", d.Phone.Accounts, fn)
	walk("phone.notices", d.Phone.Notices, fn)
}

func walk[T any, P interface {
	*T
	Entry
}](section string, list []T, fn func(string, int, Entry)) {
	for i := range list {
		fn(section, i, P(&list[i]))
	}
}

// AssignIDs gives an id to every entry that has none: the one that old gave to the same key, else the next that was never used. used holds the highest
// id ever given per section and is raised; entries keep an id they already have.
func (d *Document) AssignIDs(old *Document, used map[string]int32) {
	known := map[string]int32{}
	note := func(section string, e Entry) {
		used[section] = max(used[section], *e.Ident())
		if *e.Ident() != 0 {
			known[section+"/"+*e.Keyed()] = *e.Ident()
		}
	}
	if old != nil {
		old.each(func(section string, _ int, e Entry) { note(section, e) })
	}
	d.each(func(section string, _ int, e Entry) { used[section] = max(used[section], *e.Ident()) })
	d.each(func(section string, _ int, e Entry) {
		if *e.Ident() == 0 {
			*e.Ident() = known[section+"/"+*e.Keyed()]
		}
		if *e.Ident() == 0 {
			used[section]++
			*e.Ident() = used[section]
		}
	})
}

// ForeignIDs finds the entries that claim an id which is not theirs: one that old gave to another key, or one that was given out before and is gone. What
// speaks of an id - the log, a person's password, the audit trail - must never come to mean somebody else. used holds the highest id ever given.
func ForeignIDs(old, d *Document, used map[string]int32) (faults []Fault) {
	owner := map[string]map[int32]string{}
	old.each(func(section string, _ int, e Entry) {
		if owner[section] == nil {
			owner[section] = map[int32]string{}
		}
		owner[section][*e.Ident()] = *e.Keyed()
	})
	d.each(func(section string, i int, e Entry) {
		id, key := *e.Ident(), *e.Keyed()
		whose, known := owner[section][id]
		where := fmt.Sprintf("%s[%d].id", section, i)
		switch {
		case id < 0:
			faults = append(faults, Fault{Where: where, Text: "must be positive; leave it out for a new entry"})
		case id == 0 || (known && whose == key):
		case known:
			faults = append(faults, Fault{Where: where, Text: fmt.Sprintf("%d is the id of %q: keys keep their ids; leave the id of a new entry out", id, whose)})
		case id <= used[section]:
			faults = append(faults, Fault{Where: where, Text: fmt.Sprintf("%d was the id of an entry that is gone, and is never used again: leave it out", id)})
		}
	})
	return faults
}

// In finds the words in a language: the language itself, its sister (nb and nn), nb, then any, in a fixed order.
func (t Text) In(language string) string {
	order := []string{language, "nb", "nn", "sv", "en"}
	if language == "nn" {
		order = []string{"nn", "nb", "sv", "en"}
	}
	for _, l := range order {
		if s := t[l]; s != "" {
			return s
		}
	}
	return ""
}

// Languages are the languages of the screens.
var Languages = []string{"nb", "nn", "sv", "en"}

// IDs lists the ids of every section by key.
func IDs(d *Document) map[string]map[string]int32 {
	out := map[string]map[string]int32{}
	d.each(func(section string, _ int, e Entry) {
		if out[section] == nil {
			out[section] = map[string]int32{}
		}
		out[section][*e.Keyed()] = *e.Ident()
	})
	return out
}
