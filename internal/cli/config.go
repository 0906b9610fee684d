package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/rulebook"
)

// CentreFlags say where the centre is: at an address, asked with an API key, or in a data folder or database that no node is running on.
type CentreFlags struct {
	Address  string `env:"SENTRAL_ADDRESS" help:"Address of a running centre; the API key is taken from SENTRAL_KEY. Without it the data folder is opened, which no node may be running on." placeholder:"URL"`
	Data     string `default:"data" env:"SENTRAL_DATA" help:"Folder of the embedded database and the master key." type:"path"`
	Database string `env:"SENTRAL_DATABASE" help:"PostgreSQL instead of the embedded database: postgres://user@host/name." placeholder:"URL"`
}

// keeper is a centre's configuration, near or far.
type keeper interface {
	current(ctx context.Context) (rulebook.Versioned, error)
	review(ctx context.Context, d *config.Document) (rulebook.Review, error)
	apply(ctx context.Context, base int64, note string, d *config.Document) (rulebook.Change, error)
	brandSecret(ctx context.Context, brand int32) (string, error)
	close()
}

func (f CentreFlags) open(ctx context.Context) (keeper, error) {
	if f.Address != "" {
		return newRemote(f.Address, os.Getenv("SENTRAL_KEY"))
	}
	a, err := app.Open(ctx, app.Options{Listen: "127.0.0.1:0", Data: f.Data, Database: f.Database, Node: "command line"})
	if err != nil {
		if centre.KindOf(err) == centre.Conflict {
			return nil, fmt.Errorf("%w\nA node is running on it: use --address and an API key in SENTRAL_KEY", err)
		}
		return nil, err
	}
	if !a.Centre.Status().Owner {
		a.Close()
		return nil, fmt.Errorf("a node is running on this database: use --address and an API key in SENTRAL_KEY")
	}
	return local{a}, nil
}

// local is a centre that this process has opened itself.
type local struct{ app *app.App }

// console is who acts at the command line: whoever can open the data folder can do everything.
var console = access.Subject{System: true, Name: "command line"}

func (l local) current(ctx context.Context) (rulebook.Versioned, error) {
	return l.app.Rules.Current(ctx, console)
}

func (l local) review(ctx context.Context, d *config.Document) (rulebook.Review, error) {
	return l.app.Rules.Review(ctx, console, *d)
}

func (l local) apply(ctx context.Context, base int64, note string, d *config.Document) (rulebook.Change, error) {
	return l.app.Rules.Apply(ctx, console, base, note, *d)
}

func (l local) brandSecret(ctx context.Context, brand int32) (string, error) {
	s, err := l.app.Chat.MakeBrandSecret(ctx, console, centre.BrandID(brand))
	return s.Secret, err
}

func (l local) close() { l.app.Close() }

// ConfigCommand is the configuration as a file.
type ConfigCommand struct {
	Check  ConfigCheckCommand  `cmd:"" help:"Find what is wrong with a file, by line. Needs no centre."`
	Diff   ConfigDiffCommand   `cmd:"" help:"What applying a file would change."`
	Apply  ConfigApplyCommand  `cmd:"" help:"Make a file the configuration that holds. An error changes nothing."`
	Export ConfigExportCommand `cmd:"" help:"Write the configuration that holds as a file."`
}

// readConfig reads a configuration file and refuses one with faults, naming their lines.
func readConfig(name string, s Streams) (*config.Document, []byte, error) {
	file, err := os.ReadFile(name)
	if name == "-" {
		file, err = io.ReadAll(s.In)
	}
	if err != nil {
		return nil, nil, err
	}
	d, faults := config.Read(file)
	if len(faults) == 0 {
		var warnings []config.Fault
		faults, warnings = config.Validate(d)
		for _, w := range config.Locate(file, warnings) {
			fmt.Fprintf(s.Err, "%s: warning: %s\n", name, w)
		}
	}
	if len(faults) == 0 {
		d.Fill()
		return d, file, nil
	}
	return nil, file, tell(name, file, faults, s)
}

// tell prints faults with their lines and gives the error that sums them up.
func tell(name string, file []byte, faults []config.Fault, s Streams) error {
	for _, f := range config.Locate(file, faults) {
		fmt.Fprintf(s.Err, "%s: %s\n", name, f)
	}
	if len(faults) == 1 {
		return fmt.Errorf("%s: 1 error; nothing was changed", name)
	}
	return fmt.Errorf("%s: %d errors; nothing was changed", name, len(faults))
}

// ConfigCheckCommand finds what is wrong with a file.
type ConfigCheckCommand struct {
	File string `arg:"" help:"The configuration file, or - for standard input."`
}

// Run checks.
func (c ConfigCheckCommand) Run(s Streams) error {
	d, _, err := readConfig(c.File, s)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s: no errors: %d brands, %d queues, %d teams, %d people\n", c.File, len(d.Brands), len(d.Queues), len(d.Teams), len(d.People))
	return nil
}

// ConfigDiffCommand compares a file with the configuration that holds.
type ConfigDiffCommand struct {
	CentreFlags `embed:""`
	File        string `arg:"" help:"The configuration file, or - for standard input."`
}

// Run compares.
func (c ConfigDiffCommand) Run(ctx context.Context, s Streams) error {
	_, _, k, err := c.compare(ctx, c.File, s)
	if k != nil {
		k.close()
	}
	return err
}

// compare prints what a file would change, and hands over the centre for what comes next.
func (f CentreFlags) compare(ctx context.Context, name string, s Streams) (*config.Document, rulebook.Review, keeper, error) {
	d, file, err := readConfig(name, s)
	if err != nil {
		return nil, rulebook.Review{}, nil, err
	}
	k, err := f.open(ctx)
	if err != nil {
		return nil, rulebook.Review{}, nil, err
	}
	review, err := k.review(ctx, d)
	if err == nil && len(review.Errors) > 0 {
		err = tell(name, file, review.Errors, s)
	}
	if err != nil {
		return nil, review, k, err
	}
	for _, l := range review.Lines {
		fmt.Fprintln(s.Out, l)
	}
	if len(review.Lines) == 0 {
		fmt.Fprintf(s.Out, "no differences from version %d\n", review.Base)
	}
	return d, review, k, nil
}

// ConfigApplyCommand applies a file.
type ConfigApplyCommand struct {
	CentreFlags `embed:""`
	File        string `arg:"" help:"The configuration file, or - for standard input."`
	Note        string `help:"Why, for the change log."`
}

// Run applies.
func (c ConfigApplyCommand) Run(ctx context.Context, s Streams) error {
	d, review, k, err := c.compare(ctx, c.File, s)
	if k != nil {
		defer k.close()
	}
	if err != nil || len(review.Lines) == 0 {
		return err
	}
	change, err := k.apply(ctx, review.Base, c.Note, d)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "applied as version %d\n", change.Version)
	return nil
}

// ConfigExportCommand writes the configuration that holds.
type ConfigExportCommand struct {
	CentreFlags `embed:""`
	File        string `arg:"" optional:"" default:"-" help:"Where to write it; - for standard output."`
}

// Run exports.
func (c ConfigExportCommand) Run(ctx context.Context, s Streams) error {
	k, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer k.close()
	now, err := k.current(ctx)
	if err != nil {
		return err
	}
	text, err := config.Write(&now.Document)
	if err != nil {
		return err
	}
	if c.File == "-" {
		_, err = s.Out.Write(text)
		return err
	}
	if err := os.WriteFile(c.File, text, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "version %d written to %s\n", now.Version, c.File)
	return nil
}

// BrandCommand is what belongs to one brand.
type BrandCommand struct {
	Secret BrandSecretCommand `cmd:"" help:"Make a new secret with which the brand's site signs its visitors' identities; printed once."`
}

// BrandSecretCommand makes a brand's signing secret.
type BrandSecretCommand struct {
	CentreFlags `embed:""`
	Brand       string `arg:"" help:"The brand's key."`
}

// Run makes the secret.
func (c BrandSecretCommand) Run(ctx context.Context, s Streams) error {
	k, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer k.close()
	now, err := k.current(ctx)
	if err != nil {
		return err
	}
	for _, b := range now.Document.Brands {
		if b.Key == c.Brand {
			secret, err := k.brandSecret(ctx, b.ID)
			if err != nil {
				return err
			}
			return json.NewEncoder(s.Out).Encode(map[string]string{"brand": b.Key, "secret": secret})
		}
	}
	return fmt.Errorf("there is no brand %q", c.Brand)
}
