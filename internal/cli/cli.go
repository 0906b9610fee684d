// Package cli is the program's command line: one file a command, each of which decodes its flags, calls one room and prints.
//
// It owns flags, tables, progress and exit codes; it refuses to compute anything that a room below could. Begin reading with
// Commands, which lists every command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// Streams are the three standard streams that a command may use; tests hand in buffers.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Commands is every command that sentral knows, in the order that help shows them. Each field's type has a
// Run(ctx context.Context, s Streams) error method in a file of its own.
type Commands struct {
	Demo      DemoCommand      `cmd:"" help:"Open an invented centre with simulated customers and agents."`
	Serve     ServeCommand     `cmd:"" help:"Run one node of a centre."`
	Check     CheckCommand     `cmd:"" help:"Look at configuration, database, clock and disk, beside a running centre or without one."`
	Backup    BackupCommand    `cmd:"" help:"Write a backup of everything, while the centre runs."`
	Restore   RestoreCommand   `cmd:"" help:"Fill a new database, of either kind, from a backup."`
	Config    ConfigCommand    `cmd:"" help:"The configuration as a file: check, compare, apply, export."`
	Brand     BrandCommand     `cmd:"" help:"What belongs to one brand."`
	Version   VersionCommand   `cmd:"" help:"Print the program's version."`
	Search    SearchCommand    `cmd:"" help:"Measure the knowledge base's search."`
	Language  LanguageCommand  `cmd:"" help:"Stems and language of words and texts."`
	Index     IndexCommand     `cmd:"" help:"Measures of quality: satisfaction index, drivers, weights, charts, service level, surges."`
	Staff     StaffCommand     `cmd:"" help:"How many agents a load needs, or how well so many serve: Erlang A, B, C and measured patience."`
	Forecast  ForecastCommand  `cmd:"" help:"Forecast contacts per interval, and measure how well."`
	Load      LoadCommand      `cmd:"" help:"Measure a centre under load."`
	Testphone TestphoneCommand `cmd:"" help:"A telephone for tests: calls a centre, or is called."`
	Simulate  SimulateCommand  `cmd:"" help:"Play days of a centre through the real engine and measure them."`
}

type exitCode int

// Main runs one command line and returns the process's exit code: 0 done, 1 the command failed, 2 the command line is wrong.
func Main(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (code int) {
	var commands Commands
	streams := Streams{In: in, Out: out, Err: errOut}
	parser, err := kong.New(&commands,
		kong.Name("sentral"),
		kong.Description("A customer service centre in one program."),
		kong.UsageOnError(),
		kong.Writers(out, errOut),
		kong.Exit(func(c int) { panic(exitCode(c)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams),
	)
	if err != nil {
		fmt.Fprintln(errOut, "sentral:", err)
		return 1
	}
	defer func() {
		if r := recover(); r != nil {
			c, ok := r.(exitCode)
			if !ok {
				panic(r)
			}
			code = int(c)
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(errOut, "sentral: %v\nTry 'sentral --help'.\n", err)
		return 2
	}
	if err := parsed.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(errOut, "sentral: %v\n", err)
		return 1
	}
	return 0
}
