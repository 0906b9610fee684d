package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// portable is one statement of each kind that rooms may write (T12), and what it gives on every database.
var portable = []struct {
	name, query string
	args        []any
	want        string
}{
	{"upsert with arithmetic", `INSERT INTO sum_test (queue, slot, n, wait_ms, max_ms) VALUES ($1, $2, 1, $3, $4) ON CONFLICT (queue, slot) DO UPDATE SET
		n = sum_test.n + excluded.n, wait_ms = sum_test.wait_ms + excluded.wait_ms,
		max_ms = CASE WHEN excluded.max_ms > sum_test.max_ms THEN excluded.max_ms ELSE sum_test.max_ms END RETURNING n, wait_ms, max_ms`,
		[]any{1, 7, 500, 500}, "1 500 500"},
	{"the same again", `INSERT INTO sum_test (queue, slot, n, wait_ms, max_ms) VALUES ($1, $2, 1, $3, $4) ON CONFLICT (queue, slot) DO UPDATE SET
		n = sum_test.n + excluded.n, wait_ms = sum_test.wait_ms + excluded.wait_ms,
		max_ms = CASE WHEN excluded.max_ms > sum_test.max_ms THEN excluded.max_ms ELSE sum_test.max_ms END RETURNING n, wait_ms, max_ms`,
		[]any{1, 7, 300, 300}, "2 800 500"},
	{"do nothing", `INSERT INTO sum_test (queue, slot, n, wait_ms, max_ms) VALUES (1, 7, 0, 0, 0) ON CONFLICT (queue, slot) DO NOTHING RETURNING n`, nil, ""},
	{"marks out of order and twice", `SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT)`, []any{"b", "a"}, "aba"},
	{"sums with a filter", `SELECT slot, queue, count(*), count(*) FILTER (WHERE wait_ms <= 2000), CAST(sum(wait_ms) AS BIGINT), max(wait_ms) FROM row_test
		WHERE created >= $1 GROUP BY slot, queue ORDER BY slot, queue LIMIT 3`, []any{0}, "0 0 4 3 2400 1200 | 0 1 4 3 2300 1300 | 0 2 4 3 2200 1400"},
	{"a field of JSON", `SELECT count(*), min(attrs->>'n') FROM row_test WHERE attrs->>'lang' = $1`, []any{"nb"}, "100 0"},
	{"a boolean", `SELECT count(*) FROM row_test WHERE vip AND queue = $1`, []any{3}, "7"},
	{"a window", `SELECT id, row_number() OVER (PARTITION BY queue ORDER BY created DESC), created - lag(created) OVER (PARTITION BY queue ORDER BY created)
		FROM row_test ORDER BY id DESC LIMIT 2`, nil, "199 1 240000 | 198 1 240000"},
	{"a page by key", `SELECT id FROM row_test WHERE (created, id) < ($1, $2) ORDER BY created DESC, id DESC LIMIT 3`, []any{600_000, 10}, "9 | 8 | 7"},
	{"pairs in a list", `SELECT id FROM row_test WHERE (queue, id) IN (VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT)), ($3, $4)) ORDER BY id`, []any{int64(1), int64(1), int64(2), int64(6)}, "1 | 6"},
	{"a recursion", `WITH RECURSIVE b (x) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT x + 1 FROM b WHERE x < $2) SELECT count(*), CAST(sum(x) AS BIGINT) FROM b`,
		[]any{1, 10}, "10 55"},
	{"update from", `UPDATE row_test SET note = v.n FROM (SELECT id AS i, 'x' AS n FROM row_test WHERE id < 3) v WHERE row_test.id = v.i RETURNING row_test.id`, nil, "0 | 1 | 2"},
	{"distinct from null", `SELECT count(*) FROM row_test WHERE wait_ms IS NOT DISTINCT FROM $1`, []any{nil}, "40"},
	{"nulls last", `SELECT id FROM row_test ORDER BY wait_ms DESC NULLS LAST, id LIMIT 1`, nil, "199"},
	{"like, in small letters", `SELECT count(*) FROM row_test WHERE lower(note) LIKE lower($1)`, []any{"%INVOICE 1%"}, "110"},
	{"not in a subquery", `DELETE FROM row_test WHERE id NOT IN (SELECT id FROM row_test ORDER BY id LIMIT $1) RETURNING id`, []any{199}, "199"},
	{"delete by pairs", `DELETE FROM row_test WHERE (queue, id) IN (VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT))) RETURNING id`, []any{int64(1), int64(5)}, "5"},
}

// TestPortableStatements runs one statement of each kind on both databases and finds the same rows.
func TestPortableStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		update(t, db, `CREATE TABLE sum_test (queue BIGINT NOT NULL, slot BIGINT NOT NULL, n BIGINT NOT NULL, wait_ms BIGINT NOT NULL, max_ms BIGINT NOT NULL, PRIMARY KEY (queue, slot))`)
		update(t, db, `CREATE TABLE row_test (id BIGINT NOT NULL, queue BIGINT NOT NULL, slot BIGINT NOT NULL, vip BOOLEAN NOT NULL, created BIGINT NOT NULL, wait_ms BIGINT, note TEXT, attrs JSONB NOT NULL, PRIMARY KEY (id))`)
		update(t, db, `CREATE INDEX row_test_open ON row_test (queue, created) WHERE wait_ms IS NULL`)
		update(t, db, `CREATE INDEX row_test_lang ON row_test ((attrs->>'lang'))`)
		var rows []any
		for i := range 200 {
			var wait any
			if i%5 != 0 {
				wait = i * 100
			}
			rows = append(rows, i, i%4, i/16, i%7 == 0, i*60_000, wait, fmt.Sprintf("about invoice %d and the router", i),
				fmt.Sprintf(`{"lang":"%s","n":%d}`, []string{"nb", "sv"}[i%2], i))
		}
		if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			return store.NewBulk(8, `INSERT INTO row_test (id, queue, slot, vip, created, wait_ms, note, attrs)`, ``).Send(ctx, tx, rows)
		}); err != nil {
			t.Fatal(err)
		}
		for _, s := range portable {
			if got, err := answer(db, s.query, s.args); err != nil || got != s.want {
				t.Errorf("%s: %q, %v, want %q", s.name, got, err, s.want)
			}
		}
	})
}

// answer runs a statement and writes its rows in words.
func answer(db *store.DB, query string, args []any) (string, error) {
	var lines []string
	err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return err
			}
			var words []string
			for _, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				words = append(words, fmt.Sprint(v))
			}
			lines = append(lines, strings.Join(words, " "))
		}
		return rows.Err()
	})
	return strings.Join(lines, " | "), err
}
