package entratest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

// postForm posts to the server under its real name.
func postForm(ctx context.Context, t *testing.T, s *entratest.Server, path string, form url.Values) (int, map[string]any, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/"+s.TenantID()+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.Client().Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body, nil
}

func TestInMemoryTimeIsTheTestsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := entratest.New(&entratest.Options{InMemory: true, AutoApprove: "admin@contoso.example"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if s.URL() != "https://login.microsoftonline.com" || s.Certificate() != nil {
			t.Errorf("URL = %s with the certificate %v, want the real host's and none", s.URL(), s.Certificate())
		}
		client := url.Values{"client_id": {"11112222-bbbb-3333-cccc-4444dddd5555"}, "scope": {"User.Read offline_access"}}
		_, code, err := postForm(t.Context(), t, s, "/oauth2/v2.0/devicecode", client)
		if err != nil {
			t.Fatal(err)
		}
		client.Set("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
		client.Set("device_code", code["device_code"].(string))
		<-time.After(time.Hour)
		if status, body, err := postForm(t.Context(), t, s, "/oauth2/v2.0/token", client); err != nil || status != 400 || body["error"] != "expired_token" {
			t.Errorf("an hour later the code is answered %d %v, %v, want expired_token", status, body["error"], err)
		}
		s.Fail(entratest.Fault{Delay: time.Hour})
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, _, err := postForm(ctx, t, s, "/oauth2/v2.0/token", client); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("a delayed answer = %v after %v, want the client's own end after 1m", err, time.Since(began))
		}
		s.Fail(entratest.Fault{Cut: true})
		if _, _, err := postForm(t.Context(), t, s, "/oauth2/v2.0/token", client); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a cut connection = %v, want %v", err, io.ErrUnexpectedEOF)
		}
		if resp, err := s.Client().Get("https://login.example/"); err == nil {
			_ = resp.Body.Close()
			t.Error("a foreign host was answered")
		}
	})
}

func TestFaultPatchesTheAnswer(t *testing.T) {
	t.Parallel()
	s, err := entratest.New(&entratest.Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Fail(entratest.Fault{Endpoint: entratest.DeviceCode, Patch: `{"interval":null,"expires_in":60,"more":{"a":null,"b":1}}`})
	_, got, err := postForm(t.Context(), t, s, "/oauth2/v2.0/devicecode", url.Values{"client_id": {"11112222-bbbb-3333-cccc-4444dddd5555"}, "scope": {"User.Read"}})
	more, _ := got["more"].(map[string]any)
	if _, there := got["interval"]; err != nil || there || got["expires_in"] != 60.0 || got["user_code"] == "" || len(more) != 1 || more["b"] != 1.0 {
		t.Errorf("the answer = %v, %v, want it without interval, for 60 s, and with what was added", got, err)
	}
}
