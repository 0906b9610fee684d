package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"

	"sentral/internal/centre"
)

// Record writes one line of the audit log: who did what to which object. Detail holds ids and field names, never people's words or numbers.
func (r *Room) Record(ctx context.Context, s Subject, what, object, detail string) error {
	at := r.instant()
	var line AuditRow
	err := r.store.AppendAudit(context.WithoutCancel(ctx), func(newest AuditRow) AuditRow {
		line = AuditRow{ID: newest.ID + 1, At: max(at, newest.At), Agent: s.Person, Key: s.Key, What: what, Object: object, Detail: detail, Prev: newest.Hash}
		line.Hash = line.chain()
		return line
	})
	if err == nil {
		r.anchor(line)
	}
	return err
}

// anchor keeps the newest line's number and hash in a file outside the database.
func (r *Room) anchor(l AuditRow) {
	if r.options.Anchor == "" {
		return
	}
	r.anchoring.Lock()
	defer r.anchoring.Unlock()
	if id, _, _ := r.anchored(); id >= l.ID {
		return
	}
	next := r.options.Anchor + ".new"
	err := os.WriteFile(next, fmt.Appendf(nil, "%d %s\n", l.ID, l.Hash), 0o600)
	if err == nil {
		err = os.Rename(next, r.options.Anchor)
	}
	if err != nil {
		r.log.Error("the audit log could not be anchored", "error", err)
	}
}

// anchored reads the anchor; a missing or spoilt file is none.
func (r *Room) anchored() (id int64, hash string, ok bool) {
	if r.options.Anchor == "" {
		return 0, "", false
	}
	text, err := os.ReadFile(r.options.Anchor)
	if err != nil {
		return 0, "", false
	}
	_, err = fmt.Sscanf(string(text), "%d %s", &id, &hash)
	return id, hash, err == nil
}

// holdsAnchor tells whether the line that the anchor speaks of is there, as it was.
func (r *Room) holdsAnchor(ctx context.Context) (bool, error) {
	id, hash, ok := r.anchored()
	if !ok {
		return true, nil
	}
	rows, err := r.store.AuditPage(ctx, id+1, 1)
	if err != nil {
		return false, err
	}
	return len(rows) == 1 && rows[0].ID == id && rows[0].Hash == hash, nil
}

// chain is the hash of the line and of the one before it: whoever changes, removes or moves a line breaks every later hash.
func (l AuditRow) chain() string {
	h := sha256.New()
	for _, field := range []string{l.Prev, fmt.Sprint(l.ID), fmt.Sprint(int64(l.At)), fmt.Sprint(l.Agent), fmt.Sprint(l.Key), l.What, l.Object, l.Detail} {
		fmt.Fprintf(h, "%d:%s", len(field), field) // lengths keep two fields from trading letters
	}
	return hex.EncodeToString(h.Sum(nil))
}

// aboutSetup are the first words of the lines that administrators read: what was set up, who was let in, and how. Lines about customers and about the work
// of single agents are for the privacy role alone (P8): whoever runs the centre has no need of them.
var aboutSetup = []string{"config.", "brand.", "person.", "sign_in", "password.", "totp.", "passkey.", "key.", "webhook."}

// setup tells whether a line is about configuration, access or sign-in.
func (l AuditRow) setup() bool {
	return slices.ContainsFunc(aboutSetup, func(first string) bool { return strings.HasPrefix(l.What, first) })
}

// Audit reads a page of the log, newest first, and proves the chain over it. Administrators without the privacy role get the lines about configuration,
// access and sign-in; the chain is proven over the others too.
func (r *Room) Audit(ctx context.Context, s Subject, before int64, limit int) (AuditPage, error) {
	page := AuditPage{Lines: []AuditLine{}, Whole: true, Part: !Everywhere(s, ReadAudit)}
	if page.Part && !Everywhere(s, ReadSetupAudit) {
		return page, denied(ReadAudit)
	}
	whole, err := r.holdsAnchor(ctx)
	if err != nil {
		return page, err
	}
	page.Whole = whole
	for page.More = true; page.More && len(page.Lines) < limit; {
		rows, err := r.store.AuditPage(ctx, before, auditRows+1)
		if err != nil {
			return page, err
		}
		page.More = len(rows) > auditRows
		first := !page.More // the log begins with line 1, which nothing came before
		page.Whole = page.Whole && Whole(rows) && (!first || len(rows) == 0 || rows[len(rows)-1].ID == 1)
		for i, l := range rows[:min(len(rows), auditRows)] {
			if page.Part && !l.setup() {
				continue
			}
			page.Lines = append(page.Lines, AuditLine{ID: l.ID, At: l.At, Who: r.who(l), Agent: l.Agent, What: l.What, Object: l.Object, Detail: l.Detail})
			if len(page.Lines) == limit {
				page.More = i+1 < len(rows)
				break
			}
		}
		if len(rows) > 0 {
			before = rows[min(len(rows), auditRows)-1].ID
		}
	}
	return page, nil
}

// auditRows is how many lines are read and proven at a time.
const auditRows = 200

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
