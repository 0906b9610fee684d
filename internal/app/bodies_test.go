package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sentral/internal/channel/chat"
)

// Every id in a body is checked as strictly as one in the path.
func TestIdsInBodies(t *testing.T) {
	t.Parallel()
	s := stage(t)
	partner, house := s.browsers["kjersti-aamodtun"], s.browsers["birger-brattvik"]
	mine, own := s.contacts["partner"], s.contacts["own"]
	book := s.app.Rules.Book()
	hand := func(field, to string, id any) map[string]any {
		return map[string]any{"to": to, field: id, "words": "Ta denne"}
	}
	for _, what := range []string{"/transfer", "/consult"} {
		for _, body := range []map[string]any{
			hand("agent_id", "person", s.people["rival"]), hand("agent_id", "person", s.people["fiber"]), hand("agent_id", "person", 9999),
			hand("team_id", "team", book.ID("teams", "ringeriket")), hand("team_id", "team", 9999),
			hand("queue_id", "queue", s.queue("flytting")), hand("queue_id", "queue", s.queue("klage")), hand("queue_id", "queue", 9999),
		} {
			partner.refused(http.StatusUnprocessableEntity, "_id", "POST", on(mine, what), body)
		}
	}
	partner.refused(http.StatusUnprocessableEntity, "queue_id", "POST", on(mine, "/requeue"), map[string]any{"queue_id": s.queue("flytting")})
	house.refused(http.StatusUnprocessableEntity, "queue_id", "POST", on(own, "/requeue"), map[string]any{"queue_id": 9999})
	for relation, file := range s.files {
		if relation != "own" {
			house.refused(http.StatusNotFound, "files[0]", "POST", on(own, "/messages"), map[string]any{"key": key(), "text": "se", "files": []string{file}, "after": 0})
		}
	}
	house.refused(http.StatusUnprocessableEntity, "reason_id", "POST", on(own, "/wrap-up"), map[string]any{"reason_id": 9999, "outcome": "solved"})
	house.refused(http.StatusUnprocessableEntity, "pause_id", "PUT", "/api/desk/status", map[string]any{"status": "paused", "pause_id": 9999})
	admin := s.who["randi-haugmoen"]
	admin.refused(http.StatusUnprocessableEntity, "queue_id", "POST", "/api/preview", map[string]any{"queue_id": 9999, "channel": "chat"})
	admin.refused(http.StatusUnprocessableEntity, "skills[0]", "POST", "/api/preview", map[string]any{"queue_id": s.queue("strom"), "channel": "chat", "skills": []any{map[string]any{"skill_id": 999, "level": 1}}})
	admin.refused(http.StatusNotFound, "version", "POST", "/api/config/undo", map[string]any{"version": 999})
	admin.refused(http.StatusUnprocessableEntity, "grants[0]", "POST", "/api/keys", map[string]any{"name": "x", "days": 1, "grants": []any{map[string]any{"role": "analyst", "scope": map[string]any{"kind": "brand", "id": 999}}}})
	s.who["adm-hele"].refused(http.StatusForbidden, "grants[0]", "POST", "/api/keys", map[string]any{"name": "x", "days": 1, "grants": []any{map[string]any{"role": "leader", "scope": map[string]any{"kind": "organisation"}}}})
	v := s.who["visitor"]
	v.refused(http.StatusUnprocessableEntity, "queue_id", "POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Hei", "queue_id": s.queue("klage")})
	v.refused(http.StatusNotFound, "contact_id", "POST", "/api/chat/survey", map[string]any{"contact_id": s.contacts["team-closed"], "oks": 1, "solved": "no"})
	v.refused(http.StatusNotFound, "contact_id", "GET", fmt.Sprintf("/api/chat/transcript?contact_id=%d", s.contacts["team-closed"]), nil)
}

// A partner's people learn nothing of another partner: no name, no colleague, no contact of a customer they share.
func TestPartnersAreInvisibleToOneAnother(t *testing.T) {
	t.Parallel()
	s := stage(t)
	for who, hidden := range map[string][]string{"kjersti-aamodtun": {"Ringeriket", "Sivert", "Ragna"}, "hanne-myrvoll": {"Ringeriket", "Sivert", "Ragna"}, "sivert-nore": {"Svarhuset", "Kjersti", "Hanne"}} {
		for _, path := range []string{"/api/names", "/api/agents", "/api/desk", "/api/wall", "/api/wall/pages", "/api/me"} {
			text := string(s.who[who].do("GET", path, nil).body)
			for _, h := range hidden {
				if strings.Contains(text, h) {
					t.Errorf("%s learns of %s from %s", who, h, path)
				}
			}
		}
	}
	// The same customer, helped by one partner before, by the other now, and by the house at last.
	secret := []byte("0123456789abcdef0123456789abcdef")
	book := s.app.Rules.Book()
	if err := s.app.Chat.SetBrandSecret(ctx, book.ID("brands", "fjordglimt"), secret); err != nil {
		t.Fatal(err)
	}
	dealer := s.ready("dagfinn-lundteigen")
	s.who["visitor"].do("POST", "/api/chat/end", nil)
	history := func(agent, note string) (text string) {
		t.Helper()
		identity, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"aud": "sentral-widget", "sub": "7001", "name": "Kari Felles", "exp": s.now().Add(time.Minute).Unix()}).SignedString(secret)
		if err != nil {
			t.Fatal(err)
		}
		var token chat.Token
		v := &browser{w: s.world, name: "Kari"}
		v.must("POST", "/api/chat/visitor", map[string]any{"key": norway, "identity": identity}, &token)
		v.bearer = token.Token
		var c chat.Conversation
		v.must("POST", "/api/chat/contacts", map[string]any{"key": key(), "queue_id": s.queue("faktura"), "text": "Hei"}, &c)
		for { // what else waits comes first
			if id := firstOffer(s.world, dealer); id != c.Contact {
				dealer.must("POST", fmt.Sprintf("/api/offers/%d/decline", dealer.desk().Offers[0].ID), nil, nil)
				dealer.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
				continue
			}
			break
		}
		dealer.take(c.Contact)
		a := s.browsers[agent]
		dealer.must("POST", on(c.Contact, "/transfer"), map[string]any{"to": "person", "agent_id": a.id, "words": "Ta denne"}, nil)
		o := a.ringing(c.Contact)
		d := a.take(c.Contact)
		seen, err := json.Marshal([]any{o.History, d.Customer})
		if err != nil {
			t.Fatal(err)
		}
		a.must("POST", on(c.Contact, "/wrap-up"), map[string]any{"reason_id": book.ID("reasons", "annet"), "outcome": "solved", "note": note}, nil)
		return string(seen)
	}
	if text := history("kjersti-aamodtun", "Svarhusets notat"); !strings.Contains(text, "Kari Felles") {
		t.Errorf("the partner does not see whom it helps: %s", text)
	}
	if text := history("sivert-nore", "Ringerikets notat"); strings.Contains(text, "Svarhusets notat") || strings.Contains(text, "Kjersti") {
		t.Errorf("a partner reads the other's history: %s", text)
	}
	if text := history("birger-brattvik", "Husets notat"); !strings.Contains(text, "Svarhusets notat") || !strings.Contains(text, "Ringerikets notat") {
		t.Errorf("the house does not see its partners' work: %s", text)
	}
	own := s.contacts["partner-closed"]
	s.browsers["kjersti-aamodtun"].must("GET", on(own, ""), nil, nil)
	s.pass(8 * 24 * time.Hour) // a partner's people may look back for a week
	s.person("kjersti-aamodtun").refused(http.StatusNotFound, "no contact", "GET", on(own, ""), nil)
}
