package text

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/allowance"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/store"
)

// Status is how sending goes: counts, never numbers or words.
type Status struct {
	On          bool           `json:"on"`
	Secret      bool           `json:"has_secret"`
	Waiting     int64          `json:"waiting" doc:"Not handed over yet."`
	HourSent    int64          `json:"hour_sent"`
	DaySent     int64          `json:"day_sent"`
	DayFailed   int64          `json:"day_failed" doc:"Refused for good, or not known to have been taken."`
	DayExpired  int64          `json:"day_expired" doc:"Could not be handed over in time."`
	HourOre     int64          `json:"hour_ore" doc:"What the messages of the last hour cost, in hundredths."`
	DayOre      int64          `json:"day_ore"`
	HourCapOre  int64          `json:"hour_cap_ore" doc:"0 = no cap."`
	DayCapOre   int64          `json:"day_cap_ore"`
	Purposes    []Purpose      `json:"purposes" nullable:"false" doc:"Of the last day."`
	LastSent    centre.Instant `json:"last_sent_ms,omitempty"`
	LastTrouble centre.Instant `json:"last_trouble_ms,omitempty"`
	Trouble     string         `json:"trouble,omitempty" doc:"Why the last one that failed did: http_401, timeout, unreachable, refused, unknown, template, stopped."`
	Trial       *Trial         `json:"trial,omitempty" doc:"The last test message."`
}

// Purpose is what messages were for, and how many of them.
type Purpose struct {
	Purpose string `json:"purpose" enum:"link,survey,test"`
	Sent    int64  `json:"sent"`
	Open    int64  `json:"open"`
	Failed  int64  `json:"failed" doc:"Expired ones too."`
}

// Trial is what became of a test message.
type Trial struct {
	At    centre.Instant `json:"at_ms"`
	State string         `json:"state" enum:"waiting,sending,sent,failed,expired"`
	Cause string         `json:"cause,omitempty"`
}

// TrialWish is to whom a test message goes.
type TrialWish struct {
	Number   string `json:"number" minLength:"4" maxLength:"24" doc:"With its country's number, such as +4700000100."`
	Language string `json:"language" enum:"nb,nn,sv,en"`
}

func forbidden(a access.Action) error {
	return centre.Errorf(centre.Forbidden, "you may not do this (%s)", a)
}

// Status tells how sending goes.
func (r *Room) Status(ctx context.Context, s access.Subject) (Status, error) {
	if !access.Everywhere(s, access.ReadConfig) {
		return Status{}, forbidden(access.ReadConfig)
	}
	now, t := r.instant(), r.Rules.Book().Phone.Texts
	out := Status{On: r.On(), HourCapOre: t.Centre.CostOrePerHour, DayCapOre: t.Centre.CostOrePerDay, Purposes: []Purpose{}}
	sealed, err := r.Secrets.TrunkSecret(ctx, secretName)
	if err != nil {
		return Status{}, err
	}
	out.Secret = sealed != nil
	rows, err := r.Texts.Since(ctx, allowance.Since(now))
	if err != nil {
		return Status{}, err
	}
	byPurpose := map[string]*Purpose{}
	for _, name := range []string{ForLink, ForSurvey, ForTrial} {
		byPurpose[name] = &Purpose{Purpose: name}
	}
	for i := range rows {
		out.count(&rows[i], byPurpose[rows[i].Purpose], now)
	}
	for _, name := range []string{ForLink, ForSurvey, ForTrial} {
		if p := byPurpose[name]; p.Sent+p.Open+p.Failed > 0 {
			out.Purposes = append(out.Purposes, *p)
		}
	}
	return out, nil
}

// count enters one message of the last day.
func (s *Status) count(row *store.TextRow, p *Purpose, now centre.Instant) {
	recent := row.At > now-centre.Instant(time.Hour/time.Millisecond)
	s.DayOre += row.CostOre
	if recent {
		s.HourOre += row.CostOre
	}
	trouble := row.Settled
	switch row.State {
	case store.TextSent:
		p.Sent++
		s.DaySent++
		if recent {
			s.HourSent++
		}
		s.LastSent, trouble = max(s.LastSent, row.Settled), 0
	case store.TextFailed:
		p.Failed++
		s.DayFailed++
	case store.TextExpired:
		p.Failed++
		s.DayExpired++
	default:
		p.Open++
		s.Waiting++
		trouble = row.At
	}
	if trouble > 0 && row.Cause != "" && trouble >= s.LastTrouble {
		s.LastTrouble, s.Trouble = trouble, row.Cause
	}
	if row.Purpose == ForTrial {
		s.Trial = &Trial{At: row.At, State: row.State, Cause: row.Cause}
	}
}

// SetSecret sets the provider's secret; an empty one takes it away. It is never shown again. It needs a fresh sign-in.
func (r *Room) SetSecret(ctx context.Context, s access.Subject, secret string) error {
	if err := mayChange(s); err != nil {
		return err
	}
	if strings.ContainsAny(secret, "\r\n\x00") {
		return centre.ErrorAt(centre.Invalid, "secret", "must be one line")
	}
	var sealed []byte
	if secret != "" {
		var err error
		if sealed, err = r.Access.Seal([]byte(secret), secretName); err != nil {
			return err
		}
	}
	if err := r.Secrets.SaveTrunkSecret(ctx, secretName, sealed); err != nil {
		return err
	}
	return r.Access.Record(ctx, s, "phone.secret_set", secretName, "")
}

// mayChange lets those through who may write the configuration and have proved within the last minutes who they are.
func mayChange(s access.Subject) error {
	if !access.Everywhere(s, access.WriteConfig) {
		return forbidden(access.WriteConfig)
	}
	return s.Proved()
}

// trialWords is what a test message says.
var trialWords = map[string]string{
	"nb": "Dette er en prøve fra %s. Tekstmeldinger virker.", "nn": "Dette er ei prøve frå %s. Tekstmeldingar verkar.",
	"sv": "Det här är ett prov från %s. Sms fungerar.", "en": "This is a trial from %s. Text messages work.",
}

// Try sends a test message, by the same rules and caps as any other. It needs a fresh sign-in.
func (r *Room) Try(ctx context.Context, s access.Subject, w TrialWish) error {
	if err := mayChange(s); err != nil {
		return err
	}
	words := trialWords[w.Language]
	if words == "" {
		words = trialWords["nb"]
	}
	if g, err := r.gateway(ctx); err != nil || g == nil {
		return err
	}
	h, err := r.Hold(ctx, Message{Key: fmt.Sprintf("test/%d", r.Now().UnixNano()), Purpose: ForTrial, To: w.Number, Words: fmt.Sprintf(words, r.Rules.Organisation())})
	if err != nil {
		return err
	}
	_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		h.Write(p)
		return nil
	}})
	if err != nil {
		h.Give()
		return err
	}
	h.Sent()
	return r.Access.Record(ctx, s, "phone.text_tried", "texts", "")
}
