// Command otel traces and measures Graph with OpenTelemetry, through the transport
// of Options.HTTPClient: every attempt is a span, a retry after a throttle too.
// What the transport cannot see, Options.Hooks tell. It runs Entra ID and
// Microsoft Graph in this process, and needs no tenant.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "otel:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	cloud, err := demo.Start(ctx, nil)
	if err != nil {
		return err
	}
	defer cloud.Close()

	exporter, err := stdouttrace.New(stdouttrace.WithWriter(out), stdouttrace.WithoutTimestamps())
	if err != nil {
		return err
	}
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	defer func() { _ = traces.Shutdown(context.WithoutCancel(ctx)) }()
	reader := metric.NewManualReader()
	meters := metric.NewMeterProvider(metric.WithReader(reader))
	defer func() { _ = meters.Shutdown(context.WithoutCancel(ctx)) }()

	traced := *cloud.HTTPClient()
	traced.Transport = otelhttp.NewTransport(discreet{traced.Transport},
		otelhttp.WithTracerProvider(traces), otelhttp.WithMeterProvider(meters),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return "Graph " + r.Method }))
	client, err := m365graph.New(cloud.Tokens("Mail.Read"), &m365graph.Options{
		Cloud: cloud.Config().Cloud, HTTPClient: &traced, Hooks: onSpan(),
	})
	if err != nil {
		return err
	}

	// Graph refuses the first request, and the client comes back.
	if err := cloud.Graph.Throttle("GET /me/mailFolders/{folder}/messages", 0, 1, "0.1"); err != nil {
		return err
	}
	ctx, span := traces.Tracer("example").Start(ctx, "read the inbox")
	messages, err := m365graph.Collect[mail.Message](ctx, client, m365graph.P("me", "mailFolders", "inbox", "messages"), &m365graph.Query{Top: 10, MaxPages: 2})
	if err != nil && !errors.Is(err, m365graph.ErrTruncated) {
		return err
	}
	span.End()
	fmt.Fprintln(out, "messages read:", len(messages))
	return tellMetrics(ctx, out, reader)
}
