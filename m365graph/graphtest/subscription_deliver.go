package graphtest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"time"
)

const (
	maxBatchNotes  = 20    // in one request
	maxQueuedNotes = 5_000 // for one place
	retryFor       = 4 * time.Hour
	firstRetry     = time.Second
	maxRetryWait   = 10 * time.Minute
)

// endpoint is a place that is told, one request after the other.
type endpoint struct {
	queue []note
	busy  bool
}

// send queues a notification for its place. If there are too many, the
// subscriber learns that some were missed.
func (n *notifier) send(note note) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ctx.Err() != nil {
		return
	}
	e := n.endpoints[note.url]
	if e == nil {
		e = &endpoint{}
		n.endpoints[note.url] = e
	}
	if len(e.queue) >= maxQueuedNotes {
		if note.missed == nil || e.tells(note.missed) {
			return
		}
		note = *note.missed
	}
	e.queue = append(e.queue, note)
	if !e.busy {
		e.busy = true
		n.work.Go(func() { n.drain(note.url, e) })
	}
}

// tells whether a lifecycle notification waits already.
func (e *endpoint) tells(missed *note) bool {
	return slices.ContainsFunc(e.queue, func(q note) bool { return q.lifecycle && q.subscription == missed.subscription })
}

// drain tells a place all that there is for it.
func (n *notifier) drain(url string, e *endpoint) {
	for {
		n.mu.Lock()
		batch := slices.Clone(e.queue[:min(len(e.queue), maxBatchNotes)])
		e.queue = e.queue[len(batch):]
		if len(batch) == 0 {
			e.busy = false
			delete(n.endpoints, url)
			n.mu.Unlock()
			return
		}
		n.mu.Unlock()
		n.deliver(url, batch)
	}
}

// deliver tells a place until it has heard, for as long as Graph does. See
// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks.
func (n *notifier) deliver(url string, batch []note) {
	began := time.Now()
	for wait := firstRetry; ; wait = min(2*wait, maxRetryWait) {
		if batch = n.s.stillWanted(batch); len(batch) == 0 || n.post(url, batch) {
			return
		}
		if time.Since(began)+wait > retryFor {
			break
		}
		timer := time.NewTimer(wait)
		select {
		case <-n.ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
	missed := map[string]bool{}
	for _, note := range batch {
		if note.missed != nil && !missed[note.subscription] {
			missed[note.subscription] = true
			n.send(*note.missed)
		}
	}
}

// stillWanted leaves out what belongs to subscriptions that ended meanwhile.
func (s *Server) stillWanted(batch []note) []note {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.DeleteFunc(batch, func(n note) bool {
		return !n.lifecycle && s.tenant.journal.subscriptions.find(n.subscription, s.now()) == nil
	})
}

// post sends one request; it tells whether the place heard.
func (n *notifier) post(url string, batch []note) bool {
	body, err := n.collection(batch)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(n.ctx, notificationTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := n.client.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return err == nil && resp.StatusCode/100 == 2
}

// collection is https://learn.microsoft.com/graph/api/resources/changenotificationcollection.
// There is one validation token for each application whose data it holds.
func (n *notifier) collection(batch []note) ([]byte, error) {
	values := make([]object, len(batch))
	var tokens, apps []string
	for i, note := range batch {
		values[i] = note.body
		if note.data == nil {
			continue
		}
		content, err := note.sub.seal(appendJSON(nil, note.data))
		if err != nil {
			return nil, err
		}
		values[i] = append(slices.Clip(note.body), member{"encryptedContent", content})
		if mint := n.s.opts.ValidationTokens; mint != nil && !slices.Contains(apps, note.sub.appID) {
			token, err := mint(note.sub.appID)
			if err != nil {
				return nil, err
			}
			apps, tokens = append(apps, note.sub.appID), append(tokens, token)
		}
	}
	o := object{{"value", values}}
	if tokens != nil {
		o = append(o, member{"validationTokens", tokens})
	}
	return appendJSON(nil, o), nil
}
