package entra_test

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// lookup is what a cached token is measured by: the least that any cache of
// several accounts does.
type lookup struct {
	mu     sync.RWMutex
	tokens map[string]m365auth.Token
}

func (l *lookup) get(account string) m365auth.Token {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.tokens[account]
}

// benchBed is a provider whose account is signed in, over encrypted files.
func benchBed(b *testing.B) (*bed, *entra.Provider, m365auth.TokenRequest, *lookup) {
	b.Helper()
	tenant := newBed(b, entratest.Options{})
	p := tenant.provider(b)
	token := tenant.signIn(b, p, sales)
	req := m365auth.TokenRequest{Scopes: m365auth.DefaultScopes(), Account: token.Account.ID}
	return tenant, p, req, &lookup{tokens: map[string]m365auth.Token{token.Account.ID: token, "another": {}}}
}

// compare times batches of both by turns, so that a busy machine slows both, and
// reports what one call costs in the median.
func compare(b *testing.B, goroutines int, token, look func()) {
	b.Helper()
	const rounds, batch = 200, 1000
	var tokens, looks []time.Duration
	repeat := func(f func()) {
		for range batch {
			f()
		}
	}
	timed := func(f func()) time.Duration {
		var wg sync.WaitGroup
		start := time.Now()
		for range goroutines - 1 {
			wg.Go(func() { repeat(f) })
		}
		repeat(f)
		wg.Wait()
		return time.Since(start)
	}
	for range rounds {
		tokens, looks = append(tokens, timed(token)), append(looks, timed(look))
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2])
	}
	b.ReportMetric(median(looks)/batch, "ns/look-up")
	b.ReportMetric(median(tokens)/median(looks), "look-ups/token")
}

// The bar is 4 look-ups, and no allocation.
func BenchmarkTokenCached(b *testing.B) {
	_, p, req, l := benchBed(b)
	ctx := b.Context()
	token := func() {
		if _, err := p.Token(ctx, req); err != nil {
			b.Error(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		token()
	}
	compare(b, 1, token, func() { _ = l.get(req.Account) })
}

func BenchmarkTokenCachedParallel(b *testing.B) {
	_, p, req, l := benchBed(b)
	ctx := b.Context()
	token := func() {
		if _, err := p.Token(ctx, req); err != nil {
			b.Error(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			token()
		}
	})
	b.StopTimer()
	compare(b, runtime.GOMAXPROCS(0), token, func() { _ = l.get(req.Account) })
}

// A new process finds the account in the encrypted file, and its token good.
func BenchmarkTokenCold(b *testing.B) {
	tenant, _, req, _ := benchBed(b)
	b.ReportAllocs()
	for b.Loop() {
		p, err := entra.New(tenant.cfg, &tenant.opts)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Token(b.Context(), req); err != nil {
			b.Fatal(err)
		}
		_ = p.Close()
	}
}

// With a store that does not count its changes, each call asks for the
// account's version.
func BenchmarkTokenUncounted(b *testing.B) {
	tenant, _, req, _ := benchBed(b)
	store, err := tokencache.NewFileStore(tenant.cfg.CachePath, &tokencache.FileOptions{KeyFile: tenant.cfg.CacheKeyFile})
	if err != nil {
		b.Fatal(err)
	}
	tenant.opts.Store = struct{ tokencache.Store }{store}
	p := tenant.provider(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Token(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

func TestACachedTokenAllocatesNothing(t *testing.T) { //nolint:paralleltest // it counts the allocations of the process
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	req := m365auth.TokenRequest{Account: b.signIn(t, p, sales).Account.ID, Scopes: m365auth.DefaultScopes()}
	allocations := testing.AllocsPerRun(2000, func() {
		if _, err := p.Token(t.Context(), req); err != nil {
			t.Error(err)
		}
	})
	if allocations != 0 {
		t.Errorf("allocations of a cached token = %v, want 0", allocations)
	}
}
