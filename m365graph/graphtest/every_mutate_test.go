package graphtest_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// choices are what a fuzzer decides, a byte for each. Where none is left the
// first possibility is taken, which is to leave things as they are.
type choices []byte

func (c *choices) pick(n int) int {
	if len(*c) == 0 {
		return 0
	}
	b := (*c)[0]
	*c = (*c)[1:]
	return int(b) % n
}

// hostileValues are the texts that stand in place of values of JSON. EXTRA is the
// fuzzer's own, OLD what stood there.
var hostileValues = []string{
	`null`, `true`, `0`, `-1`, `1e308`, `1e-7`, `9223372036854775808`, `2147483648`, `""`, `" "`, `"EXTRA"`, `EXTRA`, `[]`, `{}`, `[null]`, `[OLD]`, `[OLD,OLD]`, `{"x":OLD}`, `"\u0000"`, `"\ud800"`,
	`"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.9999999Z"`, `"2026-02-30T25:61:00"`, `"PT1H"`, `"P99999999Y"`, `"UTC"`, `"#microsoft.graph.user"`, `"https://graph.microsoft.com/v1.0/users('EXTRA')"`,
	`"` + strings.Repeat("x", 70_000) + `"`, strings.Repeat(`[`, 10_001) + strings.Repeat(`]`, 10_001), strings.Repeat(`{"body":`, 200) + `1` + strings.Repeat(`}`, 200),
	`[` + strings.Repeat(`OLD,`, 600) + `OLD]`, `OLD,"EXTRA":null`, `OLD,"ID":"EXTRA"`, `OLD,"@odata.type":"#microsoft.graph.EXTRA"`, `OLD,"@odata.type":"#microsoft.graph.itemAttachment"`,
}

// mutateJSON changes some values of a document.
func mutateJSON(c *choices, doc, extra string) string {
	var root any
	if json.Unmarshal([]byte(doc), &root) != nil {
		return doc
	}
	holder := []any{root}
	for range c.pick(4) {
		var places []func(any) any // each sets its value, and gives the one before
		collect(holder, &places)
		set := places[c.pick(len(places))]
		raw := hostileValues[c.pick(len(hostileValues))]
		old, err := json.Marshal(set(nil))
		if err != nil || len(old) > 10_000 {
			old = []byte("null")
		}
		quoted, _ := json.Marshal(extra) //nolint:errchkjson // a string
		raw = strings.ReplaceAll(raw, "OLD", string(old))
		if !strings.HasPrefix(raw, "EXTRA") {
			raw = strings.ReplaceAll(raw, "EXTRA", string(quoted[1:len(quoted)-1]))
		} else {
			raw = extra
		}
		set(verbatim(raw))
	}
	return write(holder[0])
}

// verbatim is text that stands in a document as it is, be it JSON or not.
type verbatim string

// collect finds the places of values.
func collect(v any, places *[]func(any) any) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			*places = append(*places, func(to any) any { old := v[name]; v[name] = to; return old })
			collect(v[name], places)
		}
	case []any:
		for i := range v {
			*places = append(*places, func(to any) any { old := v[i]; v[i] = to; return old })
			collect(v[i], places)
		}
	}
}

func write(v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case verbatim:
		return string(v)
	case map[string]any:
		for i, name := range slices.Sorted(maps.Keys(v)) {
			key, _ := json.Marshal(name) //nolint:errchkjson // a string
			b.WriteString([]string{"{", ","}[min(i, 1)] + string(key) + ":" + write(v[name]))
		}
		return b.String() + []string{"}", "{}"}[max(1-len(v), 0)]
	case []any:
		for i := range v {
			b.WriteString([]string{"[", ","}[min(i, 1)] + write(v[i]))
		}
		return b.String() + []string{"]", "[]"}[max(1-len(v), 0)]
	}
	text, _ := json.Marshal(v) //nolint:errchkjson // what json.Unmarshal gave
	return string(text)
}

// hostileHeaders are what a request may bear beside; pairs.
var hostileHeaders = [][2]string{
	{"If-Match", "*"}, {"If-Match", `W/"x"`}, {"If-Match", "EXTRA"}, {"If-None-Match", "*"}, {"If-None-Match", "EXTRA"}, {"Content-Range", "bytes 0-2/9223372036854775807"}, {"Content-Range", "bytes */3"},
	{"Content-Range", "EXTRA"}, {"Content-Type", "text/plain"}, {"Content-Type", "multipart/form-data; boundary=x"}, {"Content-Type", "EXTRA"}, {"Content-Type", "-"}, {"Content-Encoding", "gzip"}, {"Content-Encoding", "br"},
	{"Prefer", `IdType="ImmutableId", outlook.timezone="EXTRA", odata.maxpagesize=1`}, {"Prefer", "return=minimal, outlook.body-content-type=text"}, {"Prefer", "EXTRA"}, {"Prefer", "respond-async, bypass-shared-lock, deltashowremovedasdeleted, deltatraversepermissiongaps"},
	{"Range", "bytes=-1"}, {"Range", "EXTRA"}, {"Accept", "application/json;odata.metadata=none"}, {"Accept", "EXTRA"}, {"Accept-Encoding", "gzip"}, {"Accept-Language", "EXTRA"}, {"ConsistencyLevel", "-"}, {"Client-Request-Id", "EXTRA"}, {"Content-Type", "application/json;IEEE754Compatible=true"},
}

// hostileQueries are given to whatever route.
var hostileQueries = []string{
	"", "$top=1", "$top=0", "$top=99999999999999999999", "$skip=9223372036854775807&$top=2", "$select=id,EXTRA", "$select=*", "$expand=*", "$expand=EXTRA", "$filter=EXTRA", "$filter=id eq 'EXTRA'", "$filter=createdDateTime gt 2026-01-01T00:00:00Z and not(contains(subject,'EXTRA'))",
	"$orderby=EXTRA desc", "$orderby=lastModifiedDateTime,id", "$search=EXTRA", `$search="EXTRA"`, "$count=true", "$format=EXTRA", "$skiptoken=EXTRA", "$deltatoken=EXTRA", "token=EXTRA", "EXTRA", "$expand=attachments($select=id;$top=1),children($expand=children)", "$expand=fields($select=EXTRA)",
	"startDateTime=0001-01-01&endDateTime=9999-12-31", "startDateTime=EXTRA&endDateTime=2026-04-01T00:00:00Z", "@microsoft.graph.conflictBehavior=rename", "@microsoft.graph.conflictBehavior=EXTRA", "q=EXTRA", "$apply=EXTRA", "$levels=max", "$expand=manager($levels=9)",
}

// mutated is the request of a route's seed, with what the fuzzer makes of it.
func (w *whole) mutated(c *choices, r *graphtest.RouteInfo, extra string) request {
	spelling := preferred(r, false)
	if n := c.pick(2 * len(r.Spellings)); n > len(r.Spellings) {
		spelling = r.Spellings[n-len(r.Spellings)]
	}
	q := w.seeded(r, spelling)
	if c.pick(3) == 1 && !r.Content {
		q.target = w.fill(spelling, w.confused(c, spelling, extra))
	}
	fill := func(text string) string { return strings.ReplaceAll(text, "EXTRA", extra) }
	if n := c.pick(2 * len(hostileQueries)); n < len(hostileQueries) && n > 0 {
		var escaped []string
		for pair := range strings.SplitSeq(fill(hostileQueries[n]), "&") {
			name, value, _ := strings.Cut(pair, "=")
			escaped = append(escaped, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
		q.target += []string{"?", "&"}[min(strings.Count(q.target, "?"), 1)] + strings.Join(escaped, "&")
	}
	q.body = mutateJSON(c, q.body, extra)
	for range c.pick(3) {
		h := hostileHeaders[c.pick(len(hostileHeaders))]
		q.header = append(q.header, h[0], headerText(fill(h[1])))
	}
	switch c.pick(12) {
	case 1:
		q.body = extra
	case 2:
		q.body = q.body[:len(q.body)/2]
	case 3:
		q.body += q.body
	case 4, 5:
		q.body, q.header = squeezed(q.body, c.pick(2) == 1), append(q.header, "Content-Encoding", "gzip")
	}
	if c.pick(8) == 1 && strings.HasPrefix(q.target, "/") {
		q.target = w.URL() + "/beta" + q.target
	}
	return q
}

// confused puts other ids in place of some of those in a spelling.
func (w *whole) confused(c *choices, spelling, extra string) map[string]string {
	over := map[string]string{}
	all := slices.Sorted(maps.Keys(w.ids))
	for element := range strings.SplitSeq(spelling, "/") {
		if !strings.HasPrefix(element, "{") {
			continue
		}
		switch c.pick(5) {
		case 1:
			over[element] = extra
		case 2:
			over[element] = w.ids[all[c.pick(len(all))]]
		case 3:
			over[element] = []string{"", "00000000-0000-0000-0000-000000000000", "inbox", "root", "$value", "a/b", "x:y:", "..", strings.Repeat("A", 52), "('x')", "x(y=1)", "1.0", "-1"}[c.pick(13)]
		}
	}
	return over
}

// headerText is what of a text may stand in a header.
func headerText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// squeezed is a body in gzip, perhaps without its end.
func squeezed(body string, cut bool) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(body)) // into memory
	_ = z.Close()
	if cut {
		b.Truncate(b.Len() / 2)
	}
	return b.String()
}
