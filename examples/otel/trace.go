package main

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/m365go/sdk/m365graph"
)

// discreet takes back what otelhttp notes of a URL. Its query tells what was
// searched for, its path names people and files, and an upload or download link
// is as good as a token. A span keeps the host.
type discreet struct{ base http.RoundTripper }

// RoundTrip runs within otelhttp's span, and so has the last word on it.
func (d discreet) RoundTrip(req *http.Request) (*http.Response, error) {
	trace.SpanFromContext(req.Context()).SetAttributes(attribute.String("url.full", req.URL.Scheme+"://"+req.URL.Host+"/"))
	return d.base.RoundTrip(req)
}

// onSpan notes on the caller's own span what the client did for it. An event has
// the route in place of the path, and Graph's id of the request for support.
func onSpan() m365graph.Hooks {
	note := func(name string) func(context.Context, m365graph.Event) {
		return func(ctx context.Context, e m365graph.Event) {
			trace.SpanFromContext(ctx).AddEvent(name, trace.WithAttributes(
				attribute.String("graph.route", e.Route), attribute.Int("graph.attempt", e.Attempt),
				attribute.Int("http.response.status_code", e.Status), attribute.String("graph.request_id", e.RequestID),
				attribute.Float64("graph.wait_seconds", e.Wait.Seconds()), attribute.Int("graph.items", e.Items)))
		}
	}
	return m365graph.Hooks{Throttle: note("throttled"), Retry: note("retry"), Page: note("page")}
}
