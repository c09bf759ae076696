package graphtest_test

import (
	"slices"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestPermissionsAreThoseOfTheRoutes(t *testing.T) {
	t.Parallel()
	delegated, application := graphtest.Permissions()
	for name, want := range map[string][2]bool{ // for people, for applications
		"Mail.Read":          {true, true},
		"Mail.ReadBasic.All": {false, true},
		"Chat.Read":          {true, false},
		"Bogus":              {false, false},
		"":                   {false, false},
	} {
		if got := [2]bool{slices.Contains(delegated, name), slices.Contains(application, name)}; got != want {
			t.Errorf("%q is asked of people and applications: %v, want %v", name, got, want)
		}
	}
	if !slices.IsSorted(delegated) || !slices.IsSorted(application) {
		t.Error("the permissions are in no order")
	}
}
