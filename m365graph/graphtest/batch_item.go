package graphtest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// exchange makes of an item what comes off the wire otherwise. The error, if
// any, is the item's answer.
func (b *batch) exchange(it *batchItem) (*httpExchange, error) {
	outer := b.c.r
	path, query, _ := strings.Cut(it.URL, "?")
	u, err := url.Parse("/" + b.c.version + "/" + strings.TrimPrefix(path, "/"))
	if err != nil {
		u = &url.URL{Path: "/" + b.c.version + "/"}
		err = failf(codeBadRequest, "Invalid request url: %s", it.URL)
	}
	u.RawQuery = query
	r := (&http.Request{
		Method: it.Method, URL: u, Host: outer.Host, Header: http.Header{},
		Proto: outer.Proto, ProtoMajor: outer.ProtoMajor, ProtoMinor: outer.ProtoMinor, RemoteAddr: outer.RemoteAddr,
	}).WithContext(outer.Context())
	r.Header.Set("Client-Request-Id", b.c.x.entry.ClientRequestID)
	for k, v := range it.Headers {
		r.Header.Set(k, string(v))
	}
	r.Header["Authorization"] = outer.Header["Authorization"]
	if body, bodyErr := it.content(); bodyErr != nil {
		err = bodyErr
	} else if body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	x := &httpExchange{
		s: b.c.s, w: &recorder{ResponseWriter: it.answer}, r: r, number: b.c.x.number, batch: b.c.x, bodySum: string(digest(string(it.Body))),
	}
	x.begin(Request{ID: b.c.x.entry.ID, Batch: string(it.ID)})
	return x, err
}

// content undoes what was done to the body so that it fits into JSON.
func (it *batchItem) content() ([]byte, error) {
	if len(it.Body) == 0 || string(it.Body) == "null" {
		return nil, nil
	}
	kind := bodyKindOf(it.header("Content-Type"))
	if kind == jsonBody || it.Body[0] != '"' {
		return it.Body, nil
	}
	var text string
	if err := json.Unmarshal(it.Body, &text); err != nil {
		return nil, failf(codeBadRequest, "Invalid batch payload format.")
	}
	if kind == textBody {
		return []byte(text), nil
	}
	plain := strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(text)
	b, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil {
		return nil, failf(codeBadRequest, "The body of request %s is not valid base64.", it.ID)
	}
	return b, nil
}

// bodyKind is how a body stands in a batch, by
// https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_BatchRequest.
type bodyKind int

const (
	jsonBody   bodyKind = iota // as it is
	textBody                   // as a string
	binaryBody                 // in base64
)

func bodyKindOf(contentType string) bodyKind {
	media, _, _ := mime.ParseMediaType(contentType)
	switch {
	case media == "application/json", strings.HasSuffix(media, "+json"):
		return jsonBody
	case strings.HasPrefix(media, "text/"):
		return textBody
	}
	return binaryBody
}

// outerHeaders stand on the batch's answer, not on those within.
var outerHeaders = []string{
	"Client-Request-Id", "Content-Length", "Date", "Request-Id", "Strict-Transport-Security", "X-Ms-Ags-Diagnostic",
}

// response is the item's answer as it stands in the batch's.
func (it *batchItem) response() object {
	var headers object
	for _, name := range slices.Sorted(maps.Keys(it.answer.header)) {
		if !slices.Contains(outerHeaders, name) {
			headers = append(headers, member{name, strings.Join(it.answer.header[name], ",")})
		}
	}
	out := object{{"id", string(it.ID)}, {"status", it.answer.status}, {"headers", headers}}
	body := it.answer.body.Bytes()
	if len(body) == 0 {
		if it.answer.status == http.StatusNoContent {
			return append(out, member{"body", nil})
		}
		return out
	}
	switch bodyKindOf(it.answer.header.Get("Content-Type")) {
	case jsonBody:
		if json.Valid(body) {
			return append(out, member{"body", json.RawMessage(body)})
		}
		return append(out, member{"body", string(body)})
	case textBody:
		return append(out, member{"body", string(body)})
	}
	return append(out, member{"body", body})
}

// itemWriter takes an answer that no connection carries.
type itemWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *itemWriter) Header() http.Header         { return w.header }
func (w *itemWriter) WriteHeader(status int)      { w.status = status }
func (w *itemWriter) Write(b []byte) (int, error) { return w.body.Write(b) }
