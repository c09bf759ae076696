package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// throttling reads the flag -throttle.
func throttling(flag string) (graphtest.Throttling, error) {
	switch flag {
	case "off":
		return graphtest.ThrottleOff, nil
	case "real":
		return graphtest.ThrottleReal, nil
	}
	factor, err := strconv.ParseFloat(flag, 64)
	if err != nil || !(factor > 0 && factor <= 1000) {
		return 0, fmt.Errorf("-throttle %q is neither off nor real nor a factor of the real limits, such as 0.1", flag)
	}
	return graphtest.Throttling(factor), nil
}

// spoil arranges the faults that a file names; "" names none.
func spoil(graph *graphtest.Server, file string) error {
	if file == "" {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("-faults: %w", err)
	}
	defer f.Close()
	faults, err := graphtest.ParseFaults(f)
	if err != nil {
		return fmt.Errorf("-faults: %s: %s", file, strings.TrimPrefix(err.Error(), "graphtest: faults: "))
	}
	for _, fault := range faults {
		if err := graph.Fail(fault); err != nil {
			return fmt.Errorf("-faults: %s: %s", file, strings.TrimPrefix(err.Error(), "graphtest: faults: "))
		}
	}
	return nil
}
