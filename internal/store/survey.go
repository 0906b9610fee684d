package store

import (
	"context"
	"database/sql"
	"errors"

	"sentral/internal/centre"
)

// Survey keeps what customers answered.
type Survey struct {
	DB     *DB
	Domain centre.ID
}

// SurveyAnswer is one customer's answer about one contact. Queue, team and the rest are as they were when the contact ended.
type SurveyAnswer struct {
	Contact centre.ContactID
	At      centre.Instant
	Queue   centre.QueueID
	Brand   centre.BrandID
	Team    centre.TeamID
	Partner centre.PartnerID
	Channel string
	Reason  centre.ReasonID
	Version int64 // of the questionnaire
	OKS     int   // 1-6
	Solved  string
	Comment string
}

// Put writes an answer; a later one about the same contact takes its place.
func (s Survey) Put(a SurveyAnswer) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO survey_answer(domain, contact, at, queue, brand, team, partner, channel, reason, version, oks, solved, comment)
			VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) ON CONFLICT (domain, contact) DO UPDATE SET at=excluded.at, oks=excluded.oks,
			solved=excluded.solved, comment=excluded.comment, reason=excluded.reason`, s.Domain, a.Contact, a.At, a.Queue, a.Brand, a.Team, a.Partner, a.Channel, a.Reason,
			a.Version, a.OKS, a.Solved, a.Comment)
	}
}

// Because gives the answer about a contact, if there is one already, the reason that its wrap-up has found.
func (s Survey) Because(contact centre.ContactID, reason centre.ReasonID) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `UPDATE survey_answer SET reason=$3 WHERE domain=$1 AND contact=$2`, s.Domain, contact, reason)
	}
}

// Answered tells whether a contact has been answered about.
func (s Survey) Answered(ctx context.Context, contact centre.ContactID) (found bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var n int64
		err := tx.QueryRow(ctx, `SELECT contact FROM survey_answer WHERE domain=$1 AND contact=$2`, s.Domain, contact).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	return found, err
}

// Since is every answer given at or after an instant, without comments, oldest first.
func (s Survey) Since(ctx context.Context, at centre.Instant) (out []SurveyAnswer, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var a SurveyAnswer
			err := scan(&a.Contact, &a.At, &a.Queue, &a.Brand, &a.Team, &a.Partner, &a.Channel, &a.Reason, &a.Version, &a.OKS, &a.Solved)
			out = append(out, a)
			return err
		}, `SELECT contact, at, queue, brand, team, partner, channel, reason, version, oks, solved FROM survey_answer WHERE domain=$1 AND at>=$2 ORDER BY at, contact`,
			s.Domain, at)
	})
	return out, err
}

// SurveyLink leads a customer to the survey of one contact.
type SurveyLink struct {
	Hash     string
	Contact  centre.ContactID
	Queue    centre.QueueID
	Brand    centre.BrandID
	Team     centre.TeamID
	Partner  centre.PartnerID
	Channel  string
	Language string
	At       centre.Instant
	Until    centre.Instant
}

// PutLink writes a link; a contact that has one keeps it.
func (s Survey) PutLink(l SurveyLink) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO survey_link(domain, hash, contact, queue, brand, team, partner, channel, language, at, until)
			VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) ON CONFLICT (domain, contact) DO NOTHING`,
			s.Domain, l.Hash, l.Contact, l.Queue, l.Brand, l.Team, l.Partner, l.Channel, l.Language, l.At, l.Until)
	}
}

// Link finds a link by the hash of its secret.
func (s Survey) Link(ctx context.Context, hash string) (l SurveyLink, err error) {
	l.Hash = hash
	err = s.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT contact, queue, brand, team, partner, channel, language, at, until FROM survey_link WHERE domain=$1 AND hash=$2`, s.Domain, hash).
			Scan(&l.Contact, &l.Queue, &l.Brand, &l.Team, &l.Partner, &l.Channel, &l.Language, &l.At, &l.Until), "survey")
	})
	return l, err
}

// ForgetLinks deletes the links that closed before an instant.
func (s Survey) ForgetLinks(ctx context.Context, before centre.Instant) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `DELETE FROM survey_link WHERE domain=$1 AND until<$2`, s.Domain, before)
	})
}

// Answer is what has been answered about a contact; Missing when nothing has.
func (s Survey) Answer(ctx context.Context, contact centre.ContactID) (a SurveyAnswer, err error) {
	a.Contact = contact
	err = s.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT at, queue, brand, team, partner, channel, reason, version, oks, solved, comment FROM survey_answer WHERE domain=$1 AND contact=$2`, s.Domain, contact).
			Scan(&a.At, &a.Queue, &a.Brand, &a.Team, &a.Partner, &a.Channel, &a.Reason, &a.Version, &a.OKS, &a.Solved, &a.Comment), "answer")
	})
	return a, err
}
