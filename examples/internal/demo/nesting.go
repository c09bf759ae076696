package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
)

// Bounds on what the parser is given. Each level reads all below it, and where
// levels are left open, several times over. Each part takes the longer, the more
// there are before it.
const (
	maxLevels = 8
	maxParts  = 5_000
)

var (
	errNesting = fmt.Errorf("more than %d multiparts lie in one another", maxLevels)
	errParts   = fmt.Errorf("more than %d lines begin a part", maxParts)
)

// checkNesting refuses a message that the parser cannot follow. It reads one level
// at a time, so that it costs a reading for each, and only where the message names
// so many boundaries that it may be too deep.
func checkNesting(ctx context.Context, raw []byte) error {
	boundaries := bytes.Count(bytes.ToLower(raw), []byte("boundary"))
	if boundaries > 0 && bytes.Count(raw, []byte("\n--")) > maxParts {
		return errParts
	}
	if boundaries <= maxLevels {
		return nil
	}
	root, err := oneLevel("").ReadParts(contextReader{ctx, bytes.NewReader(raw)})
	if err != nil {
		return nil // the true parser says what is wrong
	}
	return checkParts(ctx, root, 1)
}

// checkParts looks at the parts of a multipart that is itself at the given level.
func checkParts(ctx context.Context, parent *enmime.Part, level int) error {
	for p := parent.FirstChild; p != nil; p = p.NextSibling {
		_, params, _, err := mediatype.Parse(p.Header.Get("Content-Type"))
		boundary := params["boundary"]
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil || boundary == "":
			continue
		case level == maxLevels:
			return errNesting
		}
		content := append([]byte("Content-Type: multipart/mixed\r\n\r\n"), p.Content...)
		below, err := oneLevel(boundary).ReadParts(contextReader{ctx, bytes.NewReader(content)})
		if err != nil {
			continue
		}
		if err := checkParts(ctx, below, level+1); err != nil {
			return err
		}
	}
	return nil
}

// oneLevel is a parser that takes the parts of a message apart, and those not any
// further. A boundary stands in for the one that the message declares.
func oneLevel(boundary string) *enmime.Parser {
	// The parser asks for the type of the whole twice, and for its disposition
	// in between. What it asks for after that are parts.
	const ofTheWhole = 3
	asked := 0
	return enmime.NewParser(
		enmime.RawContent(true),
		enmime.DisableTextConversion(true),
		enmime.SkipMalformedParts(true),
		enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.MaxStoredPartErrors(20),
		enmime.SetCustomParseMediaType(func(v string) (string, map[string]string, []string, error) {
			kind, params, invalid, err := mediatype.Parse(v)
			asked++
			switch {
			case asked > ofTheWhole:
				delete(params, "boundary")
			case boundary != "" && params != nil:
				params["boundary"] = boundary
			}
			return kind, params, invalid, err
		}),
	)
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
