package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
)

const aboutServe = `usage: emulator serve [flags]

Serves Entra ID and Microsoft Graph on this machine until Ctrl-C. When it is ready it
prints one line of JSON: where they are, whom to trust, and who can sign in.
`

// serve is the command that serves until the context ends.
func serve(ctx context.Context, args []string, std streams) error {
	var s settings
	var file string
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	s.register(f)
	f.StringVar(&file, "ready", "", "write the ready line to a `FILE`, too")
	if err := parse(f, args, aboutServe, std); err != nil {
		return err
	}
	if err := noArguments(f); err != nil {
		return err
	}
	log, done, err := openLog(s.log, nil)
	if err != nil {
		return err
	}
	e, err := startEmulator(ctx, &s, std.err, log)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return done() // Ctrl-C before it was ready is an end like any other
	}
	if err != nil {
		return errors.Join(err, done())
	}
	if err := e.announceAll(file); err != nil {
		return errors.Join(err, e.close(), done())
	}
	if _, err := std.out.Write(e.ready.line()); err != nil && !errors.Is(err, os.ErrClosed) && !errors.Is(err, io.ErrClosedPipe) {
		return errors.Join(err, e.close(), done())
	}
	<-ctx.Done()
	return errors.Join(e.close(), done())
}
