package tour

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/m365go/sdk/m365graph/files"
	"github.com/schollz/progressbar/v3"
)

const (
	mostFiles = 8
	mostSeen  = 2000 // a walk through all of a large drive would take long
)

// newest shows the files that were changed last.
func (t *Tour) newest(ctx context.Context) error {
	t.out.section("The newest files")
	var found []files.DriveItem
	seen := 0
	for item, err := range t.files.Walk(ctx, files.Root()) {
		if err != nil {
			return fmt.Errorf("files: %w", err)
		}
		if !item.IsFolder() {
			found = append(found, item)
		}
		if seen++; seen == mostSeen {
			t.out.line("Among the first %d items of the drive:", seen)
			break
		}
	}
	slices.SortFunc(found, func(a, b files.DriveItem) int { return b.LastModifiedDateTime.Compare(a.LastModifiedDateTime) })
	var rows [][]string
	for _, f := range found[:min(mostFiles, len(found))] {
		rows = append(rows, []string{t.when(f.LastModifiedDateTime), size(f.Size), f.Name})
	}
	return t.out.table([]string{"changed", "size", "name"}, rows)
}

const uploadName = "Quick start.bin"

// transfer uploads a file made for the purpose, downloads it and compares.
func (t *Tour) transfer(ctx context.Context, bytes int64) error {
	t.out.section("Upload and download %s", size(bytes))
	src, err := os.CreateTemp("", "quickstart-*.bin")
	if err != nil {
		return err
	}
	// Where the system allows it the name goes at once, so that nothing is left
	// however the program ends.
	if os.Remove(src.Name()) != nil {
		defer os.Remove(src.Name())
	}
	defer src.Close()
	sent := newSums()
	// Noise, so that nothing on the way can shrink it.
	if _, err := io.Copy(io.MultiWriter(src, sent), io.LimitReader(rand.NewChaCha8([32]byte{1}), bytes)); err != nil {
		return err
	}
	item, err := t.upload(ctx, src, bytes)
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	got, err := t.download(ctx, item)
	if err != nil {
		return fmt.Errorf("download: %w", err)
	}
	t.out.line("quickXorHash  here %s   Graph %s", sent.quickXor(), item.File.Hashes.QuickXorHash)
	t.out.line("SHA-256       sent %.8x…   received %.8x…", sent.sha.Sum(nil), got.sha.Sum(nil))
	if sent.quickXor() != item.File.Hashes.QuickXorHash || !slices.Equal(sent.sha.Sum(nil), got.sha.Sum(nil)) {
		return errors.New("the hashes differ: what arrived is not what was sent")
	}
	t.out.line("The hashes agree.")
	return nil
}

func (t *Tour) upload(ctx context.Context, src io.ReaderAt, bytes int64) (*files.DriveItem, error) {
	bar, done := t.progress(bytes)
	defer done()
	return t.files.Upload(ctx, files.ByPath(uploadName), src, bytes, &files.UploadOptions{
		Conflict: files.Replace, SliceSize: 3 << 20, Progress: bar,
	})
}

func (t *Tour) download(ctx context.Context, item *files.DriveItem) (*sums, error) {
	body, err := t.files.Download(ctx, files.ByID(item.ID), nil)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	got := newSums()
	_, err = io.Copy(got, body)
	return got, err
}

// progress returns a bar on a terminal, and elsewhere a line for each quarter.
func (t *Tour) progress(total int64) (report func(sent, total int64), done func()) {
	if !t.terminal {
		next := int64(1)
		return func(sent, total int64) {
			for ; next <= 4 && sent >= total*next/4; next++ {
				t.out.line("uploaded %3d %%  %s of %s", next*25, size(sent), size(total))
			}
		}, func() {}
	}
	bar := progressbar.NewOptions64(total, progressbar.OptionSetWriter(t.out.w), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("   uploading"), progressbar.OptionSetWidth(40), progressbar.OptionThrottle(65*time.Millisecond),
		progressbar.OptionSetPredictTime(false))
	return func(sent, _ int64) { _ = bar.Set64(sent) }, func() { fmt.Fprintln(t.out.w) }
}
