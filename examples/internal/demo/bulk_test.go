package demo

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// bulk is a mailbox of n messages in nested folders, half of them with an
// attachment of 3 KB.
func bulk(n int) fstest.MapFS {
	const line = "iVBORw0KGgoAAAANSUhEUgAAAGAAAAAgCAIAAABiqxOBAAAAWUlEQVR42u3QMQEAAAjDMMC/52GA\r\n"
	attachment := strings.Repeat(line, 50)
	fsys := fstest.MapFS{}
	for i := range n {
		var b strings.Builder
		fmt.Fprintf(&b, "From: Branch Office %d <branch%d@contoso.example>\r\nTo: Sales Desk <sales@contoso.example>\r\n", i%60, i%60)
		fmt.Fprintf(&b, "Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe_%d?=\r\nMessage-ID: <%d@contoso.example>\r\n", i, i)
		fmt.Fprintf(&b, "Date: %s\r\nMIME-Version: 1.0\r\n", time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC).Format(time.RFC1123Z))
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		b.WriteString("Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n")
		if i%2 == 0 {
			fmt.Fprintf(&b, "--b%d\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=x.png\r\n\r\n%s", i, attachment)
		}
		fmt.Fprintf(&b, "--b%d--\r\n", i)
		fsys[fmt.Sprintf("mail/Inbox/%d/%d/%d.eml", i%10, i%7, i)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return fsys
}

// How long it takes is BenchmarkLoad's to say.
func TestManyMessagesLoad(t *testing.T) {
	t.Parallel()
	const many = 600
	tenant, problems, err := Load(t.Context(), bulk(many), nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	messages, attachments := 0, 0
	walkMessages(tenant.Users[0].Folders, func(m *graphtest.Message) {
		messages++
		attachments += len(m.Attachments)
	})
	if messages != many || attachments != many/2 {
		t.Errorf("loaded %d messages with %d attachments, want %d with %d", messages, attachments, many, many/2)
	}
}

func BenchmarkLoad(b *testing.B) {
	fsys := bulk(200)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Load(b.Context(), fsys, nil); err != nil {
			b.Fatal(err)
		}
	}
}
