package m365graph_test

import (
	"errors"
	"testing"

	"github.com/m365go/sdk/m365graph"
)

func TestCountAsksForTheNumberOnly(t *testing.T) {
	t.Parallel()
	w := tap(t, lasting(replying(200, "\xef\xbb\xbf4294967296\r\n", "Content-Type", "text/plain")))
	q := &m365graph.Query{
		Filter: m365graph.Where("startswith(displayName, ?)", "S"), Search: "displayName:Desk", Params: map[string]string{"a": "b"},
		Select: []string{"id"}, OrderBy: []string{"displayName"}, Top: 5, Skip: 1, Count: true, Cursor: nextRoot, MaxItems: 1,
	}
	for path, of := range map[string]struct {
		collection m365graph.Path
		eventual   bool // said by the caller
		level      string
	}{
		"/v1.0/users/$count":                      {m365graph.P("users"), false, "eventual"},
		"/v1.0/groups/a%2Fb/members/$count":       {m365graph.P("groups", "a/b", "members"), false, "eventual"},
		"/v1.0/me/drive/root:/a:/children/$count": {m365graph.P("me", "drive", "root").At("a").Join("children"), false, ""},
		"/v1.0/me/messages/$count":                {m365graph.P("me", "messages"), false, ""},
		"/v1.0/roleManagement/$count":             {m365graph.P("roleManagement"), true, "eventual"},
	} {
		q.Eventual = of.eventual
		got, err := m365graph.Count(t.Context(), setup(t, w), of.collection, q)
		if got != 1<<32 || err != nil {
			t.Errorf("Count(%s) = %d, %v, want %d", of.collection, got, err, 1<<32)
		}
		all := w.requests()
		req := all[len(all)-1]
		if level := req.Header.Get("ConsistencyLevel"); req.URL.EscapedPath() != path || level != of.level {
			t.Errorf("Count asked %s with ConsistencyLevel %q, want %s and %q", req.URL.EscapedPath(), level, path, of.level)
		}
		if want := "$filter=startswith%28displayName%2C%20%27S%27%29&$search=%22displayName%3ADesk%22&a=b"; req.URL.RawQuery != want {
			t.Errorf("Count asked %s, want %s", req.URL.RawQuery, want)
		}
	}
}

func TestCountRefusesWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "many", "1.5", `"3"`, "null", "<html>", "99999999999999999999", "1 2"} {
		if n, err := m365graph.Count(t.Context(), setup(t, tap(t, replying(200, body))), m365graph.P("users"), nil); err == nil || n != 0 {
			t.Errorf("Count answered with %q = %d, want an error", body, n)
		}
	}
	w := tap(t, refusing(400, "Request_BadRequest"))
	if _, err := m365graph.Count(t.Context(), setup(t, w), m365graph.P(""), nil); err == nil || len(w.requests()) != 0 {
		t.Errorf("Count of an empty path = %v after %d requests", err, len(w.requests()))
	}
	var refused *m365graph.Error
	if _, err := m365graph.Count(t.Context(), setup(t, w), m365graph.P("users"), nil); !errors.As(err, &refused) {
		t.Errorf("Count refused = %v, want an *Error", err)
	}
}
