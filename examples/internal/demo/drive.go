package demo

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// modifiedFile says when files were changed, where the file system does not.
const modifiedFile = ".modified"

// driveLoader makes a OneDrive of a folder tree.
type driveLoader struct {
	src      *source
	root     string
	modified map[string]time.Time // by path below root
	items    int
	full     bool // the limit was reached, and told
}

func loadDrive(src *source, dir string) []*graphtest.DriveItem {
	d := &driveLoader{src: src, root: dir}
	d.readModified()
	return d.children(dir)
}

func (d *driveLoader) children(dir string) []*graphtest.DriveItem {
	var items []*graphtest.DriveItem
	folders, files, _ := d.src.list(dir)
	taken := map[string]bool{} // OneDrive does not tell cases apart
	for _, e := range append(folders, files...) {
		name := path.Join(dir, e.Name())
		key := strings.ToLower(e.Name())
		if !d.accepts(name, e.Name(), taken[key]) {
			continue
		}
		taken[key] = true
		item := &graphtest.DriveItem{Name: e.Name()}
		if e.IsDir() {
			item.Folder = true
			item.Children = d.children(name)
			for _, c := range item.Children {
				if c.LastModifiedDateTime.After(item.LastModifiedDateTime) {
					item.LastModifiedDateTime = c.LastModifiedDateTime
				}
			}
		} else if !d.file(item, name) {
			continue
		}
		item.CreatedDateTime = item.LastModifiedDateTime
		items = append(items, item)
	}
	return items
}

// accepts refuses what OneDrive would: see
// https://support.microsoft.com/office/64883a5d-228e-48f5-b3d2-eb39e07630fa.
func (d *driveLoader) accepts(file, name string, taken bool) bool {
	switch {
	case d.full, d.src.ctx.Err() != nil:
		return false
	case d.items >= d.src.limits.driveItems:
		d.full = true
		d.src.skip(file, "the drive is full at %d items, and so is all of it after this one", d.items)
	case taken:
		d.src.skip(file, "OneDrive does not tell it from another file, whose name differs only in case")
	case isReserved(name, path.Dir(file) == d.root):
		d.src.skip(file, "OneDrive reserves this name")
	case printable(name) != name, strings.ContainsAny(name, `"*:<>?/\|`),
		strings.HasSuffix(name, "."), strings.TrimSpace(name) != name, utf8.RuneCountInString(name) > 255:
		d.src.skip(file, "OneDrive does not take this name")
	default:
		d.items++
		return true
	}
	return false
}

// isReserved reports whether OneDrive keeps a name for itself, with or without
// regard to the root of the drive, by the page that accepts names.
func isReserved(name string, root bool) bool {
	name = strings.ToLower(name)
	switch name {
	case ".lock", "con", "prn", "aux", "nul", "desktop.ini":
		return true
	case "forms":
		return root
	}
	if port, ok := strings.CutPrefix(name, "com"); ok && len(port) == 1 && port[0] >= '0' && port[0] <= '9' {
		return true
	}
	if port, ok := strings.CutPrefix(name, "lpt"); ok && len(port) == 1 && port[0] >= '0' && port[0] <= '9' {
		return true
	}
	return strings.HasPrefix(name, "~$") || strings.Contains(name, "_vti_")
}

// file fills in an item. It opens the file once, to name it now if that fails, and
// again at each download.
func (d *driveLoader) file(item *graphtest.DriveItem, name string) bool {
	fsys := d.src.fsys
	f, err := fsys.Open(name)
	if err != nil {
		d.src.skip(name, "%v", reason(err))
		return false
	}
	info, err := f.Stat()
	if err = errors.Join(err, f.Close()); err != nil {
		d.src.skip(name, "%v", reason(err))
		return false
	}
	item.Open = func() (io.ReaderAt, int64, error) { return openAt(fsys, name) }
	item.LastModifiedDateTime = info.ModTime().UTC()
	if t, ok := d.modified[strings.TrimPrefix(name, d.root+"/")]; ok {
		item.LastModifiedDateTime = t
	}
	return true
}

// openAt opens a file for reading anywhere in it. Whoever reads it closes it.
func openAt(fsys fs.FS, name string) (io.ReaderAt, int64, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	if at, ok := f.(io.ReaderAt); ok {
		return at, info.Size(), nil
	}
	// A zip archive's files, for one, can only be read from the front.
	data, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, 0, err
	}
	return bytes.NewReader(data), int64(len(data)), nil
}

// readModified reads the file that says when files were changed, if there is one.
func (d *driveLoader) readModified() {
	name := path.Join(d.root, modifiedFile)
	if _, err := fs.Stat(d.src.fsys, name); err != nil {
		return
	}
	data, ok := d.src.read(name, d.src.limits.ics)
	if !ok {
		return
	}
	d.modified = map[string]time.Time{}
	n := 0
	for text := range strings.Lines(string(data)) {
		n++
		stamp, file, _ := strings.Cut(strings.TrimRight(text, "\r\n"), " ")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, stamp)
		if err != nil || file == "" {
			d.src.note(name, "line %d is not a time and a path", n)
			continue
		}
		d.modified[file] = t.UTC()
	}
}
