package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
)

// pipe sends statements to PostgreSQL together and reads their answers together: a batch of the log is a dozen statements and two round trips.
type pipe struct {
	conn    *sql.Conn
	waiting pgx.Batch
	write   int   // which of a batch's writes runs now
	writes  []int // which write each statement that waits belongs to
	failed  int   // the write whose statement failed; -1 for none
}

func (p *pipe) queue(query string, args []any) {
	p.waiting.Queue(query, args...)
	p.writes = append(p.writes, p.write)
}

// flush runs what waits and returns the number of rows that the last statement changed. When one fails, those after it have not run.
func (p *pipe) flush(ctx context.Context) (changed int64, err error) {
	n := p.waiting.Len()
	if n == 0 {
		return 0, nil
	}
	batch, writes := p.waiting, p.writes
	p.waiting, p.writes = pgx.Batch{}, nil
	err = p.conn.Raw(func(c any) error {
		pc, ok := underneath(c)
		if !ok {
			return errors.New("store: the connection is not PostgreSQL's")
		}
		answers := pc.Conn.Conn().SendBatch(ctx, &batch)
		for i := range n {
			tag, err := answers.Exec()
			if err != nil {
				p.failed = writes[i]
				_ = answers.Close()
				return err
			}
			changed = tag.RowsAffected()
		}
		return answers.Close()
	})
	return changed, err
}
