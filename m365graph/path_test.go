package m365graph_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

func TestPathEscapesEachElement(t *testing.T) {
	t.Parallel()
	root := m365graph.P("me", "drive", "root")
	for _, tt := range []struct {
		path m365graph.Path
		want string
	}{
		{m365graph.P("me", "messages"), "/me/messages"},
		{m365graph.P("users", "$count"), "/users/$count"},
		{m365graph.P("me", "messages", "AAMk=/+"), "/me/messages/AAMk%3D%2F%2B"},
		{m365graph.P("users", "a#b@contoso.example"), "/users/a%23b%40contoso.example"},
		{m365graph.P("sites", "contoso.example,1,2"), "/sites/contoso.example%2C1%2C2"},
		{root.At("10:30 x?.txt"), "/me/drive/root:/10%3A30%20x%3F.txt"},
		{root.At("/a b/ü/c/"), "/me/drive/root:/a%20b/%C3%BC/c"},
		{root.At(""), "/me/drive/root"},
		{root.At("").Join("children"), "/me/drive/root/children"},
		{root.At("a/b").Join("content"), "/me/drive/root:/a/b:/content"},
		{root.At("a").At("b"), "/me/drive/root:/a/b"},
		{root.At("a").Func("delta"), "/me/drive/root:/a:/delta()"},
		{root.Func("search", "q", "it's 5%"), "/me/drive/root/search(q='it%27%27s%205%25')"},
	} {
		if err := tt.path.Err(); err != nil {
			t.Errorf("path %s: %v", tt.want, err)
		}
		if got := tt.path.String(); got != tt.want {
			t.Errorf("path = %s, want %s", got, tt.want)
		}
	}
}

func TestPathRefusesElementsThatNameAnotherResource(t *testing.T) {
	t.Parallel()
	for _, p := range []m365graph.Path{
		{}, m365graph.P(), m365graph.P("users", "../../me"), m365graph.P("users", `a\..\b`), m365graph.P("users", ""), m365graph.P("users", ".."), m365graph.P("users", ".", "messages"),
		m365graph.P("me", "drive", "root").At("a/../b"), m365graph.P("me", "drive", "root").At("a//b"),
		m365graph.P("me").Func("search", "q"), m365graph.P("me/messages"), m365graph.P("/me"),
	} {
		if p.Err() == nil {
			t.Errorf("path %q was taken, want an error", p)
		}
	}
}

func TestAParsedPathGoesOnWhereItIs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"/me/drive/root:/Reports":    {"/me/drive/root:/Reports:/children", "/me/drive/root:/Reports/a"},
		"/me/drive/root":             {"/me/drive/root/children", "/me/drive/root:/a"},
		"/me/drive/items/1:/a/b.txt": {"/me/drive/items/1:/a/b.txt:/children", "/me/drive/items/1:/a/b.txt/a"},
	} {
		p, err := m365graph.ParsePath(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Join("children").String(); got != want[0] {
			t.Errorf("ParsePath(%q).Join = %s, want %s", in, got, want[0])
		}
		if got := p.At("a").String(); got != want[1] {
			t.Errorf("ParsePath(%q).At = %s, want %s", in, got, want[1])
		}
	}
}

func TestParsePath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/me/messages":                           "/me/messages",
		"me/messages":                            "/me/messages",
		"/users/a@contoso.example/messages":      "/users/a@contoso.example/messages",
		"/me/drive/root:/a b/c.txt:/content":     "/me/drive/root:/a%20b/c.txt:/content",
		"/me/drive/root:/100%25.txt":             "/me/drive/root:/100%25.txt",
		"/me/drive/root/search(q='it''s')":       "/me/drive/root/search(q='it''s')",
		"/me/mailFolders('inbox')/messages":      "/me/mailFolders('inbox')/messages",
		"/me/drive/root:/Résumé.pdf":             "/me/drive/root:/R%C3%A9sum%C3%A9.pdf",
		"/sites/contoso.example:/sites/s:/drive": "/sites/contoso.example:/sites/s:/drive",
	} {
		got, err := m365graph.ParsePath(in)
		if err != nil || got.String() != want {
			t.Errorf("ParsePath(%q) = %s, %v, want %s", in, got, err, want)
		}
	}
}

func TestParsePathRefusesWhatCouldLeadElsewhere(t *testing.T) {
	t.Parallel()
	for _, in := range hostilePaths {
		if got, err := m365graph.ParsePath(in); err == nil {
			t.Errorf("ParsePath(%q) = %s, want an error", in, got)
		}
	}
}

var hostilePaths = []string{
	"", "/", "//", "//evil.example/me", "https://evil.example/me", "http://graph.microsoft.com", "/me//messages", "/me/",
	"/me/../users", "/me/./x", "/me/%2e%2e/users", "/me/.%2e/users", "/me/%252e%252e/users", "/me/a%2fb", "/me/a%2Fb", "/me/a%5cb",
	"/me/a\\b", "/me/%252f", "/me?x=1", "/me#x", "/me/%zz", "/me/%", "/me/\r\nHost: evil", "/me/%0d%0a", "/me/a\x00b", "/me/:/b",
	"/me/ /b", "/" + strings.Repeat("a", 9000),
}

// Whatever ParsePath takes stays on the host, below the version, and without a
// segment that a server could read as another place.
func FuzzParsePath(f *testing.F) {
	for _, s := range hostilePaths {
		f.Add(s)
	}
	f.Add("/me/drive/root:/a b/ü.txt:/content")
	f.Fuzz(func(t *testing.T, in string) {
		p, err := m365graph.ParsePath(in)
		if err != nil {
			return
		}
		u, err := url.Parse("https://graph.example/v1.0" + p.String())
		if err != nil {
			t.Fatalf("ParsePath(%q) = %q, which is no URL: %v", in, p, err)
		}
		if u.Host != "graph.example" || u.RawQuery != "" || u.Fragment != "" || !strings.HasPrefix(u.EscapedPath(), "/v1.0/") {
			t.Errorf("ParsePath(%q) leads to %s", in, u)
		}
		for s := range strings.SplitSeq(strings.TrimPrefix(u.EscapedPath(), "/v1.0/"), "/") {
			plain, err := url.PathUnescape(s)
			if err != nil || plain == "" || plain == "." || plain == ".." || strings.ContainsAny(plain, "/\\\r\n\x00") {
				t.Errorf("ParsePath(%q) has the segment %q", in, s)
			}
		}
	})
}

func TestAPathInOnePieceIsToldTheRemedy(t *testing.T) {
	t.Parallel()
	err := m365graph.P("me/messages").Err()
	for _, want := range []string{`"me/messages"`, `P("me", "messages")`, "ParsePath"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("P(%q).Err() = %v, want it to name %s", "me/messages", err, want)
		}
	}
}

// A path on the wire reads back as exactly the elements that it was made of.
func FuzzPath(f *testing.F) {
	f.Add("users", "a/b+c=", "it's 5%:")
	f.Add("me", "..", "a/../b")
	f.Add("a?b", "c#d", "e;f\\g")
	f.Add("$count", "\x00", "\xff")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		p := m365graph.P(a, b, c)
		if p.Err() == nil {
			wantElements(t, p, a, b, c)
		}
		if at := m365graph.P("drive", "root").At(b).Join(c); at.Err() == nil {
			names := strings.Split(strings.Trim(b, "/"), "/")
			if strings.Trim(b, "/") == "" {
				wantElements(t, at, "drive", "root", c)
				return
			}
			names[len(names)-1] += ":"
			wantElements(t, at, append(append([]string{"drive", "root:"}, names...), c)...)
		}
		fn := m365graph.P("drive", "root").Func("search", "q", c)
		wantElements(t, fn, "drive", "root", "search(q='"+strings.ReplaceAll(c, "'", "''")+"')")
	})
}

func wantElements(t *testing.T, p m365graph.Path, want ...string) {
	t.Helper()
	u, err := url.Parse("https://graph.example" + p.String())
	if err != nil || u.Host != "graph.example" || u.RawQuery != "" || u.Fragment != "" {
		t.Fatalf("the path %q makes the URL %v (%v)", p, u, err)
	}
	var got []string
	for s := range strings.SplitSeq(u.EscapedPath()[1:], "/") {
		plain, err := url.PathUnescape(s)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, plain)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("elements of the path %q (-want +got):\n%s", p, diff)
	}
}
