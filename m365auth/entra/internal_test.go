package entra

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
)

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0.5": 500 * time.Millisecond, "-3": 0, "soon": 0, "NaN": 0, "1e300": 0,
		"Sun, 01 Mar 2026 12:01:00 GMT": time.Minute, "Sun, 01 Mar 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", value, got, want)
		}
	}
}

func TestARecordOfAnotherFormatIsNotRead(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "null", "{}", `{"format":2,"account":{"account_id":"a"}}`, `{"format":1}`, `{"format":1,"account":{"account_id":"a"},"tokens":"canary"}`} {
		_, err := decodeRecord([]byte(data))
		if !errors.Is(err, m365auth.ErrCacheUnavailable) || strings.Contains(err.Error(), "canary") {
			t.Errorf("decodeRecord(%s) error = %v, want %v", data, err, m365auth.ErrCacheUnavailable)
		}
	}
}

func TestANewTokenReplacesOnlyWhatItCovers(t *testing.T) {
	t.Parallel()
	now := time.Now()
	hold := func(tenant, access string, left time.Duration, scopes ...string) heldToken {
		return heldToken{tenant: tenant, asked: scopes, Token: m365auth.Token{
			Access: m365auth.NewSecret(access), Scopes: scopes, ExpiresOn: now.Add(left),
		}}
	}
	r := &record{tokens: []heldToken{
		hold("", "wide", time.Hour, "A", "B"), hold("t", "tenant", time.Hour, "A"), hold("", "expired", -1, "C"), hold("", "narrow", time.Hour, "A"),
	}}
	r = r.with(hold("", "new", time.Hour, "a"), now)
	var got []string
	for _, held := range r.tokens {
		got = append(got, held.Access.Reveal())
	}
	if s := strings.Join(got, " "); s != "tenant new" {
		t.Errorf("tokens = %q, want %q", s, "tenant new")
	}
	for range 2 * maxTokens {
		r = r.with(hold("", "more", time.Hour, strings.Repeat("X", len(r.tokens)+1)), now)
	}
	if len(r.tokens) > maxTokens {
		t.Errorf("tokens kept = %d, want at most %d", len(r.tokens), maxTokens)
	}
}

func FuzzAnAnswerKeepsItsTokens(f *testing.F) {
	f.Add(`{"access_token":"a","scope":"Mail.Read openid","expires_in":3599,"x":1e400}`)
	f.Add(`{"access_token":"a","scope":7}`)
	f.Add(`{"access_token":null}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		x := &exchange{asked: []string{"Mail.Read", "User.Read"}}
		x.note(&http.Request{Header: http.Header{}}, &http.Response{StatusCode: 200}, []byte(body))
		out := x.settleScopes([]byte(body), spellingFor(m365auth.GlobalCloud()))
		var before, after map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &before) != nil {
			if string(out) != body {
				t.Errorf("settleScopes(%q) = %q, want it as it was", body, out)
			}
			return
		}
		if err := json.Unmarshal(out, &after); err != nil {
			t.Fatalf("settleScopes(%q) = %q: %v", body, out, err)
		}
		delete(after, "scope")
		delete(before, "scope")
		if len(after) != len(before) {
			t.Errorf("settleScopes(%q) = %q, want the same fields", body, out)
		}
	})
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"format":1,"account":{"account_id":"a"},"msal":"{}","tokens":[{"asked":["A"],"scopes":["A"],"access":"x"}]}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRecord(data)
		if err != nil {
			return
		}
		out, err := r.encode()
		if err != nil {
			return // a time that JSON has no form for
		}
		again, err := decodeRecord(out)
		if err != nil || again.account != r.account || !again.msal.Equal(r.msal) || len(again.tokens) != len(r.tokens) {
			t.Errorf("decodeRecord(encode(%q)) = %+v, %v, want the same", data, again, err)
		}
	})
}

func BenchmarkScopes(b *testing.B) {
	s := spellingFor(m365auth.GlobalCloud())
	for b.Loop() {
		if _, err := s.normalise(m365auth.DefaultScopes()); err != nil {
			b.Fatal(err)
		}
	}
}
