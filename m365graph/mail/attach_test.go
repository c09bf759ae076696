package mail_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
	"github.com/m365go/sdk/m365graph/mail"
)

// attachments are the routes of files below a message.
const (
	postAttachment  = "POST /~/messages/{message}/attachments"
	attachmentSlice = "PUT /api/v2.0/users/{user}/messages/{message}/attachmentSessions/{session}"
)

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

// draft makes a message to attach to.
func draft(t *testing.T, x *testtenant.Tenant) string {
	t.Helper()
	m, err := m365graph.Post[mail.Message](t.Context(), x.Client, m365graph.P("me", "messages"), map[string]string{"subject": "with a file"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

// attached reads a file back.
func attached(t *testing.T, x *testtenant.Tenant, message, id string) mail.Attachment {
	t.Helper()
	a, err := m365graph.Get[mail.Attachment](t.Context(), x.Client, m365graph.P("me", "messages", message, "attachments", id), nil)
	if err != nil {
		t.Fatal(err)
	}
	return *a
}

func routes(x *testtenant.Tenant, from int) (got []string) {
	for _, r := range x.Graph.Requests()[from:] {
		got = append(got, r.Route)
	}
	return got
}

func TestAttachTakesFilesOfAnySize(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	for _, tt := range []struct{ size, requests int }{{0, 1}, {1, 1}, {2_999_999, 1}, {3_000_000, 2}, {9_000_001, 4}} {
		message, file := draft(t, x), noise(tt.size)
		before := len(x.Graph.Requests())
		var sent int64 = -1
		id, err := c.Attach(t.Context(), message, "Übersicht 1.bin", "application/x-noise", bytes.NewReader(file), int64(tt.size), &mail.AttachOptions{
			Progress: func(n, _ int64) { sent = n },
		})
		if err != nil {
			t.Fatalf("Attach of %d bytes = %v", tt.size, err)
		}
		if got := routes(x, before); len(got) != tt.requests {
			t.Errorf("Attach of %d bytes sent %v, want %d requests", tt.size, got, tt.requests)
		}
		got := attached(t, x, message, id)
		if !bytes.Equal(got.ContentBytes, file) || got.Name != "Übersicht 1.bin" || got.ContentType != "application/x-noise" || got.IsInline || sent != int64(tt.size) {
			t.Errorf("%d bytes of %d came back, as %q (%s, inline %t), progress %d", len(got.ContentBytes), tt.size, got.Name, got.ContentType, got.IsInline, sent)
		}
	}
	for _, r := range x.Graph.Requests() {
		if r.Content && r.Bearer {
			t.Errorf("%s carried the token to the content host", r.Path)
		}
	}
}

func TestAPictureInTheTextHasAContentID(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	for _, size := range []int{10, 3_000_000} {
		message := draft(t, x)
		id, err := c.Attach(t.Context(), message, "logo.png", "image/png", bytes.NewReader(noise(size)), int64(size), &mail.AttachOptions{ContentID: "logo"})
		if err != nil {
			t.Fatal(err)
		}
		if got := attached(t, x, message, id); !got.IsInline || got.ContentID != "logo" {
			t.Errorf("%d bytes: inline %t, contentId %q, want the picture of the text", size, got.IsInline, got.ContentID)
		}
	}
}

func TestAttachArrivesWhole(t *testing.T) {
	t.Parallel()
	file := noise(8_000_000)
	for name, fault := range map[string]graphtest.Fault{
		"throttled": {Code: "TooManyRequests", RetryAfter: "0.01"}, "cut before": {Cut: graphtest.CutBefore}, "cut after": {Cut: graphtest.CutBefore, After: true},
		"504 after": {Status: 504, Code: "generalException", RetryAfter: "0.01", After: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, x := setup(t, 0)
			fault.Route, fault.Skip = attachmentSlice, 1
			if err := x.Graph.Fail(fault); err != nil {
				t.Fatal(err)
			}
			message := draft(t, x)
			id, err := c.Attach(t.Context(), message, "big.bin", "", bytes.NewReader(file), int64(len(file)), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := attached(t, x, message, id); !bytes.Equal(got.ContentBytes, file) {
				t.Errorf("%d bytes came back, want the %d attached", len(got.ContentBytes), len(file))
			}
		})
	}
}

func TestAttachIsResumedByAnotherProcess(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	message, file := draft(t, x), noise(9_000_000)
	ctx, crash := context.WithCancel(t.Context())
	var saved m365auth.Secret
	_, err := c.Attach(ctx, message, "big.bin", "", bytes.NewReader(file), int64(len(file)), &mail.AttachOptions{
		Began: func(s *m365graph.UploadSession) error { saved = s.Save(); return nil },
		Progress: func(sent, _ int64) {
			if sent > 5_000_000 {
				crash()
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Attach = %v, want the crash", err)
	}
	session, err := m365graph.ResumeUploadSession(saved)
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.Attach(t.Context(), message, "big.bin", "", bytes.NewReader(file), int64(len(file)), &mail.AttachOptions{Session: session})
	if err != nil {
		t.Fatal(err)
	}
	if got := attached(t, x, message, id); !bytes.Equal(got.ContentBytes, file) {
		t.Errorf("%d bytes came back, want the %d attached", len(got.ContentBytes), len(file))
	}
}

func TestAnAttachmentThatFailsLeavesNoSession(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	message, file := draft(t, x), noise(3_000_000)
	if err := x.Graph.Fail(graphtest.Fault{Route: attachmentSlice, Status: 507, Code: "quotaLimitReached"}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Attach(t.Context(), message, "big.bin", "", bytes.NewReader(file), int64(len(file)), nil)
	all := x.Graph.Requests()
	if last := all[len(all)-1]; !errors.Is(err, m365graph.ErrQuota) || last.Method != http.MethodDelete || last.Status != 204 {
		t.Errorf("Attach = %v and then %s, want ErrQuota and the session deleted", err, last.Method)
	}
}

func TestAnAttachmentWhoseAnswerIsLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	for size, route := range map[int]string{10: postAttachment, 3_000_000: attachmentSlice} {
		c, x := setup(t, 0)
		message := draft(t, x)
		if err := x.Graph.Fail(graphtest.Fault{Route: route, Cut: graphtest.CutBefore, After: true}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Attach(t.Context(), message, "x.bin", "", bytes.NewReader(noise(size)), int64(size), nil)
		if !errors.Is(err, m365graph.ErrAmbiguous) {
			t.Errorf("Attach of %d bytes = %v, want ErrAmbiguous", size, err)
		}
		list, err := m365graph.Collect[mail.Attachment](t.Context(), x.Client, m365graph.P("me", "messages", message, "attachments"), nil)
		if err != nil || len(list) != 1 {
			t.Errorf("%d attachments, %v, want the one that arrived", len(list), err)
		}
	}
}

func TestAttachRefusesWhatHasNoPlace(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	before := len(x.Graph.Requests())
	for name, attach := range map[string]func() (string, error){
		"no name": func() (string, error) { return c.Attach(t.Context(), "1", "", "", strings.NewReader("x"), 1, nil) },
		"no size": func() (string, error) { return c.Attach(t.Context(), "1", "x", "", strings.NewReader("x"), -1, nil) },
		"too large": func() (string, error) {
			return c.Attach(t.Context(), "1", "x", "", strings.NewReader("x"), 150<<20+1, nil)
		},
		"no message": func() (string, error) { return c.Attach(t.Context(), "", "x", "", strings.NewReader("x"), 1, nil) },
		"less than it says": func() (string, error) {
			return c.Attach(t.Context(), "1", "x", "", strings.NewReader("x"), 2, nil)
		},
	} {
		if id, err := attach(); err == nil || id != "" {
			t.Errorf("%s: Attach = %q, %v, want an error", name, id, err)
		}
	}
	if n := len(x.Graph.Requests()) - before; n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

// attachedAt attaches a file whose address, as Outlook tells it, is the given one.
func attachedAt(t *testing.T, x *testtenant.Tenant, location string) (string, error) {
	t.Helper()
	if err := x.Graph.Fail(graphtest.Fault{Route: attachmentSlice, Header: http.Header{"Location": {location}}}); err != nil {
		t.Fatal(err)
	}
	const size = 3_000_000
	return mail.New(x.Client).Attach(t.Context(), draft(t, x), "x", "", bytes.NewReader(make([]byte, size)), size, nil)
}

const outlookHost = "https://outlook.office.com/api/v2.0/Users('a8e8e219-4931-95c1-b73d-62626fd79c32@72aa88bf-76f0-494f-91ab-2d7cd730db47')/Messages('AAMkADI5MAAIT3drCAAA=')/"

func TestTheIDOfAnAttachmentStandsInItsAddress(t *testing.T) {
	t.Parallel()
	x := testtenant.InMemory(t, testtenant.Issuer(t), nil)
	for location, want := range map[string]string{
		outlookHost + "Attachments('AAMkADI5MAAIT3drCAAABEgAQANAqbAe7qaROhYdTnUQwXm0=')": "AAMkADI5MAAIT3drCAAABEgAQANAqbAe7qaROhYdTnUQwXm0=",
		outlookHost + "Attachments('AAMk%3D')?x='y'#z":                                   "AAMk=",
		outlookHost + "attachments(%27AA/Mk%27)":                                         "AA/Mk",
		outlookHost + "Attachments('it''s')":                                             "it's",
		"/api/v2.0/me/messages/1/attachments/AAMk=":                                      "AAMk=",
		"Attachments('AAMk=')":                                                           "",
		outlookHost:                                                                      "",
		"":                                                                               "",
		outlookHost + "Attachments('')":                                                  "",
		outlookHost + "Attachments('a b')":                                               "",
		outlookHost + "Attachments('" + strings.Repeat("a", 5000) + "')": "",
		outlookHost + "Attachments('a')/$value":                          "",
		"%zz":                                                            "",
	} {
		id, err := attachedAt(t, x, location)
		if id != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, m365graph.ErrAmbiguous) {
			t.Errorf("Attach with the Location %q = %q, %v, want %q, or ErrAmbiguous as it is attached", location, id, err, want)
		}
	}
}

func FuzzAttachmentLocation(f *testing.F) {
	f.Add(outlookHost + "Attachments('AAMkADI5MAAIT3drCAAABEgAQANAqbAe7qaROhYdTnUQwXm0=')")
	f.Add("/attachments/x")
	f.Add("https://outlook.office.com/Attachments('\u212a')")
	f.Add("//attachments('%2e%2e')")
	issuer := testtenant.Issuer(f)
	f.Fuzz(func(t *testing.T, location string) {
		x := testtenant.InMemory(t, issuer, nil)
		id, err := attachedAt(t, x, location)
		if (id == "") != (err != nil) || strings.ContainsAny(id, " \r\n\t\x00\x7f") {
			t.Errorf("Attach with the Location %q = %q, %v", location, id, err)
		}
	})
}

// A file that is attached must not be attached twice for an answer that a
// gateway spoilt.
func TestAnAttachmentWhoseAnswerCannotBeReadIsAmbiguous(t *testing.T) {
	t.Parallel()
	for _, fault := range []graphtest.Fault{
		{JSON: graphtest.JSONEmpty}, {JSON: graphtest.JSONTruncated}, {Patch: "null"}, {Patch: `{"id":null}`}, {Patch: `{"id":7}`},
		{After: true, Status: 201, HTML: "<html>"},
	} {
		c, x := setup(t, 0)
		message := draft(t, x)
		fault.Route = postAttachment
		if err := x.Graph.Fail(fault); err != nil {
			t.Fatal(err)
		}
		id, err := c.Attach(t.Context(), message, "x", "", strings.NewReader("x"), 1, nil)
		if !errors.Is(err, m365graph.ErrAmbiguous) || id != "" {
			t.Errorf("Attach answered with %+v = %q, %v, want ErrAmbiguous", fault, id, err)
		}
		x.Graph.AssertExecuted(t, postAttachment, 1)
	}
}
