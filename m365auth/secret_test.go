package m365auth_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
)

const canary = "canary-secret-that-must-not-be-seen"

// holder holds secrets in every way that a struct can.
type holder struct {
	Exported   m365auth.Secret
	Pointer    *m365auth.Secret
	unexported m365auth.Secret
	List       []m365auth.Secret
	Map        map[string]m365auth.Secret
	Any        any
}

type document struct{ S m365auth.Secret }

func newHolder() holder {
	s := m365auth.NewSecret(canary)
	return holder{s, &s, s, []m365auth.Secret{s}, map[string]m365auth.Secret{"k": s}, s}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	s, h := m365auth.NewSecret(canary), newHolder()
	token := m365auth.Token{Access: s}
	cfg := m365auth.Config{ClientID: "id", ClientSecret: s, CertificatePassword: s}
	var out bytes.Buffer
	for _, v := range []any{s, &s, h, &h, h.unexported, token, &token, cfg, &cfg, []any{s, h}, fmt.Errorf("%v", s)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10.3v"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("log", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("log", "v", v)
	}
	for _, v := range []any{s, h, token, cfg} {
		doc, err := json.Marshal(v)
		if err != nil {
			t.Errorf("json.Marshal(%T): %v", v, err)
		}
		out.Write(doc)
	}
	if err := xml.NewEncoder(&out).Encode(document{s}); err != nil {
		t.Errorf("xml: %v", err)
	}
	if !strings.Contains(out.String(), "REDACTED") {
		t.Error("nothing says REDACTED, so nothing was tested")
	}
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), canary[:10]} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the secret was printed as %q", form)
		}
	}
}

func TestSecretIsNotEncodedToBeReadBack(t *testing.T) {
	t.Parallel()
	if err := gob.NewEncoder(new(bytes.Buffer)).Encode(struct{ S m365auth.Secret }{m365auth.NewSecret(canary)}); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("gob = %v, want an error without the secret", err)
	}
	var s m365auth.Secret
	if err := json.Unmarshal([]byte(`"`+canary+`"`), &s); err == nil || strings.Contains(err.Error(), canary) || !s.IsZero() {
		t.Errorf("json.Unmarshal = %v, want an error without the secret", err)
	}
}

func TestSecretReveals(t *testing.T) {
	t.Parallel()
	s := m365auth.NewSecret(canary)
	if s.Reveal() != canary || s.IsZero() || !s.Equal(m365auth.NewSecret(canary)) || s.Equal(m365auth.NewSecret("x")) {
		t.Error("NewSecret does not hold its value")
	}
	var zero m365auth.Secret
	if zero.Reveal() != "" || !zero.IsZero() || !zero.Equal(m365auth.NewSecret("")) {
		t.Error("the zero Secret is not empty")
	}
}
