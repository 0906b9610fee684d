// Command sentral is the whole customer service centre: servers, simulator, forecaster and tools in one program.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"sentral/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // told twice, the program ends at once
	code := cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
