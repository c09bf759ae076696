package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"golang.org/x/term"
)

const aboutExec = `usage: emulator exec [flags] -- COMMAND [ARG…]

Runs a program with an environment in which Microsoft 365's hosts are the emulator's
and no other host can be reached through the proxy. Exits with the program's code.
`

// Exit codes of a program that did not run, as shells have them.
const (
	exitCannotRun = 126
	exitNotFound  = 127
	exitSignal    = 128 // and the signal's number
)

// execute is the command that runs a program.
func execute(ctx context.Context, args []string, std streams) error {
	var s settings
	var file string
	var trace bool
	f := flag.NewFlagSet("exec", flag.ContinueOnError)
	s.register(f)
	f.StringVar(&file, "ready", "", "use the running emulator that wrote this `FILE`, instead of one of its own")
	f.BoolVar(&trace, "trace", false, "print each request that the program makes to the emulator, on standard error")
	if err := parse(f, args, aboutExec, std); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return unusable(errors.New("exec: no command; it follows the flags, after --"))
	}
	var onlyOwn string
	f.Visit(func(given *flag.Flag) {
		if given.Name != "ready" {
			onlyOwn = given.Name
		}
	})
	if file != "" && onlyOwn != "" {
		return unusable(fmt.Errorf("exec: -%s is for an emulator of its own, and -ready names a running one", onlyOwn))
	}
	if file != "" {
		return executeWith(file, f.Args(), std)
	}
	var to io.Writer
	if trace {
		to = std.err
	}
	log, done, err := openLog(s.log, to)
	if err != nil {
		return err
	}
	var seen visits
	e, err := startEmulator(ctx, &s, std.err, seen.counting(log))
	if err != nil {
		return errors.Join(err, done())
	}
	file = filepath.Join(e.dir, "ready.json")
	_, err = announce(file, e.ready.line())
	if err == nil {
		err = executeWith(file, f.Args(), std)
	}
	ended := errors.Join(e.close(), done())
	seen.tell(std.err, e.came.Load(), err) // when the last request is over
	if ended != nil {
		return errors.Join(err, ended)
	}
	return err
}

// visits counts what a program did.
type visits struct{ requests, refusals atomic.Int64 }

// counting gives a log that counts, and passes on to another where there is one.
func (v *visits) counting(log func(entry)) func(entry) {
	return func(e entry) {
		if e.Service == serviceProxy {
			v.refusals.Add(1)
		} else {
			v.requests.Add(1)
		}
		if log != nil {
			log(e)
		}
	}
}

// tell warns of a program that ran, and asked nothing of the emulator: whatever it
// did was no test of it.
func (v *visits) tell(to io.Writer, came bool, err error) {
	if exit := (exitError{}); v.requests.Load() > 0 || errors.As(err, &exit) && exit.err != nil {
		return
	}
	why := "does it take the proxy of its environment? README.md tells of those that do not"
	switch refused := v.refusals.Load(); {
	case came:
		why = "it was led there, and may not have trusted the certificate in SSL_CERT_FILE"
	case refused > 0:
		why = fmt.Sprintf("the proxy refused %d of other hosts, which -trace names", refused)
	}
	fmt.Fprintln(to, "emulator: the program made no request of Microsoft 365:", why)
}

// executeWith runs a program against the emulator of a ready file.
func executeWith(file string, command []string, std streams) error {
	r, err := readReady(file)
	if err != nil {
		return err
	}
	if err := r.answers(); err != nil {
		return unusable(fmt.Errorf("exec: %w", err))
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = std.in, std.out, std.err, environment(os.Environ(), r, file)
	// The program decides what a signal means; it is waited for in any case.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return notRun(command[0], err)
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case sig := <-signals:
				if sig != os.Interrupt || !terminal(std.in) { // a terminal tells all its programs itself
					_ = cmd.Process.Signal(sig)
				}
			case <-ended:
				return
			}
		}
	}()
	err = cmd.Wait()
	close(ended)
	return exitOf(err)
}

// terminal reports whether a person types there.
func terminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// notRun tells why there was no program, as a shell does.
func notRun(name string, err error) error {
	code := exitCannotRun
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		code = exitNotFound
	}
	return exitError{code, fmt.Errorf("exec %s: %w", name, err)}
}

// exitOf passes on how the program ended.
func exitOf(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitError{code: exitSignal + int(status.Signal())}
	}
	return exitError{code: exit.ExitCode()}
}
