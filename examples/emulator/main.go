// Command emulator is Entra ID and Microsoft Graph as a process: programs written
// for Microsoft 365, in any language and unchanged, do their work against it, over
// TLS and under the real host names, without a tenant.
//
//	emulator serve                              until Ctrl-C
//	emulator exec -- rclone lsd onedrive:       one program, with all it needs in its environment
//	emulator token -user sales@contoso.example -scopes Mail.Read
//	emulator token -app                         an application's own
//
// Its README.md shows each of them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes beside those of a program that exec runs.
const (
	exitFailure = 1
	exitUsage   = 2 // a flag, a file or a port that cannot be used
)

const usage = `Entra ID and Microsoft Graph on this machine, for programs written for Microsoft 365.

  emulator serve [flags]                      serve until Ctrl-C; print one JSON line when ready
  emulator exec  [flags] -- COMMAND [ARG…]    run a program against an emulator of its own
  emulator token [flags]                      print an access token of a running emulator

emulator COMMAND -h lists the flags.
`

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

var commands = map[string]func(context.Context, []string, streams) error{
	"serve": serve, "exec": execute, "token": token,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, std streams) int {
	if len(args) == 0 {
		fmt.Fprint(std.err, usage)
		return exitUsage
	}
	if name := args[0]; name == "help" || name == "-h" || name == "-help" || name == "--help" {
		fmt.Fprint(std.out, usage)
		return 0
	}
	command, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(std.err, "emulator: there is no command %q; emulator help lists them\n", args[0])
		return exitUsage
	}
	err := command(ctx, args[1:], std)
	var exit exitError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &exit):
		if exit.err != nil {
			fmt.Fprintln(std.err, "emulator:", exit.err)
		}
		return exit.code
	}
	fmt.Fprintln(std.err, "emulator:", err)
	return exitFailure
}

// exitError ends the process with a code of its own.
type exitError struct {
	code int
	err  error // nil where all is said
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// unusable is what is wrong with what the person gave.
func unusable(err error) error { return exitError{exitUsage, err} }
