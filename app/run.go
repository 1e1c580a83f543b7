package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"dakokubridge/connector"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // could not be done, or a check found something
	exitWrong  = 2 // wrong input
)

// console is where a command reads and writes.
type console struct {
	in       *bufio.Reader
	out, err io.Writer
	verbose  bool // every call is logged, and the log is printed too
}

// usageError is wrong input. Its text is one line that says what to do.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// errFound ends a command that has printed what is wrong already.
var errFound = errors.New("something is wrong")

// run is the whole program: it carries out the command in args and returns the exit code. It writes results to stdout and
// everything else to stderr, and ends soon after ctx does.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &console{in: bufio.NewReader(stdin), out: stdout, err: stderr}
	err := execute(ctx, args, c)
	if err != nil && !errors.Is(err, errFound) {
		fmt.Fprintf(stderr, "dakokubridge: %s\n", oneLine(err))
	}
	return exitCode(err)
}

func execute(ctx context.Context, args []string, c *console) error {
	var g grammar
	answered := false // --help and --version print and are done
	parser, err := kong.New(&g,
		kong.Name("dakokubridge"),
		kong.Description("打刻ブリッジ: door accesses of Akerun become stamps in TeamSpirit. Times are Japan time."),
		kong.Writers(c.out, c.err),
		kong.Exit(func(int) { answered = true }),
		kong.Vars{"version": version},
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return fmt.Errorf("building the command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	if answered {
		return nil
	}
	if err != nil {
		return usage("%v: see dakokubridge --help", err)
	}
	c.verbose = g.Verbose
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(c, &g)
}

func exitCode(err error) int {
	var wrong *usageError
	var said *connector.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong):
		return exitWrong
	case errors.As(err, &said):
		switch said.Code {
		case connector.CodeBadInput, connector.CodeStartTooEarly, connector.CodeNotFound:
			return exitWrong
		}
	}
	return exitFailed
}

// oneLine is an error as one line, whatever a server put into it.
func oneLine(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
