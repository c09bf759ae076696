package graphtest

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
)

// The sizes between which a document is compressed. A smaller one fits into a
// packet as it is. A larger one would take longer to make small and large again
// than to make and send, and programs that are tested over loopback wait for
// the processor and not for the wire.
const (
	minCompressed = 1400
	maxCompressed = 64 << 10
)

// compressor is a writer that is used again, with where it writes to.
type compressor struct {
	*gzip.Writer
	to bytes.Buffer
}

// compress makes a document smaller for a client that takes that, as Microsoft's
// SDKs do. https://learn.microsoft.com/graph/sdks/customize-client. The
// document is good until done is called. What stands in a batch is compressed
// with it.
func (x *httpExchange) compress(doc []byte) (small []byte, done func()) {
	if x.batch != nil {
		return doc, func() {}
	}
	x.w.Header().Add("Vary", "Accept-Encoding")
	if len(doc) < minCompressed || len(doc) > maxCompressed || !takesGzip(x.r.Header.Values("Accept-Encoding")) {
		return doc, func() {}
	}
	c, ok := x.s.compressors.Get().(*compressor)
	if !ok {
		c = &compressor{}
		c.Writer, _ = gzip.NewWriterLevel(&c.to, gzip.BestSpeed) // which is a level
	}
	c.to.Reset()
	c.Reset(&c.to)
	_, _ = c.Write(doc) // to memory
	_ = c.Close()
	x.w.Header().Set("Content-Encoding", "gzip")
	return c.to.Bytes(), func() { x.s.compressors.Put(c) }
}

// takesGzip reads Accept-Encoding, by
// https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3.
func takesGzip(accepted []string) bool {
	named, rest := -1.0, 0.0 // what * gives
	for _, value := range accepted {
		for item := range strings.SplitSeq(value, ",") {
			coding, params, _ := strings.Cut(item, ";")
			weight := 1.0
			if q, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q="); ok {
				weight, _ = strconv.ParseFloat(q, 64)
			}
			switch coding = strings.ToLower(strings.TrimSpace(coding)); coding {
			case "gzip", "x-gzip":
				named = max(named, weight)
			case "*":
				rest = weight
			}
		}
	}
	if named >= 0 {
		return named > 0
	}
	return rest > 0
}
