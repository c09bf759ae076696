package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// tellMetrics prints how many requests there were, by their status.
func tellMetrics(ctx context.Context, out io.Writer, reader *metric.ManualReader) error {
	var all metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &all); err != nil {
		return err
	}
	var lines []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			durations, ok := m.Data.(metricdata.Histogram[float64])
			if !ok {
				continue
			}
			for _, point := range durations.DataPoints {
				status, _ := point.Attributes.Value("http.response.status_code")
				lines = append(lines, fmt.Sprintf("%s of %d: %d", m.Name, status.AsInt64(), point.Count))
			}
		}
	}
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	return nil
}
