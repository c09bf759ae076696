package graphtest_test

import (
	"testing"
)

func TestMeIsTheTokensUser(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	me := f.get(t, "/me")
	if got := me["displayName"]; got != "Sales Desk" {
		t.Errorf("displayName = %v, want Sales Desk", got)
	}
	if got, want := me["@odata.context"], f.URL()+"/v1.0/$metadata#users/$entity"; got != want {
		t.Errorf("@odata.context = %v, want %v", got, want)
	}
}
