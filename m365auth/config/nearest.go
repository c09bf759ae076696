package config

import "strings"

// nearest returns the candidate that name was probably meant to be, or "".
func nearest(name string, candidates []string) string {
	fold := strings.NewReplacer("-", "_", ".", "_", " ", "_")
	want := fold.Replace(strings.ToLower(name))
	best, bestDistance := "", 0
	for _, c := range candidates {
		d := distance(want, c)
		// A third of the letters may be wrong; beyond that a guess misleads.
		if d > max(1, len(c)/3) {
			continue
		}
		if best == "" || d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is Levenshtein's: how many letters to insert, drop or change.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a) // nobody meant so long a key, and the table below would be as long
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
