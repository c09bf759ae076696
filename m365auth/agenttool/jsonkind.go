package agenttool

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// mismatch names what t wants in place of token, or is empty if token fits.
// Null fits everywhere: models send it for an argument that they leave out.
func mismatch(token json.Token, t reflect.Type) string {
	if t == nil || token == nil {
		return ""
	}
	number, isNumber := token.(json.Number)
	text, isString := token.(string)
	switch kind := t.Kind(); {
	case kind == reflect.String:
		return unless(isString, "a string")
	case kind == reflect.Bool:
		_, isBool := token.(bool)
		return unless(isBool, "true or false")
	case isInteger(kind):
		return unless(isNumber && fitsInteger(number.String(), t), "a whole number"+rangeOf(t))
	case kind == reflect.Float32 || kind == reflect.Float64:
		_, err := strconv.ParseFloat(number.String(), t.Bits())
		return unless(isNumber && err == nil, "a number")
	case kind == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		_, err := base64.StdEncoding.DecodeString(text)
		return unless(isString && err == nil, "a string in base64")
	case kind == reflect.Slice || kind == reflect.Array:
		return unless(token == json.Delim('['), "an array")
	}
	return unless(token == json.Delim('{'), "an object")
}

func unless(fits bool, want string) string {
	if fits {
		return ""
	}
	return want
}

func isInteger(k reflect.Kind) bool { return isSigned(k) || isUnsigned(k) }

func isSigned(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Int64 }

func isUnsigned(k reflect.Kind) bool { return k >= reflect.Uint && k <= reflect.Uintptr }

// rangeOf says what a whole number of type t must be besides whole.
func rangeOf(t reflect.Type) string {
	if isUnsigned(t.Kind()) {
		return " from 0 on"
	}
	return ""
}

// fitsInteger reports whether a JSON number is whole and in the range of t.
func fitsInteger(number string, t reflect.Type) bool {
	whole, ok := wholeNumber(number)
	if !ok {
		return false
	}
	var err error
	if isSigned(t.Kind()) {
		_, err = strconv.ParseInt(whole, 10, t.Bits())
	} else {
		_, err = strconv.ParseUint(whole, 10, t.Bits())
	}
	return err == nil
}

// maxPlaces is how far an exponent may move the point of a whole number: no
// integer of Go's has more digits.
const maxPlaces = 20

// wholeNumber writes a JSON number without point and exponent, and reports
// whether it can be: 5.0 and 50e-1 are 5 in JSON Schema, and a model that
// computes with floats writes them.
func wholeNumber(number string) (string, bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	places := 0
	if exponent != "" {
		n, err := strconv.Atoi(exponent)
		if err != nil || n < -maxPlaces || n > maxPlaces {
			return "", false
		}
		places = n
	}
	sign := ""
	if rest, ok := strings.CutPrefix(mantissa, "-"); ok {
		sign, mantissa = "-", rest
	}
	before, after, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimRight(before+after, "0")
	point := len(before) + places
	if strings.Trim(digits, "0") == "" {
		return "0", true
	}
	if len(digits) > point {
		return "", false
	}
	digits += strings.Repeat("0", point-len(digits))
	return sign + strings.TrimLeft(digits, "0"), true
}
