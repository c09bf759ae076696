package graphtest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// item is one answer of a batch.
type item struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

// code gives error.code.
func (it item) code() string {
	var body struct{ Error struct{ Code string } }
	_ = json.Unmarshal(it.Body, &body)
	return body.Error.Code
}

// batch sends requests as they stand in a batch, and gives the answers by id.
func (f *fixture) batch(t *testing.T, requests ...string) map[string]item {
	t.Helper()
	a := f.do(t, "POST", "/$batch", `{"requests":[`+strings.Join(requests, ",")+`]}`)
	if a.status != http.StatusOK {
		t.Fatalf("$batch = %d %s, want 200", a.status, a.body)
	}
	var out struct{ Responses []item }
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatal(err)
	}
	byID := map[string]item{}
	for _, it := range out.Responses {
		byID[it.ID] = it
	}
	if len(byID) != len(requests) || len(out.Responses) != len(requests) {
		t.Fatalf("$batch answers %d of %d requests: %s", len(out.Responses), len(requests), a.body)
	}
	return byID
}

func statuses(items map[string]item) map[string]int {
	got := map[string]int{}
	for id, it := range items {
		got[id] = it.Status
	}
	return got
}

func get(id, url string) string { return fmt.Sprintf(`{"id":%q,"method":"GET","url":%q}`, id, url) }

func TestBatchAnswersEachRequest(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	got := f.batch(t,
		get("1", "/me"), get("two", "users?$select=id&$filter=displayName eq 'Sales Desk'"),
		get("3", "/me/messages/nothing"), get("4", "https://graph.microsoft.com/v1.0/me"),
		get("5", "/%zz"), get("6", "/v1.0/me"), get("7", "/me/mailFolders/inbox/messages?$top=-1"),
		`{"id":"8","method":"post","url":"/me/sendMail","headers":{"content-type":"application/json"},"body":`+quote+`}`,
		`{"id":"9","method":"POST","url":"/$batch","headers":{"Content-Type":"application/json"},"body":{"requests":[`+get("1", "/me")+`]}}`,
		`{"id":"10","method":"DELETE","url":"/me"}`,
	)
	want := map[string]int{"1": 200, "two": 200, "3": 400, "4": 400, "5": 400, "6": 400, "7": 400, "8": 202, "9": 400, "10": 405}
	if diff := cmp.Diff(want, statuses(got)); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if id := got["two"]; !strings.Contains(string(id.Body), salesID) || strings.Contains(string(id.Body), opsID) {
		t.Errorf("the filtered list = %s, want the sales desk alone", id.Body)
	}
	if h := got["1"].Headers; h["Content-Type"] == "" || h["Date"] != "" || h["Request-Id"] != "" {
		t.Errorf("headers of an item = %v, want its own alone", h)
	}
	if body := got["8"].Body; body != nil {
		t.Errorf("body of 202 = %s, want none", body)
	}
	if n := sentItems(t, f); n != 1 {
		t.Errorf("%v messages were sent, want 1", n)
	}
}

func TestBatchOfBetaIsOfBeta(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	a := f.do(t, "POST", f.URL()+"/beta/$batch", `{"requests":[`+get("1", "/me")+`]}`)
	if want := f.URL() + `/beta/$metadata#users/$entity`; a.status != 200 || !strings.Contains(string(a.body), want) {
		t.Errorf("$batch of beta = %d %s, want %s in it", a.status, a.body, want)
	}
}

// CLI for Microsoft 365 numbers its requests, and reads the answers' ids as text.
func TestBatchTakesNumbersForIDs(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	got := f.batch(t, `{"id":1,"method":"GET","url":"/nowhere"}`, `{"id":2,"method":"GET","url":"/me","dependsOn":[1]}`)
	if diff := cmp.Diff(map[string]int{"1": 400, "2": 424}, statuses(got)); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestBatchIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	many := make([]string, 21)
	for i := range many {
		many[i] = get(fmt.Sprint(i), "/me")
	}
	on := func(id, on string) string {
		return fmt.Sprintf(`{"id":%q,"method":"GET","url":"/me","dependsOn":[%q]}`, id, on)
	}
	for name, tt := range map[string]struct{ body, message string }{
		"no JSON":             {`{`, "Unable to read JSON request payload"},
		"no requests":         {`{}`, "Invalid batch payload format."},
		"null":                {`{"requests":[null]}`, "Invalid batch payload format."},
		"no id":               {`{"requests":[{"method":"GET","url":"/me"}]}`, "Invalid batch payload format."},
		"a list for an id":    {`{"requests":[{"id":["1"],"method":"GET","url":"/me"}]}`, "Unable to read JSON"},
		"null for an id":      {`{"requests":[{"id":null,"method":"GET","url":"/me"}]}`, "Invalid batch payload format."},
		"one number twice":    {`{"requests":[{"id":1,"method":"GET","url":"/me"},{"id":"1","method":"GET","url":"/me"}]}`, "Request Id 1 has to be unique in a batch."},
		"no url":              {`{"requests":[{"id":"1","method":"GET"}]}`, "Invalid batch payload format."},
		"too many":            {`{"requests":[` + strings.Join(many, ",") + `]}`, "exceeds the limit"},
		"one id twice":        {`{"requests":[` + get("a", "/me") + "," + get("A", "/me") + `]}`, "Request Id A has to be unique in a batch."},
		"no content type":     {`{"requests":[{"id":"1","method":"POST","url":"/me/sendMail","body":{}}]}`, "Write request id : 1 does not contain Content-Type header or body."},
		"no body":             {`{"requests":[{"id":"1","method":"POST","url":"/me/sendMail","headers":{"Content-Type":"application/json"}}]}`, "Write request id : 1"},
		"depends on nothing":  {`{"requests":[` + on("1", "2") + `]}`, "Invalid dependency for request Id 1."},
		"depends on later":    {`{"requests":[` + on("1", "2") + "," + get("2", "/me") + `]}`, "Invalid dependency for request Id 1."},
		"depends on itself":   {`{"requests":[` + on("1", "1") + `]}`, "Invalid dependency for request Id 1."},
		"a tree":              {`{"requests":[` + get("1", "/me") + "," + on("2", "1") + "," + on("3", "2") + "," + on("4", "1") + `]}`, "Invalid dependency for request Id"},
		"a header of headers": {`{"requests":[{"id":"1","method":"GET","url":"/me","headers":{"Prefer":["a"]}}]}`, "Unable to read JSON"},
	} {
		a := f.do(t, "POST", "/$batch", tt.body)
		if a.status != 400 || a.code(t) != "BadRequest" || !strings.Contains(string(a.body), tt.message) {
			t.Errorf("%s: $batch = %d %s, want 400 with %q", name, a.status, a.body, tt.message)
		}
	}
	if a := f.do(t, "GET", "/$batch", ""); a.status != 405 {
		t.Errorf("GET /$batch = %d, want 405", a.status)
	}
	if a := f.do(t, "POST", "/$batch", `{"requests":[]}`, "Authorization", "-"); a.status != 401 {
		t.Errorf("$batch without a token = %d, want 401", a.status)
	}
}

func TestBatchKeepsTheOrderOfDependencies(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	send := func(id, on, body string) string {
		return fmt.Sprintf(`{"id":%q,"method":"POST","url":"/me/sendMail","dependsOn":[%s],"headers":{"Content-Type":"application/json"},"body":%s}`, id, on, body)
	}
	got := statuses(f.batch(t, get("1", "/me"), send("2", `"1"`, quote), send("3", `"2"`, `{}`), send("4", `"3"`, quote), send("5", `"4"`, quote)))
	if diff := cmp.Diff(map[string]int{"1": 200, "2": 202, "3": 400, "4": 424, "5": 424}, got); diff != "" {
		t.Errorf("a chain (-want +got):\n%s", diff)
	}
	got = statuses(f.batch(t, get("1", "/me/nothing"), get("2", "/me"), send("3", `"1"`, quote), send("4", `"1"`, quote)))
	if diff := cmp.Diff(map[string]int{"1": 400, "2": 200, "3": 424, "4": 424}, got); diff != "" {
		t.Errorf("all on the same (-want +got):\n%s", diff)
	}
	if n := sentItems(t, f); n != 1 {
		t.Errorf("%v messages were sent, want 1", n)
	}
}

func TestBatchCarriesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	text := []byte("a\x00\xff file?")
	got := f.batch(t, `{"id":"1","method":"PUT","url":"/me/drive/root:/a.bin:/content","headers":{"Content-Type":"application/octet-stream"},"body":"`+
		base64.URLEncoding.EncodeToString(text)+`"}`,
		`{"id":"2","method":"PUT","url":"/me/drive/root:/b.txt:/content","headers":{"Content-Type":"text/plain"},"body":"plain"}`,
		`{"id":"3","method":"PUT","url":"/me/drive/root:/c.bin:/content","headers":{"Content-Type":"image/png"},"body":"!"}`)
	if diff := cmp.Diff(map[string]int{"1": 201, "2": 201, "3": 400}, statuses(got)); diff != "" {
		t.Fatalf("uploads (-want +got):\n%s", diff)
	}
	got = f.batch(t, get("1", "/me/drive/root:/a.bin:/content"), get("2", "/me/drive/root:/b.txt:/content"), get("3", "/me/messages/$count"))
	for id, want := range map[string]string{"1": string(text), "2": "plain"} {
		if got[id].Status != 302 {
			t.Fatalf("content = %d, want 302", got[id].Status)
		}
		if a := f.do(t, "GET", got[id].Headers["Location"], "", "Authorization", "-"); string(a.body) != want {
			t.Errorf("the file has %q, want %q", a.body, want)
		}
	}
	if string(got["3"].Body) != `"0"` {
		t.Errorf("$count in a batch = %s, want text", got["3"].Body)
	}
}

func TestBatchIsLoggedAndSpoiledByItem(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Throttle("GET /me/messages", 1, 1, "0.5"))
	must(t, f.Fail(graphtest.Fault{Route: "GET /me", Delay: 20 * time.Millisecond, Count: -1}))
	got := f.batch(t, get("a", "/me/messages"), get("b", "/me/messages"), get("c", "/me/messages"), get("d", "/me"), get("e", "/me"))
	if diff := cmp.Diff(map[string]int{"a": 200, "b": 429, "c": 200, "d": 200, "e": 200}, statuses(got)); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if b := got["b"]; b.Headers["Retry-After"] != "0.5" || b.code() != "TooManyRequests" {
		t.Errorf("the throttled one = %+v, want Retry-After 0.5 and TooManyRequests", b)
	}
	var log []string
	for _, r := range f.Requests() {
		log = append(log, r.Batch+" "+r.Route+" "+fmt.Sprint(r.Status))
	}
	want := []string{" POST /$batch 200", "a GET /~/messages 200", "b GET /~/messages 429", "c GET /~/messages 200", "d GET /~ 200", "e GET /~ 200"}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	must(t, f.Fail(graphtest.Fault{Route: "GET /me/messages", Cut: graphtest.CutBefore}))
	if a, err := f.try(t, "POST", "/$batch", `{"requests":[`+get("a", "/me/messages")+`]}`); err == nil {
		t.Errorf("a batch with a cut item = %d, want the connection cut", a.status)
	}
}

func TestBatchChecksScopesByItem(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.token = mint(t, map[string]any{"scp": "Mail.Read"})
	got := f.batch(t, get("1", "/me/messages"), get("2", "/me/drive"), get("3", "/users/"+opsID+"/messages"))
	if diff := cmp.Diff(map[string]int{"1": 200, "2": 403, "3": 403}, statuses(got)); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func FuzzBatch(f *testing.F) {
	f.Add(`{"requests":[` + get("1", "/me") + `]}`)
	f.Add(`{"requests":[{"id":"1","method":"PUT","url":"me/drive/root:/a:/content","headers":{"Content-Type":"text/plain","Prefer":1},"body":"x"}]}`)
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"?","dependsOn":["1"]}]}`)
	f.Add(`{"requests":[{"id":"1","method":"A B","url":"//%2f..#","headers":{"A\n":"b"},"body":null}]}`)
	server, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: office(), Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = server.Close() })
	x := &fixture{server, mint(f, nil)}
	f.Fuzz(func(t *testing.T, body string) {
		a := x.do(t, "POST", "/$batch", body)
		var out struct{ Responses []item }
		if a.status >= 500 || json.Unmarshal(a.body, &out) != nil {
			t.Fatalf("$batch = %d %s", a.status, a.body)
		}
		for _, it := range out.Responses {
			if it.Status >= 500 && it.Status != http.StatusInsufficientStorage || it.Status == 0 {
				t.Errorf("%s answers %d %s", body, it.Status, it.Body)
			}
		}
	})
}
