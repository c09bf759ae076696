package graphtest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUserInfoTellsWhatTheScopesAllow(t *testing.T) {
	t.Parallel()
	tenant := office()
	tenant.Users[0].Surname = "Desk"
	f := setup(t, tenant)
	at := f.URL() + "/oidc/userinfo"
	full := map[string]any{
		"sub": "as in the id_token", "name": "Sales Desk", "family_name": "Desk", "email": "sales@contoso.example",
		"picture": f.URL() + "/v1.0/me/photo/$value",
	}
	for _, test := range []struct {
		claims map[string]any
		status int
		want   map[string]any
	}{
		{map[string]any{"scp": "openid profile email", "sub": "to Graph", "xms_st": map[string]any{"sub": "as in the id_token"}}, 200, full},
		{map[string]any{"scp": "openid email", "sub": "to Graph"}, 200, map[string]any{"sub": "to Graph", "email": "sales@contoso.example"}},
		{map[string]any{"scp": "User.Read profile email"}, 403, nil},
		{map[string]any{"scp": "", "roles": []string{"openid"}}, 403, nil},
		{map[string]any{"scp": "openid", "oid": "99999999-0000-4000-8000-000000000000"}, 404, nil},
	} {
		for _, method := range []string{"GET", "POST"} {
			a := f.do(t, method, at, "", "Authorization", "Bearer "+mint(t, test.claims))
			if a.status != test.status {
				t.Errorf("%s with %v = %d %s, want %d", method, test.claims, a.status, a.body, test.status)
			} else if test.want != nil {
				if diff := cmp.Diff(test.want, a.json(t)); diff != "" {
					t.Errorf("%s with %v (-want +got):\n%s", method, test.claims, diff)
				}
			}
		}
	}
	if a := f.do(t, "GET", at, "", "Authorization", "-"); a.status != 401 {
		t.Errorf("without a token = %d %s, want 401", a.status, a.body)
	}
	if a := f.do(t, "GET", f.URL()+"/oidc/other", ""); a.status != 400 || a.code(t) != "BadRequest" {
		t.Errorf("another address = %d %s, want 400", a.status, a.body)
	}
}
