package authtool_test

import (
	"context"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
)

func TestNoSecretIsSaid(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	s.Fail(entratest.Fault{Endpoint: entratest.Token, Status: 503, Body: "busy"})
	s.Fail(entratest.Fault{Endpoint: entratest.Token, Cut: true})
	b.signIn(s, desk, sales)
	b.signIn(s, night, admin)
	b.ask(desk, `{"operation":"accounts"}`)
	s.Fail(entratest.Fault{Endpoint: entratest.Token, After: true, Body: `{"error":"odd"}`, Status: 400, Count: -1})
	code := b.ask(desk, `{"operation":"login"}`).SignIn.UserCode
	if err := s.Approve(code, sales); err != nil {
		t.Fatal(err)
	}
	b.settled(desk)
	b.ask(desk, `{"operation":"logout"}`)
	if err := b.cleanup(context.Background()); err != nil {
		t.Fatal(err)
	}
	issued, heard := s.Issued(), b.heard()
	if len(issued) < 6 {
		t.Fatalf("%d secrets were issued, want codes and tokens to look for", len(issued))
	}
	for _, secret := range issued {
		if strings.Contains(heard, secret) {
			t.Errorf("an answer or the log shows a secret that begins with %.8s", secret)
		}
	}
	if !strings.Contains(heard, sales) {
		t.Errorf("heard %.200q, want answers to look through", heard)
	}
}
