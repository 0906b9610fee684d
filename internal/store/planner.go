package store

import (
	"context"
	"strings"
)

// advise tells SQLite's planner what it cannot see in an empty database: that one domain holds nearly every row, so that knowing the domain narrows nothing
// down. Without it the planner takes the first column of a key for choosy and reads a whole table where an index finds ten rows. The figures are fixed:
// plans are the same on the first day and after five million contacts. PostgreSQL gathers its own.
func (db *DB) advise(ctx context.Context) error {
	if db.kind != SQLite {
		return nil
	}
	return db.Update(ctx, func(ctx context.Context, tx *Tx) error {
		advice, err := planned(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `ANALYZE lease`); err != nil { // makes the table of statistics when there is none
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sqlite_stat1`); err != nil {
			return err
		}
		for _, a := range advice {
			if _, err := tx.Exec(ctx, `INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES($1, $2, $3)`, a.table, a.index, a.stat); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `ANALYZE sqlite_schema`) // reads it
		return err
	})
}

// advice is one row of sqlite_stat1 (sqlite.org/fileformat2.html, 2.6.3): how many rows there are, then how many share the first column, the first two ...
type advice struct{ table, index, stat string }

// planned makes the figures for every index of tables that have a domain. The name of a clustered table stands for its own order.
func planned(ctx context.Context, tx *Tx) (out []advice, err error) {
	err = tx.Each(ctx, func(scan func(...any) error) error {
		var a advice
		var origin, columns string
		var unique, clustered bool
		if err := scan(&a.table, &a.index, &origin, &unique, &clustered, &columns); err != nil {
			return err
		}
		names := strings.Split(columns, ",")
		if names[0] != "domain" {
			return nil
		}
		if origin == "pk" && clustered {
			a.index = a.table
		}
		a.stat = "1000000 1000000" + strings.Repeat(" 10", len(names)-1)
		if unique && len(names) > 1 {
			a.stat = strings.TrimSuffix(a.stat, "0")
		}
		out = append(out, a)
		return nil
	}, `SELECT t.name, i.name, i.origin, i."unique", t.wr, (SELECT group_concat(c.name) FROM pragma_index_info(i.name) c)
		FROM pragma_table_list t, pragma_index_list(t.name) i WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name, i.name`)
	return out, err
}
