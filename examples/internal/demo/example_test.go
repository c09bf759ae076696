package demo_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/m365go/sdk/examples/internal/demo"
)

func ExampleLoad() {
	export := fstest.MapFS{
		"mail/Inbox/1.eml": {Data: []byte("From: Operations <operations@contoso.example>\r\n" +
			"To: Sales Desk <sales@contoso.example>\r\nSubject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=\r\n" +
			"Date: Mon, 02 Nov 2026 08:12:40 +0100\r\n\r\nXL\r\n")},
		"mail/Inbox/2.eml": {},
	}
	tenant, problems, err := demo.Load(context.Background(), export, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	owner := tenant.Users[0]
	fmt.Println(owner.DisplayName, owner.UserPrincipalName)
	for _, m := range owner.Folders[0].Messages {
		fmt.Println(m.Subject, m.IsRead)
	}
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// Sales Desk sales@contoso.example
	// Größe false
	// mail/Inbox/2.eml: left out: the file is empty
}
