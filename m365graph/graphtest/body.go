package graphtest

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

const defaultMaxBody = 4 << 20

// readBody collects the body, or spools it where the route asks for that.
func (x *httpExchange) readBody() error {
	if x.call.route.spools {
		x.call.spool = &blob.Spool{}
	}
	if x.r.Body == nil || x.r.Body == http.NoBody {
		return nil
	}
	limit := x.call.route.maxBody
	if limit == 0 {
		limit = defaultMaxBody
	}
	from, err := x.decoded(limit)
	if err != nil {
		return err
	}
	var body []byte
	if x.call.spool != nil {
		_, err = io.Copy(x.call.spool, from)
	} else {
		body, err = io.ReadAll(from)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fail(codePayloadTooLarge)
	}
	if err != nil {
		return failf(codeBadRequest, "The request body ended early.")
	}
	x.call.body = body
	return nil
}

// decoded is the body as its sender has it: Microsoft's SDKs compress what they
// send. The limit holds before and after.
func (x *httpExchange) decoded(limit int64) (io.Reader, error) {
	from := http.MaxBytesReader(x.w, x.r.Body, limit)
	switch coding := x.r.Header.Get("Content-Encoding"); {
	case coding == "" || strings.EqualFold(coding, "identity"):
		return from, nil
	case !strings.EqualFold(coding, "gzip"):
		return nil, fail(codeUnsupportedMedia)
	}
	plain, err := gzip.NewReader(from)
	if err != nil {
		return nil, failf(codeBadRequest, "The request body is not in the gzip format.")
	}
	return http.MaxBytesReader(x.w, plain, limit), nil
}
