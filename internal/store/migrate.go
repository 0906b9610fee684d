package store

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"sentral/internal/centre"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to a version, or up to date when that is zero. Several nodes may do it at once: who loses the race tries again and finds the work done.
func (db *DB) migrate(ctx context.Context, upto int64) error {
	var err error
	for attempt := range 10 {
		if attempt > 0 {
			select {
			case <-time.After(200 * time.Millisecond):
			case <-ctx.Done():
				return centre.Errorf(centre.Unavailable, "store: migrate: %w", ctx.Err())
			}
		}
		if err = db.migrateOnce(ctx, upto); err == nil || centre.KindOf(err) == centre.Invalid {
			return err
		}
	}
	return err
}

func (db *DB) migrateOnce(ctx context.Context, upto int64) error {
	files, err := migrationTexts(db.kind)
	if err != nil {
		return centre.Errorf(centre.Internal, "store: migrations: %w", err)
	}
	dialect := database.DialectSQLite3
	if db.kind == PostgreSQL {
		dialect = database.DialectPostgres
	}
	w := db.journal
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop() // the only connection of its pool: goose asks the pool for one of its own
	provider, err := goose.NewProvider(dialect, w.pool, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return centre.Errorf(centre.Internal, "store: migrations: %w", err)
	}
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return explain("migrate", err)
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; max(have, upto) > newest {
		return centre.Errorf(centre.Invalid, "store: the database is at version %d and this program knows %d: run the newer program", max(have, upto), newest)
	} else if upto == 0 {
		upto = newest
	}
	results, err := provider.UpTo(ctx, upto)
	if err != nil {
		return explain("migrate", err)
	}
	for _, r := range results {
		db.log.Info("migrated", "version", r.Source.Version, "took_ms", r.Duration.Milliseconds())
	}
	return nil
}

// migrationTexts gives the migrations as this database reads them: one text serves both but for two marks.
func migrationTexts(kind Kind) (fs.FS, error) {
	marks := strings.NewReplacer("/*clustered*/ /*busy*/", "WITHOUT ROWID", "/*clustered*/", "WITHOUT ROWID", "/*busy*/", "")
	if kind == PostgreSQL {
		marks = strings.NewReplacer("/*clustered*/", "", "/*busy*/", "WITH (fillfactor = 50)")
	}
	folder, err := fs.Sub(migrations, "migrations")
	return markedFolder{folder, marks}, err
}

// markedFolder reads a folder's files with their marks replaced.
type markedFolder struct {
	fs.FS
	marks *strings.Replacer
}

// Open implements fs.FS.
func (f markedFolder) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	text, err := io.ReadAll(file)
	return markedFile{file, strings.NewReader(f.marks.Replace(string(text)))}, err
}

type markedFile struct {
	fs.File
	text *strings.Reader
}

// Read implements fs.File.
func (f markedFile) Read(b []byte) (int, error) { return f.text.Read(b) }
