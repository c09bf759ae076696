package entra_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestSignInIsServedFromMemoryAndFromDisk(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	first := b.provider(t)
	want := b.signIn(t, first, sales, "Mail.Read", "User.Read")
	if got, wantName := want.Account.Username, sales; got != wantName {
		t.Errorf("Wait().Account.Username = %q, want %q", got, wantName)
	}
	before := len(b.server.Requests())
	for name, p := range map[string]m365auth.TokenProvider{"the same provider": first, "another provider": b.provider(t)} {
		got, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
		if err != nil {
			t.Fatalf("%s: Token() error: %v", name, err)
		}
		if !got.Access.Equal(want.Access) {
			t.Errorf("%s: Token() = another token, want the one signed in with", name)
		}
		if diff := cmp.Diff(want.Account, got.Account); diff != "" {
			t.Errorf("%s: Token().Account (-want +got):\n%s", name, diff)
		}
	}
	if got := len(b.server.Requests()) - before; got != 0 {
		t.Errorf("requests for cached tokens = %d, want 0", got)
	}
}
