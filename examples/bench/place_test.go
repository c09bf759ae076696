package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBothSidesDoTheWholeWork(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP2 %t", http2), func(t *testing.T) {
			t.Parallel()
			p, err := start(t.Context(), setting{HTTP2: http2, Messages: 300, Size: 21<<20 + 5})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.close)
			for name, do := range map[string]side{
				"batch": p.batch, "batchPlain": p.batchPlain, "discardPages": p.discardPages, "listTyped": p.listTyped, "listPlain": p.listPlain,
				"upload": p.upload, "uploadPlain": p.uploadPlain, "uploadFile": p.uploadFile,
				"download": p.download, "downloadPlain": p.downloadPlain, "downloadFile": p.downloadFile,
				"downloadParts": p.downloadParts,
			} {
				if err := do(t.Context()); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			peak, err := p.peakMemory(t.Context())
			if err != nil && !errors.Is(err, errors.ErrUnsupported) || err == nil && (peak < 1 || peak > 1000) {
				t.Errorf("peakMemory = %v MiB, %v", peak, err)
			}
		})
	}
}

func TestASideThatReadsTooLittleFails(t *testing.T) {
	t.Parallel()
	p := &place{address: address{setting: setting{Messages: 9, Size: 10}}}
	if err := p.whole(strings.NewReader("123456789")); err == nil {
		t.Error("whole(9 bytes of 10) = nil, want an error")
	}
	if err := p.complete(8); err == nil {
		t.Error("complete(8 of 9) = nil, want an error")
	}
}

func TestTheSparseFile(t *testing.T) {
	t.Parallel()
	const size = 2<<20 + 77
	want := append(append(append([]byte(nil), block...), block...), block[:77]...)
	if err := iotest.TestReader(io.NewSectionReader(sparse(size), 0, size), want); err != nil {
		t.Error(err)
	}
	if n, err := sparse(size).ReadAt(make([]byte, 10), size-3); n != 3 || !errors.Is(err, io.EOF) {
		t.Errorf("ReadAt at its end = %d, %v, want 3 and EOF", n, err)
	}
	if bytes.Equal(block[:100], block[100:200]) {
		t.Error("the block repeats itself")
	}
}

func TestPeakIn(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]int64{
		"VmPeak:\t 99 kB\nVmHWM:\t   18176 kB\nVmRSS:\t 17 kB\n": 18176,
		"Name:\tbench\n": 0,
	} {
		if got := peakIn(strings.NewReader(status)); got != want {
			t.Errorf("peakIn(%q) = %d, want %d", status, got, want)
		}
	}
}
