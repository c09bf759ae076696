package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// limits bound what is read. They are far beyond a person's mailbox, and keep a
// wrong folder, such as a whole disk, from filling the memory.
type limits struct {
	depth      int   // of folders
	message    int64 // bytes of a message
	mail       int64 // bytes of all messages
	messages   int
	ics        int64 // bytes of an .ics file
	events     int
	driveItems int
}

var defaultLimits = limits{
	depth: 32, message: 32 << 20, mail: 1 << 30, messages: 50_000,
	ics: 16 << 20, events: 20_000, driveItems: 100_000,
}

// source is the folder that is read, and what was wrong in it.
type source struct {
	ctx      context.Context // of Load, which made the source and outlives it
	fsys     fs.FS
	limits   limits
	problems []Problem
}

// skip tells why a file is not loaded.
func (s *source) skip(file, format string, args ...any) {
	s.problems = append(s.problems, Problem{File: file, Reason: brief(fmt.Sprintf(format, args...))})
}

// note tells what is lost of a file that is loaded.
func (s *source) note(file, format string, args ...any) {
	s.problems = append(s.problems, Problem{File: file, Reason: brief(fmt.Sprintf(format, args...)), Loaded: true})
}

// list returns the visible folders and files in dir, and its hidden folders, by
// name. It names the others, and what could not be listed.
func (s *source) list(dir string) (folders, files, hidden []fs.DirEntry) {
	if depth := strings.Count(dir, "/"); depth >= s.limits.depth {
		s.skip(dir, "the folder is more than %d deep", s.limits.depth)
		return nil, nil, nil
	}
	if s.ctx.Err() != nil {
		return nil, nil, nil // Load says so
	}
	entries, err := fs.ReadDir(s.fsys, dir)
	if err != nil {
		s.skip(dir, "the folder cannot be listed: %v", reason(err))
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				hidden = append(hidden, e)
			}
		case !utf8.ValidString(e.Name()):
			s.skip(name, "the name is not UTF-8")
		case e.IsDir():
			folders = append(folders, e)
		case e.Type().IsRegular():
			files = append(files, e)
		case e.Type()&fs.ModeSymlink != 0:
			s.skip(name, "a symbolic link is not followed")
		default:
			s.skip(name, "not a regular file")
		}
	}
	return folders, files, hidden
}

// read returns what a file holds, or names the file and says why not.
func (s *source) read(file string, limit int64) ([]byte, bool) {
	data, err := s.slurp(file, limit)
	switch {
	case s.ctx.Err() != nil: // Load says so
	case err != nil:
		s.skip(file, "%v", reason(err))
	case len(data) == 0:
		s.skip(file, "the file is empty")
	default:
		return data, true
	}
	return nil, false
}

func (s *source) slurp(file string, limit int64) (data []byte, err error) {
	f, err := s.fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, f.Close()) }()
	if data, err = io.ReadAll(io.LimitReader(contextReader{s.ctx, f}, limit+1)); err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("larger than %s", size(limit))
	}
	return data, nil
}

// reason drops the path from an error, which the Problem names already.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// guard runs a parser that was written for honest files. Its panic becomes an
// error.
func guard(parse func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser gave up: %v", p)
		}
	}()
	return parse()
}

// clean makes text that any JSON can carry.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// line is clean text on one line.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// printable is text for a terminal, which an evil file must not steer.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, clean(s))
}

// maxReason bounds a reason in bytes, since it may quote what is in a file.
const maxReason = 200

// brief makes a reason of text: printable, short, and not a row of characters that
// stand for what cannot be read.
func brief(s string) string {
	var b strings.Builder
	lost := 0
	last := ' '
	for _, r := range printable(s) {
		if r == unicode.ReplacementChar {
			if r == last {
				continue
			}
			lost++
		}
		if last = r; lost > 3 || b.Len()+utf8.RuneLen(r) > maxReason-len("…") {
			return b.String() + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}

// size writes a limit for people.
func size(n int64) string {
	for _, u := range []struct {
		shift int
		name  string
	}{{30, "GiB"}, {20, "MiB"}, {10, "KiB"}} {
		if n >= 1<<u.shift {
			return fmt.Sprintf("%d %s", n>>u.shift, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
