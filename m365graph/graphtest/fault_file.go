package graphtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ParseFaults reads a file of faults for [Server.Fail]:
//
//	{"faults": [
//		{"route": "GET /me/messages", "skip": 1, "count": 2, "code": "TooManyRequests", "retryAfter": "2"},
//		{"route": "POST /me/sendMail", "status": 504, "after": true},
//		{"rate": 0.05, "seed": 7, "cut": "reset"}
//	]}
//
// The keys are the fields of [Fault], with a small first letter. A route is
// named as in the log. Durations are written as "250ms", headers as an object of
// strings, a patch as the JSON that it is, cut as "before", "body", "reset",
// "stall" or "item", page as "replayed", "shuffled" or "empty", and json as
// "truncated", "broken" or "empty". Any other key, and one that stands twice, is
// an error that names it and its line.
func ParseFaults(r io.Reader) ([]Fault, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("graphtest: faults: %w", err)
	}
	p := &faultParser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	faults, err := p.file()
	if err != nil {
		return nil, fmt.Errorf("graphtest: faults: line %d: %w", p.line(), err)
	}
	return faults, nil
}

// faultParser reads a file of faults key by key, so that it can say where one
// is wrong.
type faultParser struct {
	data []byte
	dec  *json.Decoder
}

// line is where the parser is.
func (p *faultParser) line() int {
	return 1 + bytes.Count(p.data[:min(p.dec.InputOffset(), int64(len(p.data)))], []byte("\n"))
}

func (p *faultParser) file() ([]Fault, error) {
	var faults []Fault
	err := p.object(func(key string) error {
		if key != "faults" {
			return fmt.Errorf("unknown key %q, want \"faults\"", key)
		}
		if err := p.expect('['); err != nil {
			return err
		}
		for p.dec.More() {
			var f Fault
			if err := p.fault(&f); err != nil {
				return err
			}
			faults = append(faults, f)
		}
		return p.expect(']')
	})
	if err != nil {
		return nil, err
	}
	if _, err := p.dec.Token(); err != io.EOF {
		return nil, errors.New("more follows the end of the faults")
	}
	return faults, nil
}

func (p *faultParser) fault(f *Fault) error {
	err := p.object(func(key string) error {
		field := f.field(key)
		if field == nil {
			return fmt.Errorf("unknown key %q", key)
		}
		var raw json.RawMessage
		if err := p.dec.Decode(&raw); err != nil {
			return syntax(err)
		}
		if string(raw) == "null" {
			return fmt.Errorf("%q must not be null", key)
		}
		if err := json.Unmarshal(raw, field); err != nil {
			return fmt.Errorf("%q cannot be %s", key, raw)
		}
		if key == "route" {
			f.line = p.line()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.check()
}

// object reads an object, and lets value read what stands under each key.
func (p *faultParser) object(value func(key string) error) error {
	if err := p.expect('{'); err != nil {
		return err
	}
	var seen []string
	for p.dec.More() {
		t, err := p.dec.Token()
		if err != nil {
			return syntax(err)
		}
		key, _ := t.(string)
		if slices.Contains(seen, key) {
			return fmt.Errorf("the key %q stands twice", key)
		}
		seen = append(seen, key)
		if err := value(key); err != nil {
			return err
		}
	}
	return p.expect('}')
}

func (p *faultParser) expect(d json.Delim) error {
	t, err := p.dec.Token()
	if err != nil {
		return syntax(err)
	}
	if t != d {
		return fmt.Errorf("found %v, want %v", t, d)
	}
	return nil
}

// syntax says in one form that the file is no JSON.
func syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "unexpected end") {
		return errors.New("the file ends within a fault")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// field is where the value of a key goes; nil for an unknown key.
func (f *Fault) field(key string) any {
	switch key {
	case "route":
		return &f.Route
	case "skip":
		return &f.Skip
	case "count":
		return &f.Count
	case "rate":
		return &f.Rate
	case "seed":
		return &f.Seed
	case "status":
		return &f.Status
	case "code":
		return &f.Code
	case "message":
		return &f.Message
	case "retryAfter":
		return (*looseText)(&f.RetryAfter)
	case "header":
		return (*faultHeader)(&f.Header)
	case "html":
		return &f.HTML
	case "body":
		return &f.Body
	case "after":
		return &f.After
	case "delay":
		return (*duration)(&f.Delay)
	case "skew":
		return (*duration)(&f.Skew)
	case "patch":
		return (*faultPatch)(&f.Patch)
	case "page":
		return &f.Page
	case "json":
		return &f.JSON
	case "contentType":
		return &f.ContentType
	case "noRange":
		return &f.NoRange
	case "cut":
		return &f.Cut
	case "cutAfter":
		return &f.CutAfter
	}
	return nil
}

type duration time.Duration

func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = duration(v)
	return err
}

// faultPatch is written as the JSON that it is.
type faultPatch string

func (p *faultPatch) UnmarshalJSON(b []byte) error {
	*p = faultPatch(b)
	return nil
}

type faultHeader http.Header

func (h *faultHeader) UnmarshalJSON(b []byte) error {
	var values map[string]string
	if err := json.Unmarshal(b, &values); err != nil {
		return err
	}
	*h = faultHeader{}
	for k, v := range values {
		http.Header(*h).Set(k, v)
	}
	return nil
}

// UnmarshalText reads "none", "before", "body", "reset", "stall" or "item".
func (c *Cut) UnmarshalText(b []byte) error {
	return readWord(c, b, "none", "before", "body", "reset", "stall", "item")
}

// UnmarshalText reads "kept", "replayed", "shuffled" or "empty".
func (p *PageFault) UnmarshalText(b []byte) error {
	return readWord(p, b, "kept", "replayed", "shuffled", "empty")
}

// UnmarshalText reads "whole", "truncated", "broken" or "empty".
func (j *JSONFault) UnmarshalText(b []byte) error {
	return readWord(j, b, "whole", "truncated", "broken", "empty")
}

// readWord sets v to the place of a word.
func readWord[T ~int](v *T, b []byte, words ...string) error {
	i := slices.Index(words, string(b))
	if i < 0 {
		return fmt.Errorf("%q is none of %s", b, strings.Join(words, ", "))
	}
	*v = T(i)
	return nil
}
