package demo

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"io/fs"
	"path"
	"strings"
	"unicode/utf16"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func isMaildir(folders []fs.DirEntry) bool {
	for _, d := range folders {
		if d.Name() == "cur" {
			return true
		}
	}
	return false
}

// fillMaildir reads one of a Maildir's two folders, where each file is a message,
// whatever its name.
// https://cr.yp.to/proto/maildir.html
func (b *mailbox) fillMaildir(folder *graphtest.MailFolder, dir string, u use) {
	folders, files, _ := b.src.list(dir)
	for _, d := range folders {
		b.src.skip(path.Join(dir, d.Name()), "a Maildir's %s has no sub-folders", path.Base(dir))
	}
	for _, f := range files {
		b.add(folder, path.Join(dir, f.Name()), u, true)
	}
}

// fillDotted reads a sub-folder of a Maildir. They lie beside one another, hidden,
// and dots separate the levels of their names: .Archive.2025. Other hidden folders
// are passed over.
// https://doc.dovecot.org/main/core/config/mailbox/formats/maildir.html
func (b *mailbox) fillDotted(parent *graphtest.MailFolder, dir string, u use, top bool) {
	cur, err := fs.Stat(b.src.fsys, path.Join(dir, "cur"))
	if err != nil || !cur.IsDir() {
		return
	}
	folder := parent
	for name := range strings.SplitSeq(path.Base(dir)[1:], ".") {
		if name != "" {
			folder, u, top = b.child(folder, cmp.Or(line(fromUTF7(name)), name), u, top)
		}
	}
	b.fill(folder, dir, u, false)
}

// mailboxBase64 is the alphabet of IMAP's UTF-7.
var mailboxBase64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

// fromUTF7 decodes the name of a Maildir's sub-folder (RFC 3501, section 5.1.3):
// "Entw&APw-rfe". What is no such name is returned as it is.
func fromUTF7(name string) string {
	var b strings.Builder
	rest := name
	for {
		before, after, ok := strings.Cut(rest, "&")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		code, tail, ok := strings.Cut(after, "-")
		raw, err := mailboxBase64.DecodeString(code)
		if !ok || err != nil || len(raw)%2 != 0 {
			return name
		}
		if code == "" {
			b.WriteByte('&')
		}
		units := make([]uint16, len(raw)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(raw[2*i:])
		}
		b.WriteString(string(utf16.Decode(units)))
		rest = tail
	}
}
