package graphtest_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// A signature is checked once, but all else of a token each time.
func TestAKnownTokenIsJudgedAnew(t *testing.T) {
	t.Parallel()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	clock := graphtest.NewClock(now)
	current, claims := keys, ""
	s, err := graphtest.New(&graphtest.Options{
		Keys:   func(ctx context.Context, kid string) (crypto.PublicKey, error) { return current(ctx, kid) },
		Issuer: issuer, Tenant: office(), Now: clock.Now, Challenge: func(string) string { return claims },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := &fixture{s, mint(t, nil)}
	expect := func(what string, want int) {
		t.Helper()
		for range 2 {
			if a := f.do(t, "GET", "/me", ""); a.status != want {
				t.Errorf("%s = %d, want %d", what, a.status, want)
			}
		}
	}
	expect("a good token", 200)
	claims = "{}"
	expect("one that was called back", 401)
	claims = ""
	expect("one that is good again", 200)
	current = func(context.Context, string) (crypto.PublicKey, error) { return other.Public(), nil }
	expect("one whose key was changed", 401)
	current = keys
	expect("one whose key is back", 200)
	clock.Advance(2 * time.Hour)
	expect("one that has expired", 401)
}
