package graphtest_test

import (
	"net/http"
	"sync"
	"testing"
)

// TestReadersAndWritersShareAServer is for the race detector; at the end all
// that was sent must be there.
func TestReadersAndWritersShareAServer(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(30))
	const writers, each = 4, 5
	var work sync.WaitGroup
	for range writers {
		work.Go(func() {
			for range each {
				if a, err := f.try(t, "POST", "/me/sendMail", quote); err != nil || a.status != http.StatusAccepted {
					t.Errorf("sendMail = %v, %v, want 202", a, err)
				}
			}
		})
		work.Go(func() {
			for range each {
				a, err := f.try(t, "GET", "/me/messages?$orderby=subject&$top=50&$expand=attachments", "")
				if err != nil || a.status != http.StatusOK {
					t.Errorf("list = %v, %v, want 200", a, err)
				}
				f.Requests()
			}
		})
	}
	work.Wait()
	if got := sentItems(t, f); got != writers*each {
		t.Errorf("Sent Items has %v messages, want %d", got, writers*each)
	}
	if inbox := f.as(t, opsID).get(t, "/me/mailFolders/inbox"); inbox["totalItemCount"] != float64(writers*each) || inbox["unreadItemCount"] != float64(writers*each) {
		t.Errorf("the inbox of Operations = %v, want %d unread messages", inbox, writers*each)
	}
	if got, want := len(f.Requests()), 2*writers*each+2; got != want {
		t.Errorf("Requests() has %d entries, want %d", got, want)
	}
}
