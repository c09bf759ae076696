package m365graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

const (
	unit = 320 << 10
	// A link's own authority is as secret as a token.
	uploadURL = "https://contoso.sharepoint.com/up?tempauth=" + canary
)

func session() *m365graph.UploadSession {
	return &m365graph.UploadSession{URL: m365auth.NewSecret(uploadURL)}
}

// inSlices returns a fresh session's answers, and what the server has of the file.
// fault may answer in its place; done tells whether the slice was kept before.
func inSlices(t *testing.T, size int64, fault func(n int, r *http.Request, keep func()) (*http.Response, error)) (*wire, *bytes.Buffer) {
	t.Helper()
	var got bytes.Buffer
	return &wire{answer: func(n int, r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("%s carries the token", r.Method)
		}
		expect := func(status int) *http.Response {
			// In no order, and not all of them: the lowest counts.
			return reply(status, fmt.Sprintf(`{"nextExpectedRanges":["%d-","%d-%d"]}`, size, got.Len(), size-1))
		}
		if r.Method == http.MethodGet {
			return expect(200), nil
		}
		var from, to, total int64
		if _, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total); err != nil || total != size {
			t.Errorf("Content-Range = %q", r.Header.Get("Content-Range"))
		}
		if (to-from+1)%unit != 0 && to+1 != size {
			t.Errorf("the slice %d-%d is not a multiple of 320 KiB", from, to)
		}
		body, _ := io.ReadAll(r.Body)
		if int64(len(body)) != to-from+1 || r.ContentLength != int64(len(body)) {
			t.Errorf("the slice %d-%d has %d bytes, Content-Length %d", from, to, len(body), r.ContentLength)
		}
		keep := func() { got.Write(body) }
		if fault != nil {
			if resp, err := fault(n, r, keep); resp != nil || err != nil {
				return resp, err
			}
		}
		if from != int64(got.Len()) {
			return graphError(416, "invalidRange"), nil
		}
		keep()
		if int64(got.Len()) == size {
			return reply(201, `{"id":"done"}`), nil
		}
		return expect(202), nil
	}}, &got
}

func TestUploadSendsTheFileWhateverHappens(t *testing.T) {
	t.Parallel()
	file := bytes.Repeat([]byte("0123456789abcdef"), 3*unit/16)
	file = append(file, "the end"...)
	for name, fault := range map[string]func(n int, r *http.Request, keep func()) (*http.Response, error){
		"no fault": nil,
		"throttled": func(n int, _ *http.Request, _ func()) (*http.Response, error) {
			if n == 2 {
				return graphError(429, "activityLimitReached", "Retry-After", "3"), nil
			}
			return nil, nil
		},
		"cut before": func(n int, _ *http.Request, _ func()) (*http.Response, error) {
			if n == 2 {
				return nil, errReset
			}
			return nil, nil
		},
		"cut after": func(n int, _ *http.Request, keep func()) (*http.Response, error) {
			if n == 2 {
				keep()
				return nil, errReset
			}
			return nil, nil
		},
		"5xx after": func(n int, _ *http.Request, keep func()) (*http.Response, error) {
			if n == 2 {
				keep()
				return graphError(504, "generalException"), nil
			}
			return nil, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, got := inSlices(t, int64(len(file)), fault)
				var last int64
				resp, err := setup(t, w).Upload(t.Context(), session(), bytes.NewReader(file), int64(len(file)), &m365graph.UploadOptions{
					SliceSize: unit + 1, Progress: func(sent, _ int64) { last = sent },
				})
				if err != nil || resp.Status != 201 {
					t.Fatalf("Upload = %v, %v", resp, err)
				}
				if !bytes.Equal(got.Bytes(), file) || last != int64(len(file)) {
					t.Errorf("the server has %d bytes, progress says %d, want the %d of the file", got.Len(), last, len(file))
				}
			})
		})
	}
}

func TestUploadGoesOnWhereACrashLeftIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := bytes.Repeat([]byte("0123456789abcdef"), 4*unit/16)
		ctx, cancel := context.WithCancel(t.Context())
		var ranges []string
		w, got := inSlices(t, int64(len(file)), func(n int, r *http.Request, _ func()) (*http.Response, error) {
			ranges = append(ranges, r.Header.Get("Content-Range"))
			if n == 3 {
				cancel()
				return nil, ctx.Err()
			}
			return nil, nil
		})
		c := setup(t, w)
		opts := &m365graph.UploadOptions{SliceSize: unit}
		if _, err := c.Upload(ctx, session(), bytes.NewReader(file), int64(len(file)), opts); !errors.Is(err, context.Canceled) {
			t.Fatalf("Upload = %v, want the cancel", err)
		}
		if _, err := c.Upload(t.Context(), session(), bytes.NewReader(file), int64(len(file)), opts); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), file) {
			t.Errorf("the server has %d bytes, want the %d of the file", got.Len(), len(file))
		}
		want := []string{"bytes 0-327679/1310720", "bytes 327680-655359/1310720", "bytes 655360-983039/1310720", "bytes 655360-983039/1310720", "bytes 983040-1310719/1310720"}
		if diff := cmp.Diff(want, ranges); diff != "" {
			t.Errorf("slices (-want +got):\n%s", diff)
		}
	})
}

func TestUploadReadsOutlooksDialect(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(n int, r *http.Request) (*http.Response, error) {
		switch n {
		case 0:
			return reply(200, `{"NextExpectedRanges":["0"]}`), nil
		case 1:
			return reply(200, fmt.Sprintf(`{"ExpirationDateTime":"2026-01-01T00:00:00Z","NextExpectedRanges":["%d"]}`, unit)), nil
		}
		return reply(201, "", "Location", "https://outlook.office.com/attachments('1')"), nil
	}}
	resp, err := setup(t, w).Upload(t.Context(), session(), bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{SliceSize: unit})
	if err != nil || resp.Status != 201 || len(w.requests()) != 3 {
		t.Errorf("Upload = %v, %v after %d requests", resp, err, len(w.requests()))
	}
}

// Once the last slice may have arrived, no later answer proves that it did not.
func TestALostAnswerToTheLastSliceIsAmbiguous(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]func(r *http.Request) (*http.Response, error){
		"gone":          func(*http.Request) (*http.Response, error) { return graphError(404, "itemNotFound"), nil },
		"conflict":      func(*http.Request) (*http.Response, error) { return graphError(409, "nameAlreadyExists"), nil },
		"still no line": func(*http.Request) (*http.Response, error) { return nil, errReset },
		"there already, then gone": func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPut {
				return graphError(416, "invalidRange"), nil
			}
			return graphError(404, "itemNotFound"), nil
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, _ := inSlices(t, 10, func(n int, r *http.Request, keep func()) (*http.Response, error) {
				if n == 1 {
					keep()
					return nil, errReset
				}
				return after(r)
			})
			ask := w.answer
			w.answer = func(n int, r *http.Request) (*http.Response, error) {
				if n > 1 {
					return after(r)
				}
				return ask(n, r)
			}
			_, err := setup(t, w).Upload(t.Context(), session(), strings.NewReader("0123456789"), 10, nil)
			if !errors.Is(err, m365graph.ErrAmbiguous) {
				t.Errorf("%s: Upload = %v, want ErrAmbiguous", name, err)
			}
		})
	}
}

func TestALostAnswerToAnEarlierSliceIsNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, _ := inSlices(t, 2*unit, func(int, *http.Request, func()) (*http.Response, error) { return nil, errReset })
		_, err := setup(t, w).Upload(t.Context(), session(), bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{SliceSize: unit})
		if err == nil || errors.Is(err, m365graph.ErrAmbiguous) {
			t.Errorf("Upload = %v, want an error that is not ambiguous: no file can be there", err)
		}
	})
}

// The last slice was answered, and the server still wants bytes.
func TestUploadIsDoneOnlyWhenTheServerSaysSo(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(n int, r *http.Request) (*http.Response, error) {
		switch n {
		case 0:
			return reply(200, `{"nextExpectedRanges":["0-"]}`), nil
		case 1:
			return reply(200, `{"nextExpectedRanges":["4-9"]}`), nil
		}
		if got := r.Header.Get("Content-Range"); got != "bytes 4-9/10" {
			t.Errorf("Content-Range = %q, want what the server asked for", got)
		}
		return reply(201, `{"id":"done"}`), nil
	}}
	resp, err := setup(t, w).Upload(t.Context(), session(), strings.NewReader("0123456789"), 10, nil)
	if err != nil || resp.Status != 201 {
		t.Errorf("Upload = %v, %v", resp, err)
	}
}

func TestUploadEndsOnAnswersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no range": `{}`, "no number": `{"nextExpectedRanges":["x-"]}`, "negative": `{"nextExpectedRanges":["-5"]}`,
		"beyond the end": `{"nextExpectedRanges":["99999999-"]}`, "the same again": `{"nextExpectedRanges":["0-"]}`, "no json": `<html>`,
	} {
		w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return reply(202, body), nil }}
		_, err := setup(t, w).Upload(t.Context(), session(), bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{SliceSize: unit})
		if err == nil || len(w.requests()) > 5 {
			t.Errorf("%s: Upload = %v after %d requests, want an error soon", name, err, len(w.requests()))
		}
	}
}

func TestASourceThatCannotBeReadIsNotRetried(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	w, _ := inSlices(t, 10, nil)
	_, err := setup(t, w).Upload(t.Context(), session(), readerAt{broken}, 10, nil)
	if !errors.Is(err, broken) || len(w.requests()) != 2 {
		t.Errorf("Upload = %v after %d requests, want the source's error after 2", err, len(w.requests()))
	}
}

func TestASourceThatIsShorterThanToldIsNotRetried(t *testing.T) {
	t.Parallel()
	w, _ := inSlices(t, 10, nil)
	_, err := setup(t, w).Upload(t.Context(), session(), strings.NewReader("0123"), 10, nil)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(w.requests()) != 2 {
		t.Errorf("Upload = %v after %d requests, want the source's end after 2", err, len(w.requests()))
	}
}

type readerAt struct{ err error }

func (r readerAt) ReadAt([]byte, int64) (int, error) { return 0, r.err }
