package demo

import (
	"net/textproto"
	"path"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// Bits of X-Mozilla-Status, in which Thunderbird keeps a message's state.
const (
	mozillaRead   = 0x0001
	mozillaMarked = 0x0004
)

// setState says whether a message is read, flagged or a draft, by the nearest
// witness: its Maildir name, then Thunderbird's header, then those of mbox
// programs, then its folder.
func setState(m *graphtest.Message, h textproto.MIMEHeader, file string, u use, maildir bool) {
	m.IsDraft = u == useDrafts || h.Get("X-Unsent") == "1"
	m.IsRead = u != useReceived || m.IsDraft
	mozilla, err := strconv.ParseUint(strings.TrimSpace(h.Get("X-Mozilla-Status")), 16, 32)
	status, has := h["Status"]
	xstatus := h.Get("X-Status")
	switch {
	case maildir:
		flags := maildirFlags(path.Base(file))
		m.IsRead = strings.Contains(flags, "S") || m.IsDraft
		m.IsDraft = m.IsDraft || strings.Contains(flags, "D")
		setFlag(m, strings.Contains(flags, "F"))
	case err == nil:
		m.IsRead = mozilla&mozillaRead != 0
		setFlag(m, mozilla&mozillaMarked != 0)
	case has:
		m.IsRead = strings.Contains(status[0], "R")
		fallthrough
	default:
		m.IsDraft = m.IsDraft || strings.Contains(xstatus, "T")
		setFlag(m, strings.Contains(xstatus, "F"))
	}
}

func setFlag(m *graphtest.Message, flagged bool) {
	if flagged {
		m.FlagStatus = "flagged"
	}
}

// maildirFlags returns the letters after ":2,". Programs on file systems that
// refuse the colon write "!2," or ";2,".
func maildirFlags(name string) string {
	for _, sep := range []string{":2,", "!2,", ";2,"} {
		if _, flags, ok := strings.Cut(name, sep); ok {
			return flags
		}
	}
	return ""
}
