package graphtools

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph"
)

func TestIncludesKnowsWhichScopesCoverOthers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		have, want string
		ok         bool
	}{
		{"Mail.Read", "Mail.Read", true},
		{"mail.read", "Mail.Read", true},
		{"https://graph.microsoft.com/Mail.Read", "Mail.Read", true},
		{"Mail.ReadWrite", "Mail.Read", true},
		{"Mail.ReadWrite.Shared", "Mail.Read", true},
		{"Files.Read.All", "Files.Read", true},
		{"User.Read.All", "User.ReadBasic.All", true},
		{"User.Read", "User.ReadBasic.All", false},
		{"User.ReadBasic.All", "User.Read", false},
		{"Mail.ReadBasic", "Mail.Read", false},
		{"Mail.Send", "Mail.Read", false},
		{"Mail.ReadWrite", "Mail.Send", false},
		{"Calendars.Read", "Mail.Read", false},
		{"Files.Read", "Files.Read.All", false},
		{"openid", "Mail.Read", false},
		{"", "Mail.Read", false},
	}
	for _, tt := range tests {
		if got := includes(tt.have, tt.want); got != tt.ok {
			t.Errorf("includes(%q, %q) = %t, want %t", tt.have, tt.want, got, tt.ok)
		}
	}
}

func TestEveryRouteIsCovered(t *testing.T) {
	t.Parallel()
	known := ids(Catalogue())
	for _, s := range targets {
		if len(s.permissions) == 0 || slices.ContainsFunc(s.permissions, func(id string) bool { return !slices.Contains(known, id) }) {
			t.Errorf("%s is covered by %q, want permissions of the catalogue", s.pattern, s.permissions)
		}
		if strings.ToLower(s.pattern) != s.pattern {
			t.Errorf("%s is not in lower case, so nothing matches it", s.pattern)
		}
		if s.page != 0 && slices.Contains([]string{"{}", ":"}, s.elements[len(s.elements)-1]) {
			t.Errorf("%s ends in an id but is a collection", s.pattern)
		}
	}
}

// FuzzClassify looks for a path that is covered although a part of it leads
// elsewhere. Its reading of a path is coarser than the policy's on purpose.
func FuzzClassify(f *testing.F) {
	for _, seed := range []string{
		"/me", "/me/messages/x/attachments", "/users('a')/messages", "/me/drive/root:/a/b:/children", "/me/drive/root:/a%3A/content",
		"/me/drive/root/search(q='x')", "/drives/b!x/items/1", "/sites/h:/sites/a:/drive/root:/b:/children", "/chats/19:x@thread.v2/messages",
		"/me/messages/$value", "/$batch", "/me/%24value", "/me/microsoft.graph.user", "/me/drive/items/1:/x::/children", "/teams/1/group/drive",
	} {
		f.Add(seed)
	}
	elsewhere := []string{"$batch", "$value", "$ref", "$count", "content", "photo", "group", "onenote", "workbook", "contacts", "todo", "createdbyuser"}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := m365graph.ParsePath(s)
		if err != nil {
			return
		}
		got, ok := classify(p)
		if !ok {
			return
		}
		if len(got.permissions) == 0 {
			t.Fatalf("%q is covered by no permission", s)
		}
		segments := strings.Split(strings.TrimPrefix(p.String(), "/"), "/")
		last, err := url.PathUnescape(segments[len(segments)-1])
		if err != nil {
			t.Fatalf("%q is covered although it cannot be unescaped", s)
		}
		// An id or a file may bear any name; a name that starts with $ it may not.
		bare := strings.ToLower(strings.TrimSuffix(last, ":"))
		if strings.HasPrefix(bare, "$") && !strings.Contains(p.String(), ":") {
			t.Fatalf("%q is covered by %q although it ends in %s", s, got.permissions, last)
		}
		if pattern := got.pattern; !strings.HasSuffix(pattern, "{}") && !strings.HasSuffix(pattern, ":") && slices.Contains(elsewhere, bare) {
			t.Fatalf("%q is covered by %q as %s", s, got.permissions, pattern)
		}
		if again, err := m365graph.ParsePath(p.String()); err != nil || again.String() != p.String() {
			t.Fatalf("%q is covered as %s, which reads as %s, %v, the second time", s, p, again, err)
		}
	})
}

// FuzzClean looks for a value that cannot be written within its bounds, or that
// keeps what is withheld.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		`{"a":"x\u202ey","contentBytes":"AAAA"}`, `{"a":[{"b":["\ud83d\ude42","\u200b"]}],"x@odata.nextLink":"https://x"}`,
		`{"i\u200bd":"1","id":"2","u":"https://x.example/?tempauth=1","v":"a\ufe0f\u2028\u180b"}`, `{"n":1e400,"z":null,"t":true}`, `{"@microsoft.graph.downloadUrl":"https://x","@odata.etag":"1"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := decode(raw)
		if err != nil {
			return
		}
		out, cut, err := fit(clean(v), 4096)
		if err != nil {
			t.Fatalf("%q cannot be written: %v", raw, err)
		}
		if len(out) > 4096 {
			t.Fatalf("%q becomes %d bytes (cut: %t), want at most 4096", raw, len(out), cut)
		}
		again, err := decode(out)
		if err != nil {
			t.Fatalf("%q becomes %s, which is no object: %v", raw, out, err)
		}
		if bad := kept(again); bad != "" {
			t.Fatalf("%q becomes %s, which keeps %q", raw, out, bad)
		}
	})
}

// kept returns a member or a character that a model must not see.
func kept(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			if name != visible(name) || strings.EqualFold(name, "contentBytes") || strings.HasSuffix(name, "downloadUrl") || strings.HasSuffix(name, "@odata.nextLink") {
				return name
			}
			if bad := kept(child); bad != "" {
				return bad
			}
		}
	case []any:
		for _, child := range v {
			if bad := kept(child); bad != "" {
				return bad
			}
		}
	case string:
		if i := strings.IndexAny(v, "\u202e\u2066\u200b\ufeff\x00\x1b\u180b\u2028\u2800\U000e0041\U000e0080"); i >= 0 {
			return v[i:]
		}
		if keyedLink.MatchString(v) {
			return v
		}
	}
	return ""
}

func BenchmarkClassify(b *testing.B) {
	p, err := m365graph.ParsePath("/teams/t1/channels/c1/messages/m1/replies")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := classify(p); !ok {
			b.Fatal("not covered")
		}
	}
}

func TestFailuresThatAreNoAnswerBecomeCodes(t *testing.T) {
	t.Parallel()
	g := &graphTool{scopes: func(context.Context) ([]string, error) { return nil, nil }}
	for err, want := range map[error]agenttool.Code{
		fmt.Errorf("send: %w: cut", m365graph.ErrAmbiguous):         agenttool.CodeStateUnknown,
		fmt.Errorf("%w: evil.example", m365graph.ErrHostNotAllowed): agenttool.CodeUnavailable,
		&m365graph.Error{Status: 403}:                               agenttool.CodeScopeMissing,
		&m365auth.Error{Kind: m365auth.ErrPolicyBlocked}:            agenttool.CodePolicyBlocked,
		&agenttool.Error{Code: agenttool.CodeCandidates}:            agenttool.CodeCandidates,
		errors.New("dial tcp 10.0.0.1"):                             agenttool.CodeUnavailable,
	} {
		got := g.explain(t.Context(), err, target{scopes: []string{"Mail.Read"}})
		if got.Code != want || strings.Contains(got.Error(), "evil") || strings.Contains(got.Error(), "10.0.0.1") {
			t.Errorf("explain(%v) = %v, want %s without an address", err, got, want)
		}
	}
}
