package main

import (
	"context"
	"time"

	"github.com/m365go/sdk/m365graph/mail"
)

const latency = 20 * time.Millisecond

// latencyRow lists the same mailbox where each page is 20 ms away, and fetches
// the next page while one is read.
//
// The next page's link stands at the end of a page, so no client can ask earlier
// than that. In the ideal, all that reading a page costs then happens while the
// next one is on its way: of n pages the first is fetched, n-1 times the slower
// of fetching and reading sets the pace, and the last page is read. What a fetch
// costs is measured in the same round by reading and discarding the pages at that
// latency, and what reading costs is what m365graph takes without latency and
// without fetching ahead, less the floor of that.
func latencyRow(ctx context.Context, rep *report, much effort) error {
	far, err := start(ctx, setting{Messages: messages, HTTP2: true, Latency: latency})
	if err != nil {
		return err
	}
	defer far.close()
	near, err := start(ctx, setting{Messages: messages, HTTP2: true})
	if err != nil {
		return err
	}
	defer near.close()
	ahead := func(ctx context.Context) error {
		return far.list(ctx, &mail.ListOptions{PageSize: pageSize, Prefetch: true})
	}
	took, err := interleave(ctx, much.slow, far.discardPages, near.discardPages, near.listTyped, ahead)
	if err != nil {
		return err
	}
	fetch, read := took[0], pairwise(took[2], took[1], difference)
	ideal := pairwise(fetch, read, func(fetch, read float64) float64 { return overlapped(messages/pageSize, fetch, read) })
	rep.note("latency: medians: fetching %s, reading %s, both overlapped in the ideal %s, m365graph %s",
		seconds(median(fetch)), seconds(median(read)), seconds(median(ideal)), seconds(median(took[3])))
	rep.addMedian(figure{name: "list-20ms-a-page", bar: 1.1}, pairwise(took[3], ideal, quotient))
	return nil
}

// overlapped is the ideal time for n pages that take so long to fetch and to
// read, all of them together.
func overlapped(n int, fetch, read float64) float64 {
	pages := float64(n)
	return fetch/pages + (pages-1)*max(fetch, read)/pages + read/pages
}
