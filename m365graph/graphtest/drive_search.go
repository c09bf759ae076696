package graphtest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// listRecent lists files, the newest first.
func listRecent(c *call) (*reply, error) {
	drive, err := driveOf(c)
	if err != nil {
		return nil, err
	}
	var files []*driveNode
	drive.root.walk(func(n *driveNode) {
		if !n.isFolder() {
			files = append(files, n)
		}
	})
	slices.SortStableFunc(files, func(a, b *driveNode) int { return b.modified.Compare(a.modified) })
	return list(c, itemListing(drive, files, "Collection(driveItem)"))
}

// searchDrive finds items by the words of their names, descriptions and texts.
func searchDrive(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	q, given := c.args["q"]
	if !given {
		q, given = c.param("q"), c.param("q") != ""
	}
	if !given {
		return nil, failf(codeDriveBad, "The search function needs its argument q.")
	}
	words := strings.Fields(strings.ToLower(strings.Trim(q, `"`)))
	var found []*driveNode
	item.walk(func(n *driveNode) {
		if n.mentions(words) {
			found = append(found, n)
		}
	})
	slices.SortStableFunc(found, func(a, b *driveNode) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	return list(c, itemListing(item.drive, found, "Collection(driveItem)"))
}

// maxSearched is how long a text may be to be searched.
const maxSearched = 1 << 20

// mentions tells whether all words stand in what is said of an item, or in its text.
func (n *driveNode) mentions(words []string) bool {
	said := strings.ToLower(n.name + "\n" + n.description)
	missing := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.Contains(said, w) })
	if len(missing) == 0 {
		return true
	}
	text := bytes.ToLower(n.text())
	return !slices.ContainsFunc(missing, func(w string) bool { return !bytes.Contains(text, []byte(w)) })
}

// text is what a file says, if it is text and not too long; nil: nothing.
func (n *driveNode) text() []byte {
	if n.isFolder() || n.size > maxSearched || !textual(n.mimeType()) {
		return nil
	}
	text, err := n.blob.ReadAll()
	if err != nil {
		return nil
	}
	return text
}

// textual tells whether a type of content is text.
func textual(mimeType string) bool {
	return strings.HasPrefix(mimeType, "text/") || mimeType == "application/json"
}
