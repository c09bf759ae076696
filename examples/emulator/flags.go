package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// The largest generated tenant: a slip of the finger must not take all memory of the
// machine.
const (
	maxUsers    = 10_000
	maxMessages = 1_000_000
)

// settings are what the flags of serve and exec say.
type settings struct {
	listen        string
	data          string
	users         int
	messages      int
	seed          uint64
	approve       string
	tokenLifetime time.Duration
	certificate   string
	throttle      string
	faults        string
	log           string
}

func (s *settings) register(f *flag.FlagSet) {
	f.StringVar(&s.listen, "listen", "127.0.0.1:0", "the loopback `ADDRESS` of Graph; sign-in, content and proxy take the next three ports")
	f.StringVar(&s.data, "data", "", "serve the mail (.eml), calendar (.ics) and drive of a `FOLDER` instead of the built-in tenant")
	f.IntVar(&s.users, "users", 0, "serve a generated tenant of so many `PEOPLE`, with groups, sites, teams and chats")
	f.IntVar(&s.messages, "messages", 0, "so many `MESSAGES` in all of the generated tenant; without it, 100 for each of its people")
	f.Uint64Var(&s.seed, "seed", 0, "another `NUMBER`, another generated tenant")
	f.StringVar(&s.approve, "approve", "auto", "who approves sign-ins: auto, the first person at once, or page, whoever opens it")
	f.DurationVar(&s.tokenLifetime, "token-lifetime", time.Hour, "how long access tokens work, as in 90s")
	f.StringVar(&s.certificate, "certificate", "", "the certificates of a PEM `FILE` work for the application, beside its secret")
	f.StringVar(&s.throttle, "throttle", "off", "throttling: off, real, or a `FACTOR` of the real limits, as in 0.1")
	f.StringVar(&s.faults, "faults", "", "spoil the requests that a JSON `FILE` names")
	f.StringVar(&s.log, "log", "", "append each request to a `FILE`, as a line of JSON")
}

func (s *settings) check() error {
	switch {
	case s.approve != "auto" && s.approve != "page":
		return fmt.Errorf("-approve %q is neither auto nor page", s.approve)
	case s.users < 0 || s.messages < 0:
		return errors.New("-users and -messages are not negative")
	case s.users > maxUsers || s.messages > maxMessages:
		return fmt.Errorf("-users and -messages: %d people and %d messages at most, which take some 2 GB", maxUsers, maxMessages)
	case s.data != "" && s.generated():
		return errors.New("-data serves files, and -users and -messages a generated tenant: one of them")
	case s.seed != 0 && !s.generated():
		return errors.New("-seed is for a generated tenant, with -users or -messages")
	case s.tokenLifetime < time.Second:
		return errors.New("-token-lifetime is shorter than a second")
	}
	return nil
}

// generated reports whether the tenant is made instead of loaded.
func (s *settings) generated() bool { return s.users > 0 || s.messages > 0 }

// parse reads the flags of a command; what is wrong with them is one line. What
// follows them is the caller's.
func parse(f *flag.FlagSet, args []string, about string, std streams) error {
	f.SetOutput(io.Discard) // the package would print every flag after a mistake
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(std.out, about)
		f.SetOutput(std.out)
		f.PrintDefaults()
		return err
	}
	if err != nil {
		return unusable(fmt.Errorf("%s: %s", f.Name(), strings.ReplaceAll(err.Error(), "\n", " ")))
	}
	return nil
}

// noArguments refuses what follows the flags.
func noArguments(f *flag.FlagSet) error {
	if f.NArg() > 0 {
		return unusable(fmt.Errorf("%s: unexpected argument %q", f.Name(), f.Arg(0)))
	}
	return nil
}
