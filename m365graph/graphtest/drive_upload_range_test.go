package graphtest

import (
	"fmt"
	"testing"
)

func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 0-25/128", "bytes 26-26/27", "bytes 7-7/8", "bytes */128", "bytes 0-/128", "bytes -1/2", "bytes 9223372036854775807-9223372036854775807/9223372036854775808", "", "bytes  0-1/2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r, ok := parseContentRange(header)
		if !ok {
			return
		}
		if r.first < 0 || r.first > r.last || r.last >= r.total {
			t.Fatalf("parseContentRange(%q) = %+v, want first <= last < total", header, r)
		}
		if again, ok := parseContentRange(fmt.Sprintf("bytes %d-%d/%d", r.first, r.last, r.total)); !ok || again != r {
			t.Fatalf("parseContentRange(%q) = %+v, and written again %+v", header, r, again)
		}
	})
}

// TestSlicesStayBelow60MiB looks at the route alone: how its limit is enforced is tested with smaller ones.
func TestSlicesStayBelow60MiB(t *testing.T) {
	t.Parallel()
	for _, r := range driveRoutes() {
		if r.method == "PUT" && r.content && r.maxBody != 60<<20-1 {
			t.Errorf("%s %s takes %d bytes, want less than 60 MiB", r.method, r.pattern, r.maxBody)
		}
	}
}
