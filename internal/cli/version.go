package cli

import (
	"fmt"
	"runtime/debug"
)

// VersionCommand prints what was built.
type VersionCommand struct{}

// Run prints the module version and the Go release that built it.
func (VersionCommand) Run(s Streams) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("version: the binary carries no build information")
	}
	_, err := fmt.Fprintf(s.Out, "sentral %s (%s)\n", info.Main.Version, info.GoVersion)
	return err
}
