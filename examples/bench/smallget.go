package main

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

const smallGets = 2000 // in a round

// canned answers every request at once, out of memory.
type canned struct{}

const me = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users/$entity","displayName":"Sales Desk",` +
	`"mail":"sales@contoso.example","userPrincipalName":"sales@contoso.example","id":"87d349ed-44d7-43e1-9a83-5f2406dee5bd"}`

func (canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {"application/json"}, "Request-Id": {"8b9d5c9e-9f0e-4f5e-8d2c-6e9a1e6f2a10"}},
		ContentLength: int64(len(me)), Body: io.NopCloser(strings.NewReader(me)),
	}, nil
}

// smallGetRow is what the engine adds to one GET: both sides send it by net/http's
// client with the same transport and read the whole body.
func smallGetRow(ctx context.Context, rep *report, much effort) error {
	hc := &http.Client{Transport: canned{}}
	graph, err := m365graph.New(m365auth.Static("bench"), &m365graph.Options{HTTPClient: hc})
	if err != nil {
		return err
	}
	bare := times(smallGets, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://graph.microsoft.com/v1.0/me", nil)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer bench")
		req.Header.Set("Accept", "application/json")
		resp, err := hc.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.ReadAll(resp.Body)
		return err
	})
	path := m365graph.P("me")
	engine := times(smallGets, func(ctx context.Context) error {
		_, err := graph.Do(ctx, &m365graph.Request{Path: path})
		return err
	})

	took, err := interleave(ctx, 5*much.rounds, bare, engine)
	if err != nil {
		return err
	}
	perGet := func(engine, bare float64) float64 { return (engine - bare) / smallGets * 1e6 }
	rep.note("small-get: medians: net/http %.1fus, m365graph %.1fus", median(took[0])/smallGets*1e6, median(took[1])/smallGets*1e6)
	rep.addMedian(figure{name: "small-get-overhead", bar: 15, format: micros}, pairwise(took[1], took[0], perGet))

	fewest, err := allocations(ctx, bare)
	if err != nil {
		return err
	}
	all, err := allocations(ctx, engine)
	rep.note("small-get: allocations: net/http %.1f, m365graph %.1f", fewest/smallGets, all/smallGets)
	rep.add(figure{name: "small-get-allocations", measured: (all - fewest) / smallGets, bar: 40, format: each})
	return err
}

// times does something n times.
func times(n int, do side) side {
	return func(ctx context.Context) error {
		for range n {
			if err := do(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}
