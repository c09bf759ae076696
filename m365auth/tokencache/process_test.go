package tokencache_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/tokencache"
)

// These tests run their own binary again, as processes that share a folder.
const workerEnv = "TOKENCACHE_TEST_WORKER"

func TestMain(m *testing.M) {
	if job := os.Getenv(workerEnv); job != "" {
		if err := work(job, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const rounds = 25

func work(job, dir string) error {
	s, err := tokencache.NewFileStore(dir, &tokencache.FileOptions{KeyFile: besideCache(dir)})
	if err != nil {
		return err
	}
	ctx := context.Background()
	switch job {
	case "forever":
		for {
			n, err := increment(ctx, s)
			if err != nil {
				return err
			}
			fmt.Println(n)
		}
	case "count":
		for range rounds {
			if _, err := increment(ctx, s); err != nil {
				return err
			}
		}
		return nil
	default: // "first", with the account's name
		slot := tokencache.Slot{Partition: part, Account: job}
		_, err := s.Save(ctx, slot, []byte(job), "")
		return err
	}
}

// increment adds one to the number that the payload repeats many times, under
// the lock, as a refresh does.
func increment(ctx context.Context, s tokencache.Store) (int, error) {
	ctx, unlock, err := s.Lock(ctx, alice)
	if err != nil {
		return 0, err
	}
	defer unlock()
	n, version, err := number(ctx, s)
	if err != nil {
		return 0, err
	}
	_, err = s.Save(ctx, alice, []byte(strings.Repeat(strconv.Itoa(n+1)+"\n", 5000)), version)
	return n + 1, err
}

// number reads the payload, and fails unless it is whole.
func number(ctx context.Context, s tokencache.Store) (int, tokencache.Version, error) {
	blob, err := s.Load(ctx, alice)
	if err != nil || blob.Version == "" {
		return 0, "", err
	}
	first, _, _ := strings.Cut(string(blob.Data), "\n")
	n, err := strconv.Atoi(first)
	if err != nil {
		return 0, "", err
	}
	if string(blob.Data) != strings.Repeat(first+"\n", 5000) {
		return 0, "", fmt.Errorf("a torn payload of number %d", n)
	}
	return n, blob.Version, nil
}

func worker(t *testing.T, job, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, dir)
	cmd.Env = append(os.Environ(), workerEnv+"="+job)
	return cmd
}

// Processes that save without end are killed 500 times, at any instant.
func TestAKilledProcessLosesNoSignIn(t *testing.T) {
	t.Parallel()
	const folders = 5
	kills := 500
	if testing.Short() {
		kills = 20
	}
	for i := range folders {
		t.Run(fmt.Sprint("folder ", i), func(t *testing.T) {
			t.Parallel()
			killSavers(t, kills/folders)
		})
	}
}

func killSavers(t *testing.T, kills int) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cache")
	s := newFileStore(t, dir, nil)
	save(t, s, bob, "bystander")
	last := 0
	for round := range kills {
		last = max(last, killSoon(t, worker(t, "forever", dir)))
		got, _, err := number(t.Context(), s)
		if err != nil || got < last {
			t.Fatalf("payload after kill %d = %d, %v, want a whole one of at least %d", round, got, err, last)
		}
	}
	if last < kills/2 {
		t.Errorf("saves before %d kills = %d, want the kills to come in between", kills, last)
	}
	if blob, err := s.Load(t.Context(), bob); err != nil || string(blob.Data) != "bystander" {
		t.Errorf("Load() of another account = %q, %v, want it untouched", blob.Data, err)
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "*.corrupt-*")); len(aside) > 0 {
		t.Errorf("files set aside = %v, want none", aside)
	}
	save(t, s, bob, "clears")
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp-*")); len(left) > 0 {
		t.Errorf("temporary files after another save = %v, want none", left)
	}
}

// killSoon starts a worker, kills it within some saves of its first, and returns
// the last number that it said it had saved.
func killSoon(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the worker ended by itself: %v", lines.Err())
	}
	<-time.After(rand.N(8 * time.Millisecond))
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	text := lines.Text()
	for lines.Scan() {
		text = lines.Text()
	}
	_ = cmd.Wait() // it was killed
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestProcessesTakeTurns(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	runAll(t, worker(t, "count", dir), worker(t, "count", dir), worker(t, "count", dir))
	n, _, err := number(t.Context(), newFileStore(t, dir, nil))
	if err != nil || n != 3*rounds {
		t.Errorf("number after 3 processes = %d, %v, want %d", n, err, 3*rounds)
	}
}

func TestProcessesThatStartAtOnceMakeOneKey(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		dir := filepath.Join(t.TempDir(), strconv.Itoa(round), "cache")
		var cmds []*exec.Cmd
		for i := range 6 {
			cmds = append(cmds, worker(t, fmt.Sprint("account-", i), dir))
		}
		runAll(t, cmds...)
		s := newFileStore(t, dir, nil)
		for i := range 6 {
			want := fmt.Sprint("account-", i)
			blob, err := s.Load(t.Context(), tokencache.Slot{Partition: part, Account: want})
			if err != nil || string(blob.Data) != want {
				t.Errorf("Load(%s) = %q, %v, want its own name", want, blob.Data, err)
			}
		}
	}
}

// runAll starts the processes together and waits for them.
func runAll(t *testing.T, cmds ...*exec.Cmd) {
	t.Helper()
	for _, cmd := range cmds {
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("worker: %v", err)
		}
	}
}
