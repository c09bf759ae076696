package files_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// These tests run their own binary again, as a process that uploads.
const workerEnv = "M365GRAPH_FILES_TEST_WORKER"

func TestMain(m *testing.M) {
	if job := os.Getenv(workerEnv); job != "" {
		var w worker
		err := json.Unmarshal([]byte(job), &w)
		if err == nil {
			err = w.run(context.Background())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// worker is one process's task. With a Size it sends as many zeros to nobody,
// gets them back, and says how much memory that took; else it sends the file
// Source.
type worker struct {
	Size          int64
	Cloud         m365auth.Cloud
	Cert          []byte
	Token         string
	Source, State string
}

func (w *worker) run(ctx context.Context) error {
	if w.Size > 0 {
		return w.moveZeros(ctx)
	}
	cert, err := x509.ParseCertificate(w.Cert)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	graph, err := m365graph.New(m365auth.Static(w.Token), &m365graph.Options{Cloud: w.Cloud, HTTPClient: &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}})
	if err != nil {
		return err
	}
	f, err := os.Open(w.Source)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	session, err := w.saved()
	if err != nil {
		return err
	}
	_, err = files.New(graph).Upload(ctx, files.ByPath("killed.bin"), f, info.Size(), &files.UploadOptions{
		SliceSize: slice, Session: session, Began: w.save,
		Progress: func(sent, _ int64) { fmt.Println(sent) },
	})
	if errors.Is(err, m365graph.ErrSessionGone) {
		_ = os.Remove(w.State) // the next process begins anew
	}
	return err
}

func (w *worker) saved() (*m365graph.UploadSession, error) {
	state, err := os.ReadFile(w.State)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return m365graph.ResumeUploadSession(m365auth.NewSecret(string(state)))
}

// save replaces the state at once or not at all.
func (w *worker) save(s *m365graph.UploadSession) error {
	if err := os.WriteFile(w.State+".new", []byte(s.Save().Reveal()), 0o600); err != nil {
		return err
	}
	return os.Rename(w.State+".new", w.State)
}

// start runs the worker as a process of its own.
func (w *worker) start(t *testing.T) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	job, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), workerEnv+"="+string(job))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// Processes that upload one file are killed one after another, at any instant,
// until there was enough of it; then the last one ends the work.
func TestAKilledUploadIsFinishedByOthers(t *testing.T) {
	t.Parallel()
	kills := 20
	if testing.Short() || raceEnabled { // to start a process takes longer then
		kills = 8
	}
	c, x := setup(t)
	data := noise(80*slice + 321)
	w := newKilled(t, x, data)
	killed := 0
	for range kills {
		cmd, progress := w.start(t)
		if progress.Scan() {
			<-time.After(rand.N(6 * time.Millisecond))
		}
		_ = cmd.Process.Kill()
		for progress.Scan() {
			continue
		}
		if err := cmd.Wait(); err == nil {
			break // it was done before
		}
		killed++
	}
	cmd, progress := w.start(t)
	for progress.Scan() {
		continue
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the last process: %v", err)
	}
	item, err := c.Get(t.Context(), files.ByPath("killed.bin"))
	if err != nil {
		t.Fatal(err)
	}
	assertArrived(t, c, item, data)
	taken := 0
	for _, r := range x.Graph.Requests() {
		if r.Route == sliceRoute && r.Status >= 200 && r.Status < 300 {
			taken++
		}
	}
	if killed < kills/4 || taken != 81 {
		t.Errorf("%d processes were killed, and %d slices taken, want some and each of the 81 once", killed, taken)
	}
}

// newKilled writes the file to send.
func newKilled(t *testing.T, x *testtenant.Tenant, data []byte) *worker {
	t.Helper()
	token, err := x.Entra.Token(testtenant.Owner, testtenant.Scopes...)
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{
		Cloud: x.Cloud, Cert: x.Graph.Certificate().Raw, Token: token,
		Source: filepath.Join(t.TempDir(), "source"), State: filepath.Join(t.TempDir(), "state"),
	}
	if err := os.WriteFile(w.Source, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

const mebibyte = 1 << 20

// A file that no memory holds is sent and got with as little as a small one.
func TestMemoryIsFlatAtAnySize(t *testing.T) {
	t.Parallel()
	size := int64(5) << 30
	if testing.Short() || raceEnabled {
		size = 1 << 30
	}
	cmd, out := (&worker{Size: size}).start(t)
	var sent, got, held int64
	for out.Scan() {
		if _, err := fmt.Sscan(out.Text(), &sent, &got, &held); err != nil {
			t.Errorf("the process says %q: %v", out.Text(), err)
		}
	}
	if err := cmd.Wait(); err != nil || sent != size || got != 2*size || held <= 0 || held > 64*mebibyte {
		t.Errorf("a process that sent %d bytes and got %d held %d MiB, %v, want %d, got twice, and at most 64", sent, got, held/mebibyte, err, size)
	}
}
