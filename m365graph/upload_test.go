package m365graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

const (
	unit = 320 << 10
	// A link's own authority is as secret as a token.
	uploadURL = "https://contoso.sharepoint.com/up?tempauth=" + canary
)

func session() *m365graph.UploadSession {
	return &m365graph.UploadSession{URL: m365auth.NewSecret(uploadURL)}
}

func TestUploadSendsTheFileWhateverHappens(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	file := bytes.Repeat([]byte("0123456789abcdef"), 3*unit/16)
	file = append(file, "the end"...)
	for name, fault := range map[string]step{
		"no fault":   passes,
		"throttled":  refuses(429, "activityLimitReached", "Retry-After", "3"),
		"cut before": cut,
		"cut after":  after(cut),
		"5xx after":  after(refuses(504, "generalException")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				k := newTalk(t, issuer, passes, passes, fault, passes)
				var last int64
				_, err := k.client(t).Upload(t.Context(), k.session(t), bytes.NewReader(file), int64(len(file)), &m365graph.UploadOptions{
					SliceSize: unit + 1, Progress: func(sent, _ int64) { last = sent },
				})
				if err != nil {
					t.Fatalf("Upload = %v after %s", err, k.log())
				}
				if got := k.content(t); !bytes.Equal(got, file) || last != int64(len(file)) {
					t.Errorf("the file has %d bytes, progress says %d, want %d", len(got), last, len(file))
				}
				if want := "GET, PUT 0-327679/983047, PUT 327680-655359/983047, "; !strings.HasPrefix(k.log(), want) {
					t.Errorf("requests = %s, want slices of 320 KiB", k.log())
				}
				k.Graph.AssertNoBearerOutside(t)
			})
		})
	}
}

func TestUploadGoesOnWhereACrashLeftIt(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		file := bytes.Repeat([]byte("0123456789abcdef"), 4*unit/16)
		ctx, cancel := context.WithCancel(t.Context())
		k := newTalk(t, issuer, passes, passes, passes, func(*graphtest.Fault) error {
			cancel()
			return ctx.Err()
		}, passes)
		s := k.session(t)
		again := *s
		c := k.client(t)
		opts := &m365graph.UploadOptions{SliceSize: unit}
		if _, err := c.Upload(ctx, s, bytes.NewReader(file), int64(len(file)), opts); !errors.Is(err, context.Canceled) {
			t.Fatalf("Upload = %v, want the cancel", err)
		}
		if _, err := c.Upload(t.Context(), &again, bytes.NewReader(file), int64(len(file)), opts); err != nil {
			t.Fatal(err)
		}
		if got := k.content(t); !bytes.Equal(got, file) {
			t.Errorf("the file has %d bytes, want %d", len(got), len(file))
		}
		want := "GET, PUT 0-327679/1310720, PUT 327680-655359/1310720, PUT 655360-983039/1310720, GET, PUT 655360-983039/1310720, PUT 983040-1310719/1310720"
		if got := k.log(); got != want {
			t.Errorf("requests = %s, want %s", got, want)
		}
	})
}

func TestUploadReadsOutlooksDialect(t *testing.T) {
	t.Parallel()
	k := newTalk(t, testtenant.Issuer(t), says(200, `{"NextExpectedRanges":["0"]}`),
		says(200, fmt.Sprintf(`{"ExpirationDateTime":"2026-01-01T00:00:00Z","NextExpectedRanges":["%d"]}`, unit)),
		says(201, "", "Location", "https://outlook.office.com/attachments('1')"))
	resp, err := k.client(t).Upload(t.Context(), k.session(t), bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{SliceSize: unit})
	if err != nil || resp.Status != 201 || len(k.asked) != 3 {
		t.Errorf("Upload = %v, %v after %s", resp, err, k.log())
	}
}

// Once the last slice may have arrived, no later answer proves that it did not.
func TestALostAnswerToTheLastSliceIsAmbiguous(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, then := range map[string][]step{
		"gone":                    {refuses(404, "itemNotFound")},
		"the emulator's own word": {passes},
		"conflict":                {refuses(409, "nameAlreadyExists")},
		"there already":           {refuses(416, "invalidRange")},
		"still no line":           {cut},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := newTalk(t, issuer, append([]step{passes, after(cut)}, then...)...)
			_, err := k.client(t).Upload(t.Context(), k.session(t), strings.NewReader("0123456789"), 10, nil)
			if !errors.Is(err, m365graph.ErrAmbiguous) {
				t.Errorf("%s: Upload = %v after %s, want ErrAmbiguous", name, err, k.log())
			}
		})
	}
}

func TestALostAnswerToAnEarlierSliceIsNot(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, issuer, passes)
		s := k.session(t)
		if err := k.Graph.Fail(graphtest.Fault{Route: "PUT /upload/{session}", Cut: graphtest.CutBefore, Count: -1}); err != nil {
			t.Fatal(err)
		}
		_, err := k.client(t).Upload(t.Context(), s, bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{SliceSize: unit})
		if err == nil || errors.Is(err, m365graph.ErrAmbiguous) {
			t.Errorf("Upload = %v, want an error that is not ambiguous: no file can be there", err)
		}
	})
}

// The last slice was answered, and the server still wants bytes.
func TestUploadIsDoneOnlyWhenTheServerSaysSo(t *testing.T) {
	t.Parallel()
	k := newTalk(t, testtenant.Issuer(t), expects(200, "0-"), expects(200, "4-9"), created)
	resp, err := k.client(t).Upload(t.Context(), k.session(t), strings.NewReader("0123456789"), 10, nil)
	if want := "GET, PUT 0-9/10, PUT 4-9/10"; err != nil || resp.Status != 201 || k.log() != want {
		t.Errorf("Upload = %v, %v after %s, want %s", resp, err, k.log(), want)
	}
}

func TestUploadEndsOnAnswersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, body := range map[string]string{
		"no range": `{}`, "no number": `{"nextExpectedRanges":["x-"]}`, "negative": `{"nextExpectedRanges":["-5"]}`,
		"beyond the end": `{"nextExpectedRanges":["99999999-"]}`, "the same again": `{"nextExpectedRanges":["0-"]}`, "no json": `<html>`,
	} {
		k := newTalk(t, issuer, says(202, body))
		_, err := k.client(t).Upload(t.Context(), k.session(t), bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{SliceSize: unit})
		if err == nil || len(k.asked) > 5 {
			t.Errorf("%s: Upload = %v after %s, want an error soon", name, err, k.log())
		}
	}
}

func TestASourceThatCannotBeReadIsNotRetried(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	k := wiredTalk(t)
	_, err := k.client(t).Upload(t.Context(), k.session(t), readerAt{broken}, 10, nil)
	if !errors.Is(err, broken) || len(k.asked) != 2 {
		t.Errorf("Upload = %v after %s, want the source's error after 2 requests", err, k.log())
	}
}

func TestASourceThatIsShorterThanToldIsNotRetried(t *testing.T) {
	t.Parallel()
	k := wiredTalk(t)
	_, err := k.client(t).Upload(t.Context(), k.session(t), strings.NewReader("0123"), 10, nil)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(k.asked) != 2 {
		t.Errorf("Upload = %v after %s, want the source's end after 2 requests", err, k.log())
	}
}

type readerAt struct{ err error }

func (r readerAt) ReadAt([]byte, int64) (int, error) { return 0, r.err }
