// Command dakokubridge (打刻ブリッジ) carries door accesses from Akerun to stamps in TeamSpirit on Salesforce.
//
// This package is the command line, the wiring and the life of the process: who owns the profile, which clock and which
// keychain it gets, and when it ends. It holds no rule and speaks to no server; everything it does goes through the façade
// connector.Connector.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is what --version prints and the window shows; the same as in FyneApp.toml.
const version = "0.1.0"

func main() {
	attachConsole()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
