package m365graph_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

func TestContentLinksLeadToContentHostsOnly(t *testing.T) {
	t.Parallel()
	w := tap(t, replying(302, "", "Location", "https://evil.example/x?tempauth="+canary), lasting(replying(302, "", "Location", "https://evil.example/x")))
	c := setup(t, w)
	_, err := c.Download(t.Context(), m365graph.P("me", "drive", "items", "1", "content"), nil)
	if !errors.Is(err, m365graph.ErrHostNotAllowed) || strings.Contains(err.Error(), canary) {
		t.Errorf("Download = %v, want ErrHostNotAllowed without the link", err)
	}
	evil := &m365graph.UploadSession{URL: m365auth.NewSecret("https://evil.example/?tempauth=" + canary)}
	if _, err := c.Upload(t.Context(), evil, strings.NewReader("x"), 1, nil); !errors.Is(err, m365graph.ErrHostNotAllowed) {
		t.Errorf("Upload to a saved foreign link = %v, want ErrHostNotAllowed", err)
	}
	if _, err := c.Upload(t.Context(), session(), strings.NewReader("x"), 1, nil); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("Upload redirected away = %v, want an error without the link", err)
	}
	for _, r := range w.requests() {
		if r.URL.Host == "evil.example" {
			t.Errorf("%s was asked", r.URL.Host)
		}
	}
}

// ticket is what a link is as good as: whoever knows it may come.
func ticket(t *testing.T, link string) string {
	t.Helper()
	_, value, _ := strings.Cut(link, "tempauth=")
	value, _, _ = strings.Cut(value, "&")
	value, _, _ = strings.Cut(value, "%")
	if len(value) < 16 {
		t.Fatalf("%s bears no ticket", link)
	}
	return value
}

// A redirect that cannot be read, one that is followed, and a host that echoes
// what it was asked: none of them may tell the link to anybody.
func TestLinksAreToldToNobody(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, answer := range map[string]func(q question) graphtest.Fault{
		"an unreadable redirect": func(q question) graphtest.Fault {
			return replying(302, "", "Location", "https://contoso.sharepoint.com/100%.txt?"+q.r.URL.RawQuery)
		},
		"a text that echoes": func(q question) graphtest.Fault { return replying(403, "cannot serve "+q.r.URL.String()) },
		"an error that echoes": func(q question) graphtest.Fault {
			return replying(403, fmt.Sprintf(`{"error":{"code":"x","message":"cannot serve %s now"}}`, q.r.URL))
		},
		"a circle": func(q question) graphtest.Fault { return replying(302, "", "Location", q.r.URL.String()) },
		"a redirect": func(q question) graphtest.Fault {
			if q.n > 0 {
				return replying(200, "content")
			}
			return replying(302, "", "Location", "https://other.sharepoint.com/download/x")
		},
	} {
		d := newDrive(t, issuer, "content", func(q question, f *graphtest.Fault) {
			if referer := q.r.Header.Get("Referer"); referer != "" {
				t.Errorf("%s: %s was told the link as Referer %s", name, q.r.URL.Host, referer)
			}
			*f = answer(q)
		})
		got, err := d.client(t).Download(t.Context(), filePath, nil)
		if (err == nil) != (name == "a redirect") {
			t.Errorf("%s: Download = %v, %v", name, got, err)
		}
		if err == nil {
			_ = got.Close()
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, ticket(t, d.links[0])) {
			t.Errorf("%s: the error tells the link: %s", name, text)
		}
		if n := d.resolved + d.answers; n > 7 {
			t.Errorf("%s: %d requests, want an end soon", name, n)
		}
		d.assertKept(t)
	}
}

func TestContentErrorsKeepTheLinkToThemselves(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		for name, answer := range map[string]step{"cut": cut, "403": refuses(403, "accessDenied")} {
			c, s := newTalk(t, issuer, answer).fresh(t)
			_, err := c.Upload(t.Context(), s, strings.NewReader("x"), 1, nil)
			if text := fmt.Sprintf("%v %+v %#v %+v", err, err, err, s); err == nil || strings.Contains(text, ticket(t, s.URL.Reveal())) {
				t.Errorf("%s: %s", name, text)
			}
		}
	})
}
