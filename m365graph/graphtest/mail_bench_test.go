package graphtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// largeMailbox is the office with n messages of 1 KB in the inbox, in threads
// of four.
func largeMailbox(n int) *graphtest.Tenant {
	tenant := office()
	inbox := &graphtest.MailFolder{DisplayName: "Inbox", Messages: make([]*graphtest.Message, n)}
	text := strings.Repeat("Forty-two words about the plant. ", 30)
	for i := range n {
		m := &graphtest.Message{
			Subject: fmt.Sprintf("Order %d", i), Body: graphtest.Body{ContentType: "text", Content: text}, IsRead: i%3 == 0,
			From:             &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"},
			ToRecipients:     []graphtest.Recipient{{Name: "Sales Desk", Address: "sales@contoso.example"}},
			ReceivedDateTime: now.Add(-time.Duration(i) * time.Minute), InternetMessageID: fmt.Sprintf("<%d@contoso.example>", i),
		}
		if i%4 != 0 {
			m.Headers = []graphtest.Header{{Name: "References", Value: fmt.Sprintf("<%d@contoso.example>", i-i%4)}}
		}
		inbox.Messages[i] = m
	}
	tenant.Users[0].Folders = []*graphtest.MailFolder{inbox}
	return tenant
}

// BenchmarkLoad100k starts a server on a hundred thousand messages, and tells
// what each of them takes there beside its body.
func BenchmarkLoad100k(b *testing.B) {
	const n = 100_000
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		tenant := largeMailbox(n)
		s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant, Now: func() time.Time { return now }})
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "bytes/message")
		runtime.KeepAlive(tenant)
		_ = s.Close()
	}
}

// BenchmarkMoveIn100k moves a message out of the middle of a large folder and
// back.
func BenchmarkMoveIn100k(b *testing.B) {
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: largeMailbox(100_000), Now: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	f := &fixture{s, mint(b, nil)}
	a := f.do(b, "GET", "/me/messages?$skip=50000&$top=1&$select=id", "", "Prefer", `IdType="ImmutableId"`)
	_, rest, _ := strings.Cut(string(a.body), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	for b.Loop() {
		for _, to := range []string{"archive", "inbox"} {
			if a := f.do(b, "POST", "/me/messages/"+id+"/move", `{"destinationId":"`+to+`"}`, "Prefer", "return=minimal"); a.status != 204 {
				b.Fatalf("move = %d %s", a.status, a.body)
			}
		}
	}
}
