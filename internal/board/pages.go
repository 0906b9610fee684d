package board

import (
	"context"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/rulebook"
)

// Page is one page of the wall that a person may see.
type Page struct {
	Kind string `json:"kind" enum:"organisation,brand,team,partner"`
	ID   int32  `json:"id,omitempty"`
	Name string `json:"name"`
}

// Pages lists the pages of the wall that somebody may see, the widest first; a partner's people begin with their partner.
func (b *Board) Pages(_ context.Context, s access.Subject) ([]Page, error) {
	return pagesOf(b.Rules.Book(), s), nil
}

func pagesOf(book *rulebook.Book, s access.Subject) []Page {
	out := []Page{}
	sees := func(o access.Object) bool { return access.Can(s, access.SeeWall, o) }
	if access.Everywhere(s, access.SeeWall) {
		out = append(out, Page{Kind: "organisation", Name: book.Organisation.Name})
	}
	for _, p := range book.Partners {
		if s.Partner == centre.PartnerID(p.ID) && sees(access.Object{Partner: s.Partner}) {
			out = append(out, Page{Kind: "partner", ID: p.ID, Name: p.Name})
		}
	}
	for _, x := range book.Brands {
		if sees(access.Object{Brand: centre.BrandID(x.ID)}) {
			out = append(out, Page{Kind: "brand", ID: x.ID, Name: x.Name})
		}
	}
	for _, t := range book.Teams {
		if sees(access.Object{Team: centre.TeamID(t.ID), Partner: partnerOf(book, t)}) {
			out = append(out, Page{Kind: "team", ID: t.ID, Name: t.Name})
		}
	}
	for _, p := range book.Partners {
		if s.Partner == 0 && sees(access.Object{Partner: centre.PartnerID(p.ID)}) {
			out = append(out, Page{Kind: "partner", ID: p.ID, Name: p.Name})
		}
	}
	return out
}

func partnerOf(book *rulebook.Book, t config.Team) centre.PartnerID {
	return centre.PartnerID(book.ID("partners", t.Partner))
}

// admit decides whether somebody may see a page, and completes its filter: who asks for no page in particular and may not see the whole organisation gets
// the first of theirs, and a partner's people never get more than what is their partner's.
func (b *Board) admit(s access.Subject, f Filter) (Filter, error) {
	book := b.Rules.Book()
	if f.Formula == "" {
		f.Formula = ownFormula
	}
	if _, known := formulas[f.Formula]; !known && f.Formula != ownFormula {
		return f, centre.ErrorAt(centre.Invalid, "formula", "%q is not a service-level formula", f.Formula)
	}
	if f.Team == 0 && f.Brand == 0 && f.Partner == 0 {
		if access.Everywhere(s, access.SeeWall) {
			return f, nil
		}
		pages := pagesOf(book, s)
		if len(pages) == 0 {
			return f, centre.Errorf(centre.Forbidden, "you may not do this (%s)", access.SeeWall)
		}
		switch p := pages[0]; p.Kind {
		case "brand":
			f.Brand = centre.BrandID(p.ID)
		case "team":
			f.Team = centre.TeamID(p.ID)
		case "partner":
			f.Partner = centre.PartnerID(p.ID)
		}
		return f, nil
	}
	if s.Partner != 0 && f.Partner == 0 && f.Team == 0 {
		f.Partner = s.Partner
	}
	o := access.Object{Brand: f.Brand, Team: f.Team, Partner: f.Partner}
	if t := book.Team(f.Team); f.Team != 0 {
		if t == nil {
			return f, centre.ErrorAt(centre.Missing, "team_id", "there is no team %d", f.Team)
		}
		if p := partnerOf(book, *t); f.Partner == 0 || f.Partner == p {
			o.Partner = p
		} else {
			return f, centre.ErrorAt(centre.Missing, "team_id", "team %d is not of partner %d", f.Team, f.Partner)
		}
	}
	if f.Brand != 0 && book.Brand(f.Brand) == nil {
		return f, centre.ErrorAt(centre.Missing, "brand_id", "there is no brand %d", f.Brand)
	}
	if f.Partner != 0 && partnerName(book, f.Partner) == "" {
		return f, centre.ErrorAt(centre.Missing, "partner_id", "there is no partner %d", f.Partner)
	}
	if !access.Can(s, access.SeeWall, o) {
		return f, centre.Errorf(centre.Forbidden, "you may not do this (%s)", access.SeeWall)
	}
	return f, nil
}

func partnerName(book *rulebook.Book, id centre.PartnerID) string {
	for _, p := range book.Partners {
		if p.ID == int32(id) {
			return p.Name
		}
	}
	return ""
}

// title names a page by the narrowest of what it is filtered by.
func title(book *rulebook.Book, f Filter) string {
	name := ""
	if t := book.Team(f.Team); t != nil {
		name = t.Name
	} else if f.Partner != 0 {
		name = partnerName(book, f.Partner)
	}
	if x := book.Brand(f.Brand); x != nil {
		if name != "" {
			return name + " · " + x.Name
		}
		return x.Name
	}
	if name == "" {
		return book.Organisation.Name
	}
	return name
}
