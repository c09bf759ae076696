package graphtest_test

import (
	"testing"
	"testing/synctest"
)

func TestContactsAreWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		folder := f.do(t, "POST", "/me/contactFolders", `{"displayName":"Suppliers"}`).json(t)["id"].(string)
		all := f.subscribe(t, map[string]any{"resource": "me/contacts"})["id"]
		below := f.subscribe(t, map[string]any{"resource": "me/contactFolders/" + folder + "/contacts", "changeType": "created"})["id"]
		first := f.do(t, "POST", "/me/contacts", `{"givenName":"Freight"}`).json(t)["id"].(string)
		f.do(t, "POST", "/me/contactFolders/"+folder+"/contacts", `{"givenName":"Print"}`)
		f.do(t, "DELETE", "/me/contacts/"+first, "")
		synctest.Wait()
		told := map[any]string{}
		for _, n := range r.notes() {
			told[n["subscriptionId"]] += n["changeType"].(string) + " "
			if kind := n["resourceData"].(map[string]any)["@odata.type"]; kind != "#Microsoft.Graph.Contact" {
				t.Errorf("told of a %v, want a contact", kind)
			}
		}
		if told[all] != "created created deleted " || told[below] != "created " {
			t.Errorf("the subscriptions are told %q and %q, want all changes, and what is new in the folder", told[all], told[below])
		}
	})
}
