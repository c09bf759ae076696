package graphtools

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVisibleDropsWhatNobodySees(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain text\n\twith é and 日本":                             "plain text\n\twith é and 日本",
		"in\u200bvoice\u202e\u2066\ufeff\x07":                     "invoice",
		"soft\u00adhyphen\r\n":                                    "softhyphen\n",
		"tags \U000e0041\U000e0080\U000e00ff\U000e0fff end":       "tags  end",
		"row \ufe00\ufe01\ufe0d\U000e0100 end":                    "row  end",
		"letters a\ufe0fb\ufe0e":                                  "letters ab",
		"mongol \u180b\u180c\u180d\u180f\u180e":                   "mongol ",
		"fill \u115f\u1160\u3164\uffa0\u034f\u17b4\u2065":         "fill ",
		"line\u2028paragraph\u2029braille\u2800end":               "line\nparagraph\nbraille end",
		"\u2764\ufe0f\u200d\U0001f525 1\ufe0f\u20e3 \u2139\ufe0f": "\u2764\ufe0f\u200d\U0001f525 1\ufe0f\u20e3 \u2139\ufe0f",
		"\U0001f469\U0001f3fd\u200d\U0001f4bb":                    "\U0001f469\U0001f3fd\u200d\U0001f4bb",
		"می\u200cخواهم क्\u200dष":                                 "می\u200cخواهم क्\u200dष",
		"bits \u2764\ufe0f\ufe0e\ufe0f\ufe0e":                     "bits \u2764\ufe0f",
		"bits م\u200c\u200d\u200c\u200d":                          "bits م\u200c",
		"\u200da\u200cb \u200d":                                   "ab ",
		"flag \U0001f3f4\U000e0067\U000e0062\U000e007f":           "flag \U0001f3f4",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func TestCleanWithholdsKeysAndOddNames(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"names", `{"a\u202e\u200bKEY":"x","\u200b":"y"}`, `{"aKEY":"x"}`},
		{"a name that looks like another", `{"id":"1","i\u200bd":"2","\u200bid":"3"}`, `{"id":"1"}`},
		{"two names that look alike", `{"i\u200bd":"2","\u200bid":"3"}`, `{"id":"2"}`},
		{"a withheld name in disguise", `{"x":[{"download\u200bUrl":"s","contentBytes\u2060":"s"}]}`, `{"x":[{}]}`},
		{"a sharing link", `{"link":{"webUrl":"https://s","webHtml":"<s>","type":"view"},"shareId":"u!s","webUrl":"https://kept"}`,
			`{"link":{"type":"view"},"webUrl":"https://kept"}`},
		{"settings of a mailbox", `{"id":"1","mailboxSettings":{"userPurpose":"user"}}`, `{"id":"1"}`},
		{"a thumbnail", `{"small":{"url":"https://c.example/t?a=1&tempAuth=s&b=2","width":9}}`, `{"small":{"url":"(link withheld: it opens without a sign-in)","width":9}}`},
		{"an address that signs itself", `{"u":"https://c.example/b?sv=1&sig=s%3D"}`, `{"u":"(link withheld: it opens without a sign-in)"}`},
		{"one in a text", `{"body":"See http://c.example/?authkey=s, or https://c.example/?page=sig now"}`,
			`{"body":"See (link withheld: it opens without a sign-in) or https://c.example/?page=sig now"}`},
		{"one in HTML", `["<a href=\"https://c.example/?a=b&amp;tempauth=s\">x</a>"]`, `["<a href=\"(link withheld: it opens without a sign-in)\">x</a>"]`},
		{"no address", `["design=1&sig=2"]`, `["design=1&sig=2"]`},
	}
	for _, tt := range tests {
		var in, want any
		if err := json.Unmarshal([]byte(tt.in), &in); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, clean(in)); diff != "" {
			t.Errorf("%s: clean differs (-want +got):\n%s", tt.name, diff)
		}
	}
}
