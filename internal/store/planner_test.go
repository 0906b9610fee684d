package store_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"sentral/internal/store"
)

// TestPlansUseTheirIndexes: what the screens ask on every contact reads a handful of rows however long the history is. The plans are SQLite's own words.
func TestPlansUseTheirIndexes(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "plans.db")
	for _, opened := range []string{"new", "again"} {
		db, err := store.Open(context.Background(), store.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ query, index string }{
			{`SELECT id, text FROM message WHERE domain=1 AND contact=2 AND id<3 ORDER BY id DESC LIMIT 30`, "message_contact (domain=? AND contact=? AND id<?)"},
			{`SELECT id, text FROM message WHERE domain=1 AND contact=2 AND id>3 ORDER BY id LIMIT 30`, "message_contact (domain=? AND contact=? AND id>?)"},
			{`UPDATE message SET read_at=1 WHERE domain=1 AND contact=2 AND id<=3 AND author='agent' AND read_at=0`, "message_contact (domain=? AND contact=? AND id<?)"},
			{`SELECT id, text FROM note WHERE domain=1 AND contact=2 ORDER BY id`, "note_contact (domain=? AND contact=?)"},
			{`SELECT id FROM contact WHERE domain=1 AND customer=2 AND customer>0 ORDER BY created DESC, id DESC LIMIT 9`, "contact_customer (domain=? AND customer=?)"},
			{`SELECT body FROM event WHERE domain=1 AND contact=2 AND contact>0 AND kind='step' ORDER BY seq`, "event_contact (domain=? AND contact=?)"},
			{`SELECT body FROM event WHERE domain=1 AND seq>2 ORDER BY seq LIMIT 9`, "PRIMARY KEY (domain=? AND seq>?)"},
			{`SELECT id FROM contact WHERE domain=1 AND id=2`, "PRIMARY KEY (domain=? AND id=?)"},
			{`DELETE FROM file WHERE domain=1 AND contact=0 AND at<2`, "file_loose (domain=? AND at<?)"},
			{`SELECT customer FROM visitor WHERE domain=1 AND hash='x'`, "(domain=? AND hash=?)"},
		} {
			if got := planOf(t, db, c.query); !strings.Contains(got, c.index) {
				t.Errorf("%s, %s: the plan is %q, want %s", opened, c.query, got, c.index)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func planOf(t *testing.T, db *store.DB, query string) string {
	t.Helper()
	var lines []string
	err := db.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			lines = append(lines, detail)
			return err
		}, "EXPLAIN QUERY PLAN "+query)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "; ")
}
