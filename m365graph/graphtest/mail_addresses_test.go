package graphtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// staff is the office with groups that take mail, one within the other.
func staff() *graphtest.Tenant {
	tenant := office()
	tenant.Users[1].Profile.Aliases = []string{"plant@contoso.example"}
	tenant.Groups = []*graphtest.Group{
		{ID: "11111111-0000-4000-8000-000000000001", DisplayName: "Everybody", Mail: "everybody@contoso.example", Members: []string{salesID, "11111111-0000-4000-8000-000000000002"}},
		{ID: "11111111-0000-4000-8000-000000000002", DisplayName: "Plant", Mail: "crew@contoso.example", Members: []string{opsID, "11111111-0000-4000-8000-000000000001"}},
	}
	return tenant
}

// to writes recipients.
func to(addresses ...string) string {
	var b strings.Builder
	for i, a := range addresses {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"emailAddress":{"address":%q}}`, a)
	}
	return "[" + b.String() + "]"
}

func TestEachMailboxGetsAMessageOnce(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]string{
		"named twice":         `"toRecipients":` + to("ops@contoso.example") + `,"ccRecipients":` + to("OPS@contoso.example"),
		"by an alias, too":    `"toRecipients":` + to("plant@contoso.example", "ops@contoso.example"),
		"by a group":          `"toRecipients":` + to("crew@contoso.example"),
		"by groups in groups": `"toRecipients":` + to("everybody@contoso.example") + `,"bccRecipients":` + to("crew@contoso.example", "ops@contoso.example"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, staff())
			f.must(t, http.StatusAccepted, "POST", "/me/sendMail", `{"message":{"subject":"News",`+fields+`}}`)
			if got, _ := walk(t, f.as(t, opsID), "/me/mailFolders/inbox/messages"); len(got) != 1 {
				t.Errorf("Operations got %q, want the message once", got)
			}
			if got, _ := walk(t, f, "/me/mailFolders/sentitems/messages"); len(got) != 1 {
				t.Errorf("Sent Items has %q, want the message once", got)
			}
			for _, m := range f.get(t, "/me/mailFolders/inbox/messages")["value"].([]any) {
				if s := m.(map[string]any)["subject"]; s != "News" {
					t.Errorf("the sender was told %q, want nothing undeliverable", s)
				}
			}
		})
	}
}

func TestAddressesFollowTheDirectory(t *testing.T) {
	t.Parallel()
	f := setup(t, staff())
	f.token = mint(t, map[string]any{"scp": mailScopes + " User.ReadWrite.All"})
	f.must(t, http.StatusNoContent, "PATCH", "/users/"+opsID, `{"mail":"works@contoso.example"}`)
	f.must(t, http.StatusAccepted, "POST", "/me/sendMail", `{"message":{"subject":"New","toRecipients":`+to("works@contoso.example")+`}}`)
	if got, _ := walk(t, f.as(t, opsID), "/me/mailFolders/inbox/messages"); len(got) != 1 {
		t.Errorf("the new address got %q, want the message", got)
	}
	f.must(t, http.StatusNoContent, "DELETE", "/users/"+opsID, "")
	f.must(t, http.StatusAccepted, "POST", "/me/sendMail", `{"message":{"subject":"Gone","toRecipients":`+to("works@contoso.example")+`}}`)
	if got, _ := walk(t, f, "/me/mailFolders/inbox/messages"); len(got) != 1 || got[0] != "Undeliverable: Gone" {
		t.Errorf("the sender was told %q, want that nobody is there", got)
	}
}

func TestTooManyRecipientsAreRefusedQuickly(t *testing.T) {
	t.Parallel()
	f := setup(t, staff())
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprintf("a%d@contoso.example", i)
	}
	if a := f.do(t, "POST", "/me/sendMail", `{"message":{"toRecipients":`+to(many...)+`}}`); a.status != http.StatusBadRequest || a.code(t) != "ErrorInvalidRecipients" {
		t.Errorf("10,000 recipients = %d %s, want 400", a.status, a.body)
	}
	f.must(t, http.StatusAccepted, "POST", "/me/sendMail", `{"message":{"toRecipients":`+to(many[:500]...)+`}}`)
}
