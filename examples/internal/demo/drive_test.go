package demo

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sealedFS lets files be opened, and fails when they are read.
type sealedFS struct{ fstest.MapFS }

var errRead = errors.New("a file of the drive was read while loading")

func (s sealedFS) Open(name string) (fs.File, error) {
	f, err := s.MapFS.Open(name)
	if err != nil {
		return nil, err
	}
	return sealedFile{f}, nil
}

type sealedFile struct{ fs.File }

func (sealedFile) Read([]byte) (int, error) { return 0, errRead }

func TestDriveIsNotReadBeforeItIsAskedFor(t *testing.T) {
	t.Parallel()
	changed := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	fsys := sealedFS{fstest.MapFS{"drive/a/big.bin": {Data: make([]byte, 1<<20), ModTime: changed}}}
	tenant, problems, err := Load(t.Context(), fsys, nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	folder := tenant.Users[0].Drive.Items[0]
	file := folder.Children[0]
	if !folder.Folder || folder.Name != "a" || file.Name != "big.bin" || file.Content != nil || !file.LastModifiedDateTime.Equal(changed) {
		t.Errorf("items = %+v with %+v, want the folder a with big.bin, changed %s and not read", folder, file, changed)
	}
	if _, _, err := file.Open(); !errors.Is(err, errRead) {
		t.Errorf("Open() = %v, want the file to be read now", err)
	}
}

func TestDriveFilesCanBeReadAnywhere(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("drive/x.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	zipped, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, fsys := range map[string]fs.FS{
		"map": fstest.MapFS{"drive/x.txt": {Data: []byte("0123456789")}},
		"zip": zipped, // its files cannot seek
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, size, err := openAt(fsys, "drive/x.txt")
			if err != nil || size != 10 {
				t.Fatalf("openAt() = %d bytes, %v, want 10", size, err)
			}
			part := make([]byte, 3)
			if _, err := at.ReadAt(part, 4); err != nil || string(part) != "456" {
				t.Errorf("ReadAt(4) = %q, %v, want 456", part, err)
			}
		})
	}
}

func TestDriveFileThatIsGoneFailsAtDownload(t *testing.T) {
	t.Parallel()
	m := fstest.MapFS{"drive/x.txt": {Data: []byte("x")}}
	tenant, _, err := Load(t.Context(), m, nil)
	if err != nil {
		t.Fatal(err)
	}
	delete(m, "drive/x.txt")
	if _, _, err := tenant.Users[0].Drive.Items[0].Open(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open() = %v, want %v", err, fs.ErrNotExist)
	}
}

func TestModifiedFileDatesTheDrive(t *testing.T) {
	t.Parallel()
	tenant, problems, err := Load(t.Context(), fstest.MapFS{
		"drive/.modified":      {Data: []byte("2026-11-13T17:45:00+01:00 a b/c d.txt\r\n\r\n2020-01-01T00:00:00Z gone.txt\n")},
		"drive/a b/c d.txt":    {Data: []byte("x")},
		"drive/a b/other.txt":  {Data: []byte("x"), ModTime: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)},
		"drive/.git/config":    {Data: []byte("x")},
		"drive/Mail/x.eml":     {Data: []byte("x")},
		"drive/Mail/.DS_Store": {Data: []byte("x")},
	}, nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	got := map[string]string{}
	for _, i := range tenant.Users[0].Drive.Items {
		got[i.Name] = i.LastModifiedDateTime.Format(time.DateTime)
		for _, c := range i.Children {
			got[i.Name+"/"+c.Name] = c.LastModifiedDateTime.Format(time.DateTime)
		}
	}
	want := map[string]string{
		"a b": "2026-11-13 16:45:00", "a b/c d.txt": "2026-11-13 16:45:00", "a b/other.txt": "2026-01-01 00:00:00",
		"Mail": "0001-01-01 00:00:00", "Mail/x.eml": "0001-01-01 00:00:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestNamesThatOneDriveReservesAreLeftOut(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	var want []string
	for name, reserved := range map[string]bool{
		"CON": true, "nul": true, "com0": true, "LPT9": true, "Desktop.ini": true, "x_VTI_y.txt": true, "~$offer.docx": true,
		"Forms/x.txt": true, "_vti_bin/x.txt": true, "a/AUX": true,
		"CON.txt": false, "COM10": false, "comx": false, "a/forms/x.txt": false, "offer~$.docx": false, "vti.txt": false,
	} {
		fsys["drive/"+name] = &fstest.MapFile{Data: []byte("x")}
		if reserved {
			want = append(want, "drive/"+strings.TrimSuffix(name, "/x.txt")+": left out: OneDrive reserves this name")
		}
	}
	_, problems, err := Load(t.Context(), fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
