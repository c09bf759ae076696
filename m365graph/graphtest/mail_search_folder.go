package graphtest

import (
	"slices"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// searchFolder is what a mailSearchFolder looks for, see
// https://learn.microsoft.com/graph/api/resources/mailsearchfolder.
type searchFolder struct {
	nested  bool
	sources []string
	filter  string
}

// readSearchFolder reads a search folder, over what it was; nil: nothing.
func (c *call) readSearchFolder(in *folderJSON, was *searchFolder) (*searchFolder, error) {
	s := &searchFolder{}
	if was != nil {
		*s = *was
	}
	if in.Nested != nil {
		s.nested = *in.Nested
	}
	if in.Sources != nil {
		s.sources = nil
		for _, name := range in.Sources {
			f, err := c.user.mail.folder(name)
			if err != nil {
				return nil, err
			}
			s.sources = append(s.sources, f.id)
		}
	}
	if in.Filter != nil {
		s.filter = *in.Filter
	}
	if len(s.sources) == 0 || s.filter == "" {
		return nil, failf(codeMissingArgument, "A search folder needs sourceFolderIds and a filterQuery.")
	}
	if _, err := s.parse(); err != nil {
		return nil, failf(codeArgument, "Invalid filter clause: %v", err)
	}
	return s, nil
}

func (s *searchFolder) parse() (*odata.Filter, error) {
	return odata.Parse(s.filter, messageSchema.name, messageSchema.types())
}

// searchProperty is one that only search folders have.
func searchProperty(name, typ string, get func(*searchFolder) any) property[*folder] {
	return property[*folder]{name: name, typ: typ, cast: "mailSearchFolder", get: func(_ *call, f *folder) any {
		if f.search == nil {
			return absent
		}
		return get(f.search)
	}}
}

// found are the messages that a search folder finds, the newest first.
func (f *folder) found(c *call) []*message {
	filter, err := f.search.parse()
	if err != nil { // it was read before
		return nil
	}
	m := newMatcher(c, &listing[*message]{schema: messageSchema}, &query{filter: filter})
	var found []*message
	for _, msg := range f.box.all {
		in := slices.ContainsFunc(f.search.sources, func(id string) bool {
			source := f.box.folders[id]
			return source != nil && (msg.folder == source || f.search.nested && msg.folder.within(source))
		})
		if in && m.holds(msg) {
			found = append(found, msg)
		}
	}
	return found
}

// contents are the messages that a folder shows.
func (f *folder) contents(c *call) []*message {
	if f.search != nil {
		return f.found(c)
	}
	return f.messages
}

// unreadCount is how many of them are unread.
func (f *folder) unreadCount(c *call) int {
	if f.search == nil {
		return f.unread
	}
	n := 0
	for _, m := range f.found(c) {
		n += btoi(!m.IsRead)
	}
	return n
}
