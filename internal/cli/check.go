package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/store"
)

// CheckCommand looks at everything that a centre leans on: configuration, database, clock and disk. It changes nothing and may be run beside a running centre.
type CheckCommand struct {
	DatabaseFlags `embed:""`
	Config        string `help:"Also check this configuration file." type:"path" placeholder:"FILE"`
	JSON          bool   `name:"json" help:"Print JSON."`
}

// Run prints what was found; a fault makes the command fail.
func (c CheckCommand) Run(ctx context.Context, s Streams) error {
	var found []store.Finding
	if c.Config != "" {
		found = append(found, checkFile(c.Config)...)
	}
	db, err := store.Open(ctx, store.Options{URL: c.url(), ReadOnly: true})
	if err != nil {
		found = append(found, store.Finding{What: "database", State: store.Fault, Text: err.Error()})
	} else {
		defer db.Close()
		found = append(found, checkStored(ctx, db)...)
		found = append(found, db.Check(ctx, 1, time.Now())...)
	}
	if c.Database == "" {
		found = append(found, store.CheckFolder(filepath.Dir(filepath.Join(c.Data, "sentral.db"))))
	}
	if err := printFindings(s, found, c.JSON); err != nil {
		return err
	}
	faults := 0
	for _, f := range found {
		if f.State == store.Fault {
			faults++
		}
	}
	if faults > 0 {
		return centre.Errorf(centre.Conflict, "check: %d of %d found faulty", faults, len(found))
	}
	return nil
}

func printFindings(s Streams, found []store.Finding, asJSON bool) error {
	if asJSON {
		return printJSON(s.Out, found)
	}
	var rows [][]string
	for _, f := range found {
		rows = append(rows, []string{string(f.State), f.What, f.Text})
	}
	return printTable(s.Out, nil, rows)
}

// checkStored checks the configuration that the centre runs on.
func checkStored(ctx context.Context, db *store.DB) []store.Finding {
	newest, err := store.Rulebook{DB: db, Domain: 1}.Newest(ctx)
	switch {
	case err != nil:
		return []store.Finding{{What: "configuration", State: store.Fault, Text: err.Error()}}
	case newest.Version == 0:
		return []store.Finding{{What: "configuration", State: store.Warning, Text: "none yet: the first-run wizard makes it"}}
	}
	var d config.Document
	if err := json.Unmarshal(newest.Body, &d); err != nil {
		return []store.Finding{{What: "configuration", State: store.Fault, Text: fmt.Sprintf("version %d: %v", newest.Version, err)}}
	}
	faults, warnings := config.Validate(&d)
	return judged("configuration", fmt.Sprintf("version %d", newest.Version), faults, warnings)
}

// checkFile checks a configuration file.
func checkFile(path string) []store.Finding {
	text, err := os.ReadFile(path)
	if err != nil {
		return []store.Finding{{What: "file", State: store.Fault, Text: err.Error()}}
	}
	d, faults := config.Read(text)
	var warnings []config.Fault
	if len(faults) == 0 {
		faults, warnings = config.Validate(d)
	}
	return judged("file", path, config.Locate(text, faults), config.Locate(text, warnings))
}

func judged(what, name string, faults, warnings []config.Fault) (found []store.Finding) {
	for _, f := range faults {
		found = append(found, store.Finding{What: what, State: store.Fault, Text: f.String()})
	}
	for _, f := range warnings {
		found = append(found, store.Finding{What: what, State: store.Warning, Text: f.String()})
	}
	if len(found) == 0 {
		found = append(found, store.Finding{What: what, State: store.Fine, Text: name})
	}
	return found
}
