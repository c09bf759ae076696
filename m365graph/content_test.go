package m365graph_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

func TestContentLinksLeadToContentHostsOnly(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(_ int, r *http.Request) (*http.Response, error) {
		if r.URL.Host == "graph.microsoft.com" {
			return reply(302, "", "Location", "https://evil.example/x?tempauth="+canary), nil
		}
		return reply(302, "", "Location", "https://evil.example/x"), nil
	}}
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

// A redirect that cannot be read, one that is followed, and a host that echoes
// what it was asked: none of them may tell the link to anybody.
func TestLinksAreToldToNobody(t *testing.T) {
	t.Parallel()
	const first = "https://contoso.sharepoint.com/dl?tempauth=" + canary
	for name, second := range map[string]func(r *http.Request) *http.Response{
		"an unreadable redirect": func(*http.Request) *http.Response {
			return reply(302, "", "Location", "https://contoso.sharepoint.com/100%.txt?tempauth="+canary)
		},
		"a text that echoes": func(r *http.Request) *http.Response { return reply(403, "cannot serve "+r.URL.String()) },
		"an error that echoes": func(r *http.Request) *http.Response {
			return reply(403, fmt.Sprintf(`{"error":{"code":"x","message":"cannot serve %s now"}}`, r.URL))
		},
		"a circle": func(*http.Request) *http.Response { return reply(302, "", "Location", first) },
		"a redirect": func(r *http.Request) *http.Response {
			if r.URL.Host == "other.svc.ms" {
				return reply(200, "content")
			}
			return reply(302, "", "Location", "https://other.svc.ms/x")
		},
	} {
		w := &wire{answer: func(n int, r *http.Request) (*http.Response, error) {
			if n == 0 {
				return reply(302, "", "Location", first), nil
			}
			return second(r), nil
		}}
		d, err := setup(t, w).Download(t.Context(), m365graph.P("me", "x", "content"), nil)
		if (err == nil) != (name == "a redirect") {
			t.Errorf("%s: Download = %v, %v", name, d, err)
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, canary) {
			t.Errorf("%s: the error tells the link: %s", name, text)
		}
		for _, r := range w.requests() {
			if referer := r.Header.Get("Referer"); referer != "" {
				t.Errorf("%s: %s was told the link as Referer %s", name, r.URL.Host, referer)
			}
		}
		if n := len(w.requests()); n > 7 {
			t.Errorf("%s: %d requests, want an end soon", name, n)
		}
	}
}

func TestContentErrorsKeepTheLinkToThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, answer := range map[string]func() (*http.Response, error){
			"reset": func() (*http.Response, error) { return nil, errReset },
			"403":   func() (*http.Response, error) { return graphError(403, "accessDenied"), nil },
		} {
			w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return answer() }}
			s := session()
			_, err := setup(t, w).Upload(t.Context(), s, strings.NewReader("x"), 1, nil)
			if text := fmt.Sprintf("%v %+v %#v %+v", err, err, err, s); err == nil || strings.Contains(text, canary) {
				t.Errorf("%s: %s", name, text)
			}
		}
	})
}
