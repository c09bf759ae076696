package graphtest

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of routes in README.md anew")

// The table of the README stands between these lines.
const (
	tableBegins = "<!-- routes: written by go test -run TestReadmeRoutes -update -->\n"
	tableEnds   = "<!-- end of routes -->\n"
)

// TestReadmeRoutes holds the table to the routes.
func TestReadmeRoutes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), tableBegins)
	table, after, ends := strings.Cut(rest, tableEnds)
	if !found || !ends {
		t.Fatal("README.md has no table of routes")
	}
	want := routesOfReadme()
	if table == want {
		return
	}
	if !*update {
		t.Fatal("the table of README.md is not of these routes: go test -run TestReadmeRoutes -update")
	}
	if err := os.WriteFile("README.md", []byte(before+tableBegins+want+tableEnds+after), 0o600); err != nil {
		t.Fatal(err)
	}
}

func routesOfReadme() string {
	all := slices.Concat(allRoutes()...)
	slices.SortStableFunc(all, func(a, b route) int { return cmp.Compare(a.pattern, b.pattern) })
	var b strings.Builder
	b.WriteString("\n| Request | Query options | Delegated permissions | Application permissions | Known differences |\n|---|---|---|---|---|\n")
	for i := range all {
		r := &all[i]
		options := strings.Join(r.options.names(), " ")
		if options != "" {
			options = "`" + options + "`"
		}
		request := "`" + r.method + " " + r.pattern + "`"
		if r.doc != "" {
			request = "[" + request + "](" + r.doc + ")"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", request, options, permissions(r), strings.ReplaceAll(r.differs, "|", "\\|"))
	}
	b.WriteString("\n")
	return b.String()
}

// permissions are the two cells on who may ask.
func permissions(r *route) string {
	switch {
	case r.content:
		return "none: the URL is signed | none"
	case r.public:
		return "any | any"
	case len(r.scopes) == 0:
		return "not for people | " + strings.Join(r.roles, ", ")
	case r.roles == nil:
		return strings.Join(r.scopes, ", ") + " | the same"
	case len(r.roles) == 0:
		return strings.Join(r.scopes, ", ") + " | not for applications"
	}
	return strings.Join(r.scopes, ", ") + " | " + strings.Join(r.roles, ", ")
}

func TestRoutesAreDocumented(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range slices.Concat(allRoutes()...) {
		name := r.method + " " + r.pattern
		if seen[plainPattern(name)] && !r.content {
			t.Errorf("%s stands twice", name)
		}
		seen[plainPattern(name)] = true
		if r.service == nil || r.handle == nil || r.options == 0 {
			t.Errorf("%s has no service, no handler or no query options", name)
		}
		if !strings.HasPrefix(r.doc, "https://learn.microsoft.com/graph/") && !strings.HasPrefix(r.doc, "https://learn.microsoft.com/entra/") {
			t.Errorf("%s follows %q, want a page of learn.microsoft.com", name, r.doc)
		}
		if r.differs != "" && !strings.HasSuffix(r.differs, ".") {
			t.Errorf("%s differs by %q, want a sentence", name, r.differs)
		}
		if len(r.scopes)+len(r.roles) == 0 && !r.public && !r.content {
			t.Errorf("%s needs no permission and is not public", name)
		}
	}
}
