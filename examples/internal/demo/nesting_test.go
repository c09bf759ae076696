package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// nested is a message of multiparts in one another, all of which are left open. The
// parser takes minutes for 40 of them.
func nested(levels int) string {
	var b strings.Builder
	b.WriteString("From: a@contoso.example\r\nContent-Type: multipart/mixed; boundary=X00Y\r\n\r\n")
	for i := range levels - 1 {
		fmt.Fprintf(&b, "--X%02dY\r\nContent-Type: multipart/mixed; boundary=X%02dY\r\n\r\n", i, i+1)
	}
	fmt.Fprintf(&b, "--X%02dY\r\n\r\ntext\r\n", levels-1)
	return b.String()
}

func TestNestingIsCountedBeforeItIsParsed(t *testing.T) {
	t.Parallel()
	digest := "From: a@contoso.example\r\nContent-Type: multipart/digest; boundary=d\r\n\r\n" +
		strings.Repeat("--d\r\n\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x--\r\n", 20) + "--d--\r\n"
	beside := "From: a@contoso.example\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n" +
		strings.Repeat("--d\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x--\r\n", 20) + "--d--\r\n"
	same := "From: a@contoso.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" +
		strings.Repeat("--B\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n", 30)
	folded := strings.ReplaceAll(nested(40), "multipart/mixed; boundary=", "MULTIPART/x;\r\n\tBOUNDARY*0=")
	tests := map[string]struct {
		raw  string
		want error
	}{
		"as deep as can be":      {nested(maxLevels), nil},
		"one too deep":           {nested(maxLevels + 1), errNesting},
		"far too deep":           {nested(95), errNesting},
		"in another spelling":    {folded, errNesting},
		"messages in a digest":   {digest, nil},
		"beside one another":     {beside, nil},
		"one boundary for all":   {same, nil}, // each ends the one before
		"quoted by many replies": {goodMessage + strings.Repeat("> boundary=x\r\n", 500), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := checkNesting(t.Context(), []byte(test.raw)); !errors.Is(err, test.want) {
				t.Errorf("checkNesting() = %v, want %v", err, test.want)
			}
		})
	}
}

// cancelFS ends a context when a file is opened.
type cancelFS struct {
	fstest.MapFS
	name   string
	cancel context.CancelFunc
	opened map[string]bool
}

func (c cancelFS) Open(name string) (f fs.File, err error) {
	c.opened[name] = true
	if name == c.name {
		c.cancel()
	}
	return c.MapFS.Open(name)
}

func TestLoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"mail/1.eml", "calendar/1.ics", "drive/a/1.txt"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			fsys := cancelFS{name: at, cancel: cancel, opened: map[string]bool{}, MapFS: fstest.MapFS{
				"mail/1.eml": {Data: []byte(goodMessage)}, "mail/2.eml": {Data: []byte(goodMessage)},
				"calendar/1.ics": {Data: []byte(goodEvent)}, "calendar/2.ics": {Data: []byte(goodEvent)},
				"drive/a/1.txt": {Data: []byte("x")}, "drive/a/2.txt": {Data: []byte("x")}, "drive/b/2.txt": {Data: []byte("x")},
			}}
			tenant, problems, err := Load(ctx, fsys, nil)
			if !errors.Is(err, context.Canceled) || tenant != nil || problems != nil {
				t.Errorf("Load() = %v, %v, %v, want the end of the context alone", tenant, problems, err)
			}
			if next := strings.Replace(at, "1.", "2.", 1); fsys.opened[next] || fsys.opened["drive/b/2.txt"] {
				t.Errorf("opened %v, want nothing after %s", fsys.opened, at)
			}
		})
	}
}

func TestParsingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, raw := range []string{goodMessage, nested(30)} {
		if _, _, err := parseMessage(ctx, []byte(raw)); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
			t.Errorf("parseMessage() = %v, want %v", err, context.Canceled)
		}
	}
}
