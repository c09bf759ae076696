package m365graph

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBatchBytes bounds what is sent at once; Graph takes about 4 MB.
const maxBatchBytes = 4_000_000

// maxBatchPages bounds how far the next links of an answer are followed.
const maxBatchPages = 2 * maxBatch

// batchChunk is one request to $batch: its steps, and then what came of them.
type batchChunk struct {
	steps   []*batchStep
	call    *call
	luck    float64 // the batch's, so that its retries share requests
	started time.Time
	reply   *Response                 // to the whole
	answers map[string]*http.Response // to the steps, by id in lower case
	err     error                     // why answers are missing
	thrown  any                       // what a body, a hook, a provider or a transport panicked with
}

// The wire's form of a batch and of its items.
type (
	batchWire struct {
		Requests []batchWireItem `json:"requests"`
	}
	batchWireItem struct {
		ID        string            `json:"id"`
		Method    string            `json:"method"`
		URL       string            `json:"url"`
		DependsOn []string          `json:"dependsOn,omitempty"`
		Headers   map[string]string `json:"headers,omitempty"`
		Body      json.RawMessage   `json:"body,omitempty"`
	}
)

// send exchanges a chunk with Graph.
func (r *batchRun) send(ctx context.Context, chunk *batchChunk) {
	// The caller may have ways to go on after a panic, and a goroutine of ours
	// has none.
	defer func() {
		chunk.thrown = recover()
		r.done <- chunk
	}()
	wire, rest := chunk.pack(r.client)
	if len(rest) > 0 {
		r.back <- rest
	}
	if len(wire.Requests) > 0 {
		chunk.started = time.Now()
		chunk.err = chunk.post(ctx, r.client, wire)
	}
}

// pack encodes the steps, and returns those that there is no room for. A step
// that cannot be sent has its fault afterwards.
func (b *batchChunk) pack(c *Client) (wire batchWire, rest []*batchStep) {
	chain := b.steps[len(b.steps)-1].parent != nil
	var size int64
	for i, s := range b.steps {
		if s.parent != nil && s.parent.fault != nil {
			s.fault = s.parentFailed()
			continue
		}
		if s.fault = s.setBody(s.req); s.fault != nil {
			continue
		}
		if size += s.size(); size > maxBatchBytes {
			s.body, s.open = nil, nil
			switch {
			case chain:
				for _, s := range b.steps {
					s.fault = s.tooLarge()
				}
				return batchWire{}, nil
			case len(wire.Requests) > 0:
				rest, b.steps = b.steps[i:], b.steps[:i]
				return wire, rest
			}
			s.fault, size = s.tooLarge(), 0
			continue
		}
		var item batchWireItem
		if item, s.fault = s.wire(c); s.fault == nil {
			wire.Requests = append(wire.Requests, item)
		}
	}
	return wire, nil
}

func (s *batchStep) tooLarge() error {
	return fmt.Errorf("m365graph: %s %s: with what it depends on it is over %d bytes, more than a batch takes", s.method, s.path, maxBatchBytes)
}

// size is about what a step takes on the wire.
func (s *batchStep) size() int64 {
	n := int64(len(s.url) + len(s.body) + len(s.id))
	for name, values := range s.header {
		n += int64(len(name) + len(strings.Join(values, ", ")) + len(`"":"",`))
	}
	if s.open != nil {
		// Quoted text may be up to twice as long, base64 is by a third.
		n += s.length * 2
		if kindOf(s.header.Get("Content-Type")) == kindBinary {
			n -= s.length * 2 / 3
		}
	}
	return n + int64(len(`{"id":"","method":"OPTIONS","url":"","dependsOn":[""],"headers":{},"body":}`))
}

// wire encodes a step, whose body does not stay.
func (s *batchStep) wire(c *Client) (batchWireItem, error) {
	defer func() { s.body, s.open = nil, nil }()
	item := batchWireItem{
		ID: s.id, Method: s.method, URL: strings.TrimPrefix(s.url, c.root),
		Headers: make(map[string]string, len(s.header)), Body: s.body,
	}
	for name, values := range s.header {
		item.Headers[name] = strings.Join(values, ", ")
	}
	if s.parent != nil {
		item.DependsOn = []string{s.parent.id}
	}
	if s.open == nil {
		return item, nil
	}
	content, err := readContent(s.req.Content)
	if err == nil {
		item.Body, err = encodeBatchBody(content, s.header.Get("Content-Type"))
	}
	if err != nil {
		return item, fmt.Errorf("m365graph: %s %s: read the content: %w", s.method, s.path, err)
	}
	return item, nil
}

func readContent(c *Content) ([]byte, error) {
	r, err := c.reader()
	if err != nil {
		return nil, err
	}
	if closer, ok := r.(io.Closer); ok {
		defer closer.Close()
	}
	b := make([]byte, c.Length)
	if n, err := io.ReadFull(r, b); err != nil {
		return nil, fmt.Errorf("it has %d bytes in place of %d: %w", n, c.Length, err)
	}
	if n, _ := io.ReadFull(r, make([]byte, 1)); n > 0 {
		return nil, fmt.Errorf("it has more than %d bytes", c.Length)
	}
	return b, nil
}

// encodeBatchBody makes JSON of a body: JSON is itself, text is a string, and
// anything else a string in base64.
func encodeBatchBody(content []byte, contentType string) (json.RawMessage, error) {
	switch kind := kindOf(contentType); {
	case kind == kindJSON && !json.Valid(content):
		return nil, errors.New("it is not the JSON that its type says")
	case kind == kindJSON:
		return content, nil
	case kind == kindText && !utf8.Valid(content):
		return nil, errors.New("it is text, and not in UTF-8")
	case kind == kindText:
		return encodeJSON(string(content))
	}
	return encodeJSON(base64.StdEncoding.EncodeToString(content))
}

type bodyKind int

const (
	kindBinary bodyKind = iota
	kindJSON
	kindText
)

func kindOf(contentType string) bodyKind {
	media, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch media = strings.TrimSpace(media); {
	case media == "application/json", strings.HasSuffix(media, "+json"):
		return kindJSON
	case media == "", strings.HasPrefix(media, "text/"):
		return kindText
	}
	return kindBinary
}

// post sends the chunk and reads the answers.
func (b *batchChunk) post(ctx context.Context, c *Client, wire batchWire) error {
	req := &Request{Method: http.MethodPost, Path: Path{escaped: "/$batch"}, Body: wire, Safety: SafetyRead}
	for _, s := range b.steps {
		req.Safety = max(req.Safety, s.safety) // from harmless to a mail
	}
	k, err := c.newCall(req)
	if err != nil {
		return err
	}
	b.call, k.told = k, true
	for _, s := range b.steps {
		// One new token is new enough for all of them.
		k.token.ForceRefresh = k.token.ForceRefresh || s.token.ForceRefresh
		k.token.Claims = cmp.Or(s.token.Claims, k.token.Claims)
		s.token.ForceRefresh, s.token.Claims = false, ""
		s.attempts++
		_, stop := s.limit(ctx) // its time begins
		stop()
	}
	resp, err := k.do(ctx)
	if err != nil {
		return err
	}
	b.reply, b.answers = resp, map[string]*http.Response{}
	next, err := readBatch(resp, b.answers)
	// OData lets a server answer in pages.
	for pages := 0; err == nil && next != "" && pages < maxBatchPages; pages++ {
		if resp, err = c.Do(ctx, &Request{link: next}); err == nil {
			next, err = readBatch(resp, b.answers)
		}
	}
	return err
}
