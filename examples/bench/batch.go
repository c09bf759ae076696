package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"

	"github.com/m365go/sdk/m365graph"
)

const (
	batched  = 1000 // GETs
	perBatch = 20
	inFlight = 4 // batches at once
)

// batchRow sends 1,000 small GETs in batches of 20, each 20 ms away. The ideal is
// the time of as many round trips as there are batches for each of those that may
// be in flight, measured with a batch of net/http's.
func batchRow(ctx context.Context, rep *report, much effort) error {
	p, err := start(ctx, setting{Latency: latency})
	if err != nil {
		return err
	}
	defer p.close()
	trips := roundTrips(batched, perBatch, inFlight)
	took, err := interleave(ctx, much.rounds, times(trips, p.batchPlain), p.batch)
	if err != nil {
		return err
	}
	rep.note("batch: medians: %d round trips %s, m365graph %s", trips, seconds(median(took[0])), seconds(median(took[1])))
	rep.addMedian(figure{name: "batch-1000-gets", bar: 1.2}, pairwise(took[1], took[0], quotient))
	return nil
}

// roundTrips is how many must follow one another.
func roundTrips(items, size, parallel int) int {
	batches := (items + size - 1) / size
	return (batches + parallel - 1) / parallel
}

func (p *place) batch(ctx context.Context) error {
	items := make([]*m365graph.BatchItem, batched)
	for i := range items {
		items[i] = &m365graph.BatchItem{Request: m365graph.Request{Path: m365graph.P("me", "messages", strconv.Itoa(i))}}
	}
	results, err := p.graph.Batch(ctx, items, &m365graph.BatchOptions{Parallel: inFlight})
	if err != nil {
		return err
	}
	for i, r := range results {
		if r.Err != nil {
			return r.Err
		}
		var got struct{ ID string }
		if err := r.Response.Decode(&got); err != nil || got.ID != strconv.Itoa(i) {
			return fmt.Errorf("item %d was answered with that of %q: %w", i, got.ID, err)
		}
	}
	return nil
}

// wireBatch is a batch as it is sent, and batchAnswers what comes back.
type wireBatch struct {
	Requests []wireItem `json:"requests"`
}

type wireItem struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	URL    string `json:"url"`
}

type wireAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// batchPlain is one round trip.
func (p *place) batchPlain(ctx context.Context) error {
	var batch wireBatch
	for i := range perBatch {
		id := strconv.Itoa(i)
		batch.Requests = append(batch.Requests, wireItem{id, http.MethodGet, "/me/messages/" + id})
	}
	body, err := json.Marshal(batch)
	if err != nil {
		return err
	}
	_, err = p.plainSend(ctx, http.MethodPost, p.url("/$batch"), bytes.NewReader(body), int64(len(body)), "")
	return err
}

// answerBatch answers each item with its own id, last things first, as Graph
// keeps no order.
func answerBatch(w http.ResponseWriter, r *http.Request) {
	var batch wireBatch
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var out struct {
		Responses []wireAnswer `json:"responses"`
	}
	for i := len(batch.Requests) - 1; i >= 0; i-- {
		item := batch.Requests[i]
		out.Responses = append(out.Responses, wireAnswer{
			ID: item.ID, Status: http.StatusOK, Headers: map[string]string{"Content-Type": "application/json"},
			Body: fmt.Appendf(nil, `{"id":%q,"subject":"Order 4711: delivery date"}`, path.Base(item.URL)),
		})
	}
	body, err := json.Marshal(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, body)
}
