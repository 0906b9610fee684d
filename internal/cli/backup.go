package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sentral/internal/centre"
	"sentral/internal/store"
)

// DatabaseFlags say which database a command works on; the defaults are those of serve.
type DatabaseFlags struct {
	Data     string `default:"data" env:"SENTRAL_DATA" help:"Folder of the embedded database." type:"path"`
	Database string `env:"SENTRAL_DATABASE" help:"PostgreSQL instead of the embedded database: postgres://user@host/name." placeholder:"URL"`
}

func (f DatabaseFlags) url() string {
	if f.Database != "" {
		return f.Database
	}
	return "sqlite:" + filepath.Join(f.Data, "sentral.db")
}

// BackupCommand writes a backup while the centre runs.
type BackupCommand struct {
	DatabaseFlags `embed:""`
	File          string `arg:"" help:"The backup: a new file, or - for the standard output." type:"path"`
	JSON          bool   `name:"json" help:"Print JSON."`
}

// backupReport is what backup and restore print.
type backupReport struct {
	File    string           `json:"file"`
	Heads   map[string]int64 `json:"log_heads"`
	TakenMS int64            `json:"taken_ms"`
	From    string           `json:"from"`
	Schema  int64            `json:"schema"`
	Tables  int              `json:"tables"`
	Rows    int64            `json:"rows"`
	Bytes   int64            `json:"bytes,omitempty"`
	SHA256  string           `json:"sha256"`
	TookMS  int64            `json:"took_ms"`
}

// Run writes the backup beside its place, makes it safe on disk, and only then gives it its name.
func (c BackupCommand) Run(ctx context.Context, s Streams) error {
	began := time.Now()
	db, err := store.Open(ctx, store.Options{URL: c.url(), ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	report := backupReport{File: c.File}
	var result store.BackupResult
	if c.File == "-" {
		result, err = db.Backup(ctx, s.Out, began)
		s.Out = s.Err
	} else {
		report.Bytes, err = writeNewFile(c.File, func(w io.Writer) (err error) { result, err = db.Backup(ctx, w, began); return err })
	}
	if err != nil {
		return err
	}
	report.fill(result, began)
	if err := report.print(s, c.JSON); err != nil || c.JSON {
		return err
	}
	_, err = fmt.Fprintln(s.Out, "The key that seals secrets (master.key in the data folder, or SENTRAL_MASTER_KEY) is not in the backup: keep it elsewhere.")
	return err
}

func (r *backupReport) fill(b store.BackupResult, began time.Time) {
	r.Heads, r.TakenMS, r.From, r.Schema, r.Tables, r.Rows, r.SHA256 = b.LogHeads, b.TakenMS, b.From, b.Schema, b.Tables, b.Rows, b.SHA256
	r.TookMS = time.Since(began).Milliseconds()
}

func (r *backupReport) print(s Streams, asJSON bool) error {
	if asJSON {
		return printJSON(s.Out, r)
	}
	rows := [][]string{
		{"file", r.File},
		{"taken", time.UnixMilli(r.TakenMS).UTC().Format(time.RFC3339) + " from " + r.From},
		{"rows", fmt.Sprintf("%d in %d tables, schema %d", r.Rows, r.Tables, r.Schema)},
		{"sha256", r.SHA256},
		{"took", (time.Duration(r.TookMS) * time.Millisecond).String()},
	}
	return printTable(s.Out, nil, rows)
}

// writeNewFile writes a file that only its owner may read and that was not there before, so that it is whole on disk or not there at all.
func writeNewFile(path string, write func(io.Writer) error) (size int64, err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return 0, centre.Errorf(centre.Conflict, "%s is there already", path)
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, centre.Errorf(centre.Unavailable, "backup: %w", err)
	}
	defer os.Remove(part)
	defer f.Close()
	if err := write(f); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, centre.Errorf(centre.Unavailable, "backup: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return 0, centre.Errorf(centre.Unavailable, "backup: %w", err)
	}
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		defer folder.Close()
		if err := folder.Sync(); err != nil {
			return 0, centre.Errorf(centre.Unavailable, "backup: %w", err)
		}
	}
	return info.Size(), nil
}

// RestoreCommand fills a new database from a backup.
type RestoreCommand struct {
	DatabaseFlags `embed:""`
	File          string `arg:"" help:"The backup, or - for the standard input."`
	JSON          bool   `name:"json" help:"Print JSON."`
}

// Run restores everything or nothing.
func (c RestoreCommand) Run(ctx context.Context, s Streams) error {
	began := time.Now()
	in := s.In
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return centre.Errorf(centre.Missing, "restore: %w", err)
		}
		defer f.Close()
		in = f
	}
	result, err := store.Restore(ctx, store.Options{URL: c.url()}, in)
	if err != nil {
		return err
	}
	report := backupReport{File: c.File}
	report.fill(result, began)
	return report.print(s, c.JSON)
}
