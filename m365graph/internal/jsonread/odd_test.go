package jsonread

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// odd has what encoding/json has rules of its own for.
type odd struct {
	Twins struct {
		A int `json:"B"`
		B int
	}
	Quote struct {
		A string `json:"it's"` //nolint:staticcheck // encoding/json does not take it, and nor must we
	}
	Embeds struct{ Inner }
	Hidden struct {
		Dash  string `json:"-"`
		Other string
	}
	Kelvin struct{ K string }
	Octets []octet
	Small  []int8
	One    string
	Two    string
}

// Inner is embedded.
type Inner struct{ Within string }

// octet is a byte that is no base64.
type octet byte

func (o *octet) UnmarshalText(text []byte) error {
	*o = octet(len(text))
	return nil
}

func TestOddTypesAreReadAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	document := []byte(`{"Twins":{"A":2,"B":3},"Quote":{"it's":"a","A":"b"},"Embeds":{"Within":"c"},"Hidden":{"-":"d","":"e","Dash":"f","Other":"g"},` +
		`"Kelvin":{"\u212a":"h"},"Octets":["i","jj"],"Small":[1,2,3,4,5],"One":"k\n","Two":"l\n"}`)
	var got, want odd
	if err := json.Unmarshal(document, &want); err != nil {
		t.Fatal(err)
	}
	if err := plainCodec().Unmarshal(document, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Unmarshal (-encoding/json +got):\n%s", diff)
	}
}
