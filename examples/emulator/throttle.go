package main

import (
	"fmt"
	"strconv"

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
