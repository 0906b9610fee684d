package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"sentral/internal/centre"
)

// Record writes one line of the audit log: who did what to which object. Detail holds ids and field names, never people's words or numbers.
func (r *Room) Record(ctx context.Context, s Subject, what, object, detail string) error {
	at := r.instant()
	return r.store.AppendAudit(context.WithoutCancel(ctx), func(newest AuditRow) AuditRow {
		line := AuditRow{ID: newest.ID + 1, At: max(at, newest.At), Agent: s.Person, Key: s.Key, What: what, Object: object, Detail: detail, Prev: newest.Hash}
		line.Hash = line.chain()
		return line
	})
}

// chain is the hash of the line and of the one before it: whoever changes, removes or moves a line breaks every later hash.
func (l AuditRow) chain() string {
	h := sha256.New()
	for _, field := range []string{l.Prev, fmt.Sprint(l.ID), fmt.Sprint(int64(l.At)), fmt.Sprint(l.Agent), fmt.Sprint(l.Key), l.What, l.Object, l.Detail} {
		fmt.Fprintf(h, "%d:%s", len(field), field) // lengths keep two fields from trading letters
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Audit reads a page of the log, newest first, and proves the chain over it.
func (r *Room) Audit(ctx context.Context, s Subject, before int64, limit int) (AuditPage, error) {
	page := AuditPage{Lines: []AuditLine{}, Whole: true}
	if !Everywhere(s, ReadAudit) {
		return page, denied(ReadAudit)
	}
	rows, err := r.store.AuditPage(ctx, before, limit+1)
	if err != nil {
		return page, err
	}
	page.Whole = Whole(rows) && (before != 0 || len(rows) == 0 || rows[0].Hash != "")
	if len(rows) > limit {
		page.More, rows = true, rows[:limit]
	}
	for _, l := range rows {
		page.Lines = append(page.Lines, AuditLine{ID: l.ID, At: l.At, Who: r.who(l), Agent: l.Agent, What: l.What, Object: l.Object, Detail: l.Detail})
	}
	return page, nil
}

func (r *Room) who(l AuditRow) string {
	if l.Key != 0 {
		return fmt.Sprintf("key %d", l.Key)
	}
	if p, ok := r.people.Person(l.Agent); ok {
		return p.Name
	}
	return ""
}

// Whole proves that lines, newest first, follow from one another: none was changed, removed or moved.
func Whole(lines []AuditRow) bool {
	for i, l := range lines {
		if l.Hash != l.chain() {
			return false
		}
		if i+1 < len(lines) && (l.Prev != lines[i+1].Hash || l.ID != lines[i+1].ID+1) {
			return false
		}
		if l.ID == 1 && l.Prev != "" {
			return false
		}
	}
	return true
}

func denied(a Action) error {
	return centre.Errorf(centre.Forbidden, "you may not do this (%s)", a)
}
