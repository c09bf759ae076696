package m365graph

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxPathLength bounds a path from outside; Graph refuses far shorter URLs.
const maxPathLength = 8 << 10

// ParsePath reads a path that a person or a model wrote, such as "/me/messages"
// or "me/drive/root:/a b:/children". What is escaped stays escaped, and what
// must be is. It refuses whatever could lead elsewhere than it seems to: an
// absolute URL, a query, a fragment, an empty or dot segment, a backslash, a
// control character, and any of these in escaped form.
func ParsePath(s string) (Path, error) {
	bad := func(why string) (Path, error) {
		return Path{}, fmt.Errorf("m365graph: the path %q %s", clip(s, 80), why)
	}
	switch {
	case len(s) > maxPathLength:
		return bad("is too long")
	case strings.Contains(s, "://") || strings.HasPrefix(s, "//"):
		return bad("is a URL; give only what follows the API version, such as /me/messages")
	case strings.ContainsRune(s, '?'):
		return bad("has a query; give its parameters apart")
	case strings.ContainsRune(s, '#'):
		return bad("has a fragment; write %23 for a # in a name")
	}
	trimmed := strings.TrimPrefix(s, "/")
	if trimmed == "" {
		return bad("is empty")
	}
	var b strings.Builder
	inside := false
	for segment := range strings.SplitSeq(trimmed, "/") {
		if why := checkSegment(segment); why != "" {
			return bad(why)
		}
		if strings.HasSuffix(segment, ":") {
			inside = !inside // "root:" begins a path of names, "b:" ends it
		}
		b.WriteByte('/')
		keepEscapes(&b, segment)
	}
	return Path{escaped: b.String(), inside: inside}, nil
}

// checkSegment says what is wrong with a segment as written, or nothing.
func checkSegment(segment string) string {
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return "has a % that escapes nothing; write %25 for a % in a name"
	}
	// A second layer of escapes may be undone by a server further on.
	twice, err := url.PathUnescape(plain)
	if err != nil {
		twice = plain
	}
	for _, form := range []string{plain, twice} {
		switch strings.Trim(form, ": ") {
		case "":
			return "has an empty segment"
		case ".", "..":
			return "has a dot segment"
		}
		if strings.ContainsAny(form, "/\\") {
			return "has an escaped slash or a backslash"
		}
		for _, r := range form {
			if r < 0x20 || r == 0x7f {
				return "has a control character"
			}
		}
	}
	return ""
}

// keepEscapes writes a checked segment: escapes as they are, the characters that
// OData gives a meaning to as they are, and everything else escaped.
func keepEscapes(b *strings.Builder, segment string) {
	for i := range len(segment) {
		c := segment[i]
		if c == '%' || isUnreserved(c) || strings.IndexByte(":()'=,;@!$*+&", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		escapeTo(b, segment[i:i+1])
	}
}

// clip shortens text from outside for an error message.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
