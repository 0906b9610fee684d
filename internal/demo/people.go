package demo

import (
	"context"
	"crypto/rand"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/publicui"
	"sentral/internal/rulebook"
)

// personas are the people that a visitor of the demo can be. They are not simulated.
var personas = []publicui.SignIn{
	{Role: "role.agent", Email: "astrid.solheimsnes@fjordglimt.example"},
	{Role: "role.leader", Email: "ingrid.solvang@fjordglimt.example"},
	{Role: "role.administrator", Email: "randi.haugmoen@fjordglimt.example"},
}

// SignIns are the personas with passwords made for this start.
func SignIns() []publicui.SignIn {
	out := append([]publicui.SignIn(nil), personas...)
	for i := range out {
		t := strings.ToLower(rand.Text())
		out[i].Password = t[:4] + "-" + t[4:8] + "-" + t[8:12]
	}
	return out
}

// Prepare gives the personas their passwords.
func Prepare(ctx context.Context, room *access.Room, rules *rulebook.Room, people []publicui.SignIn) error {
	for _, p := range people {
		who, ok := rules.ByEmail(p.Email)
		if !ok {
			return centre.Errorf(centre.Conflict, "this centre is not the demo: nobody has the address %s", p.Email)
		}
		if err := room.SetPassword(ctx, who.ID, p.Password); err != nil {
			return err
		}
	}
	return nil
}

// isPersona tells whether somebody is left for a person to be.
func isPersona(email string) bool {
	for _, p := range personas {
		if strings.EqualFold(p.Email, email) {
			return true
		}
	}
	return false
}
