package demo

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestOwnerIsWhoMessagesAreFor(t *testing.T) {
	t.Parallel()
	const (
		sales      = "Sales Desk <sales@contoso.example>"
		operations = "Operations <operations@contoso.example>"
		list       = "everyone@contoso.example"
		outside    = "Purchasing <purchasing@fabrikam.example>"
	)
	mail := func(from, to, more string) string {
		return fmt.Sprintf("From: %s\r\nTo: %s\r\n%sDate: Mon, 02 Nov 2026 08:12:40 +0100\r\n\r\n", from, to, more)
	}
	tests := map[string]struct {
		files map[string]string
		opts  *LoadOptions
		want  [2]string // owner, colleague
	}{
		"received": {
			files: map[string]string{"mail/1.eml": mail(outside, sales, ""), "mail/2.eml": mail(operations, sales, "")},
			want:  [2]string{sales, operations},
		},
		"delivered, through a list": {
			files: map[string]string{
				"mail/1.eml": mail(operations, list, "Delivered-To: sales@contoso.example\r\n"),
				"mail/2.eml": mail(outside, sales, ""),
			},
			want: [2]string{sales, operations},
		},
		"sent only": {
			files: map[string]string{"mail/Sent/1.eml": mail(sales, operations+", "+list, ""), "mail/Sent/2.eml": mail(sales, list, "")},
			want:  [2]string{sales, "everyone@contoso.example <everyone@contoso.example>"},
		},
		"sent, in other words": {
			files: map[string]string{
				"mail/Gesendete Elemente/1.eml": mail(sales, outside, ""), "mail/[Gmail]/Sent Mail/2.eml": mail(sales, outside, ""),
				"mail/Entwürfe/3.eml": mail(sales, outside, ""), "mail/Inbox/4.eml": mail(outside, sales, ""),
			},
			want: [2]string{sales, "colleague@contoso.example <colleague@contoso.example>"},
		},
		"copied": {
			files: map[string]string{"mail/1.eml": mail(outside, operations, "Cc: "+sales+"\r\n"), "mail/2.eml": mail(outside, "x@fabrikam.example", "Cc: "+sales+"\r\n")},
			want:  [2]string{sales, "colleague@contoso.example <colleague@contoso.example>"},
		},
		"a tie": {
			files: map[string]string{"mail/1.eml": mail(outside, sales, ""), "mail/2.eml": mail(outside, operations, "")},
			want:  [2]string{operations, "colleague@contoso.example <colleague@contoso.example>"},
		},
		"alone in the domain": {
			files: map[string]string{"mail/1.eml": mail(outside, sales, "")},
			want:  [2]string{sales, "colleague@contoso.example <colleague@contoso.example>"},
		},
		"a colleague by that name": {
			files: map[string]string{"mail/1.eml": mail(outside, "colleague@contoso.example", "")},
			want:  [2]string{"colleague@contoso.example <colleague@contoso.example>", "second.colleague@contoso.example <second.colleague@contoso.example>"},
		},
		"nobody": {
			files: map[string]string{"drive/x.txt": "x"},
			want:  [2]string{"owner@contoso.example <owner@contoso.example>", "colleague@contoso.example <colleague@contoso.example>"},
		},
		"told": {
			files: map[string]string{"mail/1.eml": mail(outside, sales, ""), "mail/2.eml": mail(sales, operations, "")},
			opts:  &LoadOptions{Owner: "Operations@contoso.example", OwnerName: "Ops"},
			want:  [2]string{"Ops <operations@contoso.example>", sales},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{}
			for file, data := range test.files {
				fsys[file] = &fstest.MapFile{Data: []byte(data)}
			}
			tenant, _, err := Load(t.Context(), fsys, test.opts)
			if err != nil {
				t.Fatal(err)
			}
			var got [2]string
			for i, u := range tenant.Users {
				got[i] = u.DisplayName + " <" + u.UserPrincipalName + ">"
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("owner and colleague (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimeZoneIsTheCalendars(t *testing.T) {
	t.Parallel()
	head := func(zone string) string {
		return "BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:" + zone + "\r\nEND:VCALENDAR\r\n"
	}
	at := func(uid, zone string) string {
		return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTART;TZID=" + zone + ":20261102T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	}
	tests := map[string]struct {
		files []string
		opts  *LoadOptions
		want  string
	}{
		"named by the calendar": {[]string{head("Europe/Warsaw"), at("1", "Asia/Tokyo"), at("2", "Asia/Tokyo")}, nil, "Europe/Warsaw"},
		"named by most events":  {[]string{at("1", "Asia/Tokyo"), at("2", "Pacific Standard Time"), at("3", "America/Los_Angeles")}, nil, "America/Los_Angeles"},
		"unknown names":         {[]string{head("Mars"), at("1", "Mars")}, nil, "UTC"},
		"no calendar":           {nil, nil, "UTC"},
		"told":                  {[]string{head("Europe/Warsaw")}, &LoadOptions{TimeZone: "Tokyo Standard Time"}, "Asia/Tokyo"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{"mail/x.eml": {Data: []byte(goodMessage)}}
			for i, data := range test.files {
				fsys[fmt.Sprintf("calendar/%d.ics", i)] = &fstest.MapFile{Data: []byte(data)}
			}
			tenant, _, err := Load(t.Context(), fsys, test.opts)
			if err != nil {
				t.Fatal(err)
			}
			if got := tenant.Users[0].TimeZone; got != test.want {
				t.Errorf("time zone = %s, want %s", got, test.want)
			}
		})
	}
}
