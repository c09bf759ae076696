package m365graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryGrid is what waits are rounded up to, so that items which were refused
// together go again together.
const retryGrid = 100 * time.Millisecond

var errNoAnswer = errors.New("the batch brought no answer to it that can be read")

// settle takes a chunk back from the wire. Each of its steps is finished, or
// goes again when its time has come.
func (r *batchRun) settle(ctx context.Context, b *batchChunk) {
	now := time.Now()
	units := map[*batchStep]*batchUnit{} // of steps that go again, by each step in them
	var again []*batchUnit
	for _, s := range b.steps {
		b.judge(ctx, s, now)
		if s.finished {
			r.open--
			continue
		}
		if s.parent != nil && s.parent.finished {
			s.parent = nil // it has succeeded
		}
		unit := units[s.parent]
		if s.parent == nil {
			unit = &batchUnit{}
			again = append(again, unit)
		}
		*unit = append(*unit, s)
		units[s] = unit
	}
	for _, unit := range again {
		r.queue.add(*unit)
	}
}

// judge says what became of a step. It comes after what the step depends on.
func (b *batchChunk) judge(ctx context.Context, s *batchStep, now time.Time) {
	resp := b.answers[strings.ToLower(s.id)]
	switch {
	case s.fault != nil:
		s.finish(nil, s.outcome(s.fault))
	case resp == nil:
		b.lost(ctx, s, now)
	default:
		b.answered(ctx, s, resp, now)
	}
	if p := s.parent; !s.finished && p != nil && p.finished && p.result.Err != nil {
		s.finish(nil, s.outcome(s.parentFailed()))
	}
}

func (s *batchStep) parentFailed() error {
	return fmt.Errorf("m365graph: %s %s: not sent, since %q, which it depends on, failed", s.method, s.path, s.parent.id)
}

// answered judges an answer as that of a single call is.
func (b *batchChunk) answered(ctx context.Context, s *batchStep, resp *http.Response, now time.Time) {
	s.started, s.maybe = b.started, s.maybe || b.call.maybe
	s.tellAttempt(ctx, resp, nil)
	whole := b.reply.RequestID()
	if s.says(resp) {
		if resp.Header.Get("request-id") == "" {
			resp.Header.Set("request-id", whole)
		}
		body, _ := io.ReadAll(resp.Body)
		s.finish(&Response{Status: resp.StatusCode, Header: resp.Header, Body: body, url: s.url, length: int64(len(body))}, nil)
		return
	}
	if resp.Header.Get("Date") == "" {
		resp.Header.Set("Date", b.reply.Header.Get("Date"))
	}
	v, throttled := s.judge(ctx, resp, nil)
	s.no.RequestID = cmp.Or(s.no.RequestID, whole)
	if resp.StatusCode == http.StatusFailedDependency && s.parent != nil && !s.parent.finished {
		return // both go again
	}
	if !s.renewed && s.renewToken(s.no) {
		s.renewed = true
		return
	}
	s.maybe = s.maybe || v.maybe
	again := s.again(ctx, now, s.no.RetryAfter, b.luck) && v.again
	if throttled || again {
		s.tellWait(ctx, resp, nil, throttled, again)
	}
	if throttled {
		s.client.limiter.throttle(s.scope, s.wait)
	}
	if !again {
		s.finish(s.refused())
	}
}

// lost judges a step that has no answer of its own.
func (b *batchChunk) lost(ctx context.Context, s *batchStep, now time.Time) {
	var v verdict
	var asked time.Duration
	cause := b.err
	switch k := b.call; {
	case b.reply != nil:
		cause = cmp.Or(cause, errNoAnswer)
		v = judgeError(s.safety, cause, false)
	case k == nil || !k.maybe:
		// None of it was executed, and it was tried again if that was any use.
	case k.safety.repeatable():
		v.maybe = true // and it was tried again
	default:
		v = judgeError(s.safety, cause, false)
		if no, ok := any(cause).(*Error); ok { // itself, as one within is an earlier attempt's
			asked = no.RetryAfter
			v = judgeStatus(s.safety, no.Status, asked > 0)
		}
	}
	s.maybe = s.maybe || v.maybe
	if !v.again || !s.again(ctx, now, asked, b.luck) {
		s.finish(nil, s.failure(fmt.Errorf("in a batch: %w", cause)))
	}
}

// again sets the time of the next attempt, and reports whether there is one.
func (s *batchStep) again(ctx context.Context, now time.Time, asked time.Duration, luck float64) bool {
	o := s.client.opts
	wait := backoffAt(s.attempts-1, asked, o.MaxWait, luck)
	s.wait = (wait + retryGrid - 1).Truncate(retryGrid)
	s.due = now.Add(s.wait)
	return s.attempts <= o.MaxRetries && asked <= o.MaxWait && s.worthWaiting(ctx)
}

// readBatch adds what an answer says of each item, by id, and returns the link to
// the rest. An item that is answered twice is as good as not answered.
func readBatch(resp *Response, answers map[string]*http.Response) (next string, err error) {
	var whole members
	var items []json.RawMessage
	if err := decodeJSON(resp.Body, &whole); err != nil {
		return "", fmt.Errorf("m365graph: read the answer to a batch (request-id %s): %w", resp.RequestID(), err)
	}
	if err := decodeJSON(whole["responses"], &items); err != nil {
		return "", fmt.Errorf("m365graph: read the answers in a batch (request-id %s): %w", resp.RequestID(), err)
	}
	for _, item := range items {
		id, answer := readBatchItem(item)
		if _, twice := answers[id]; twice {
			answer = nil
		}
		answers[id] = answer
	}
	_ = decodeJSON(whole["@odata.nextLink"], &next)
	return next, nil
}

// readBatchItem returns an item's id in lower case and its answer; no answer if
// that makes no sense. A member of a wrong type does not cost the others.
func readBatchItem(item json.RawMessage) (string, *http.Response) {
	var m struct {
		ID      json.RawMessage `json:"id"`
		Status  json.RawMessage `json:"status"`
		Headers json.RawMessage `json:"headers"`
		Body    json.RawMessage `json:"body"`
		Error   json.RawMessage `json:"error"`
	}
	_ = decodeJSON(item, &m)
	id := strings.ToLower(scalar(m.ID))
	status, err := strconv.Atoi(scalar(m.Status))
	if err != nil || status < http.StatusOK || status > 599 {
		return id, nil
	}
	resp := &http.Response{StatusCode: status, Header: http.Header{}}
	var headers members
	if m.Headers != nil {
		_ = decodeJSON(m.Headers, &headers)
	}
	for name, value := range headers {
		resp.Header.Set(name, scalar(value))
	}
	body := decodeBatchBody(m.Body, resp.Header.Get("Content-Type"))
	if body == nil && status >= http.StatusBadRequest && m.Error != nil {
		body = item // some put the error where the body would be
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return id, resp
}

// scalar is the text of a JSON string, or a number as it is written.
func scalar(value json.RawMessage) string {
	var text string
	switch {
	case len(value) == 0:
	case value[0] == '"':
		_ = decodeJSON(value, &text)
	case value[0] == '-', '0' <= value[0] && value[0] <= '9':
		return string(value)
	}
	return text
}

// decodeBatchBody undoes what Graph did to a body so that it fits into JSON. What
// its type calls JSON, Graph writes in base64 at times.
func decodeBatchBody(value json.RawMessage, contentType string) []byte {
	if len(value) == 0 || string(value) == "null" {
		return nil
	}
	if value[0] != '"' {
		return value
	}
	text, kind := scalar(value), kindOf(contentType)
	if kind == kindText {
		return []byte(text)
	}
	plain, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(text))
	switch {
	case kind == kindJSON && (err != nil || !json.Valid(plain)):
		return value
	case err != nil:
		return []byte(text)
	}
	return plain
}
