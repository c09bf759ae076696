package graphtest

import "net/http"

// What scripts on other sites may read of an answer.
const exposedHeaders = "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, ReadWriteConsistencyToken, Retry-After, WWW-Authenticate"

// crossOrigin lets scripts in a browser, which come from another origin, read
// the answer, and answers what the browser asks before it sends a request for
// them. It tells whether that was all.
// https://learn.microsoft.com/graph/auth-v2-user has such programs.
func (x *httpExchange) crossOrigin() (answered bool) {
	if x.r.Header.Get("Origin") == "" {
		return false
	}
	h := x.w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", exposedHeaders)
	method := x.r.Header.Get("Access-Control-Request-Method")
	if x.r.Method != http.MethodOptions || method == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", method)
	if names := x.r.Header.Get("Access-Control-Request-Headers"); names != "" {
		h.Set("Access-Control-Allow-Headers", names)
	}
	h.Set("Access-Control-Max-Age", "86400")
	h.Set("Content-Length", "0")
	x.w.WriteHeader(http.StatusOK)
	return true
}
