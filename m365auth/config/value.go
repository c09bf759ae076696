package config

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/m365go/sdk/m365auth"
)

// kind is the type of a setting.
type kind int

const (
	kindText kind = iota
	kindPath
	kindNumber
	kindBool
	kindList
	kindSecret
)

// value is a setting that has the right type; the field of its kind is set.
type value struct {
	text   string
	list   []string
	number int
	flag   bool
	secret m365auth.Secret
	// file is where a secret is to be read from.
	file string
}

// envText is a value from the environment, where everything is text: unlike a
// string of a document it may stand for a number or a list.
type envText string

// parser turns what a layer holds into a value.
type parser struct {
	env  func(string) (string, bool)
	home string
}

// reference is ${NAME} as a whole value.
var reference = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// parse returns the value that a key has, and the name of the variable that it
// refers to, if it does.
func (p *parser) parse(k *key, raw any, inFile bool) (v value, variable string, f *fault) {
	if text, ok := raw.(string); ok {
		if m := reference.FindStringSubmatch(text); m != nil {
			variable = m[1]
			if k.host {
				return v, variable, &fault{"a host does not come from a variable", "write it out"}
			}
			expanded, ok := p.env(variable)
			if !ok || expanded == "" {
				return v, variable, &fault{"the variable " + variable + " is not set", "set it, or remove the key"}
			}
			raw = envText(expanded)
		}
	}
	switch {
	case k.kind != kindSecret:
		v, f = p.typed(k.kind, raw)
	case inFile:
		v, f = p.typed(kindPath, raw)
		v = value{file: v.text}
	default:
		v, f = secret(k, raw)
	}
	if f == nil && k.check != nil {
		f = k.check(v)
	}
	return v, variable, f
}

// secret accepts a secret from the environment and from code, never from a
// document: those are copied, committed and shown.
func secret(k *key, raw any) (value, *fault) {
	switch raw := raw.(type) {
	case envText:
		return value{secret: m365auth.NewSecret(string(raw))}, nil
	case m365auth.Secret:
		return value{secret: raw}, nil
	}
	return value{}, &fault{"a secret is not written out here", fmt.Sprintf(
		"set %s in the environment, write ${VAR} or %s%s, or supply it from code; if it was real, replace it",
		variable(k.name), k.name, fileSuffix)}
}

func (p *parser) typed(kind kind, raw any) (v value, f *fault) {
	env, fromEnv := raw.(envText)
	switch kind {
	case kindText, kindPath:
		text, ok := raw.(string)
		if fromEnv {
			text, ok = string(env), true
		}
		if !ok {
			return v, wrongType(raw, "text", `put it in quotes`)
		}
		if f = plain(text); f == nil && kind == kindPath {
			text, f = p.path(text)
		}
		v.text = text
	case kindNumber:
		digits, ok := raw.(json.Number)
		if fromEnv {
			digits, ok = json.Number(env), true
		}
		n, err := strconv.Atoi(string(digits))
		if !ok || err != nil {
			return v, wrongType(raw, "a whole number", "write it in digits, without quotes")
		}
		v.number = n
	case kindBool:
		flag, ok := raw.(bool)
		if fromEnv {
			flag, ok = env == "true", env == "true" || env == "false"
		}
		if !ok {
			return v, wrongType(raw, "true or false", "write true or false, without quotes")
		}
		v.flag = flag
	case kindList:
		v.list, f = p.list(raw)
	}
	return v, f
}

// list accepts a list of strings, and from the environment one text with commas
// or spaces. An element may be a ${VAR} itself.
func (p *parser) list(raw any) ([]string, *fault) {
	list := []string{}
	switch raw := raw.(type) {
	case envText:
		for _, s := range strings.FieldsFunc(string(raw), func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
			if f := plain(s); f != nil {
				return nil, f
			}
			list = append(list, s)
		}
		return list, nil
	case []string:
		return append(list, raw...), nil
	case []any:
		for i, e := range raw {
			v, _, f := p.parse(&key{kind: kindText}, e, false)
			if f == nil && strings.ContainsFunc(v.text, unicode.IsSpace) {
				f = &fault{"has a space in it", "give each name an element of its own"}
			}
			if f != nil {
				return nil, &fault{fmt.Sprintf("element %d: %s", i+1, f.detail), f.remedy}
			}
			list = append(list, v.text)
		}
		return list, nil
	}
	return nil, wrongType(raw, "a list", "write [a, b], or one element a line after a dash")
}

// path makes a path absolute. One that depends on the working folder is
// refused: whoever chose the folder would choose the file.
func (p *parser) path(text string) (string, *fault) {
	if rest, ok := strings.CutPrefix(text, "~/"); ok {
		if p.home == "" {
			return "", &fault{"the home folder is not known", "write the whole path"}
		}
		return filepath.Join(p.home, filepath.FromSlash(rest)), nil
	}
	if !filepath.IsAbs(text) {
		return "", &fault{"the path depends on the working folder", "write the whole path, or one that begins with ~/"}
	}
	return filepath.Clean(text), nil
}

// plain refuses text that no setting can mean.
func plain(text string) *fault {
	switch {
	case text == "":
		return &fault{"is empty", "remove the key to leave it to the layers below"}
	case strings.Contains(text, "${"):
		return &fault{"has a ${VAR} inside other text", "let ${VAR} be the whole value"}
	case strings.TrimSpace(text) != text || strings.ContainsFunc(text, unicode.IsControl):
		return &fault{"begins or ends with a space, or has a control character in it", "remove it"}
	}
	return nil
}

func wrongType(raw any, want, remedy string) *fault {
	return &fault{"is " + describe(raw) + ", not " + want, remedy}
}

// describe names a value's type, never the value.
func describe(raw any) string {
	switch raw := raw.(type) {
	case nil:
		return "empty"
	case string:
		return "text"
	case envText:
		return "other text"
	case bool:
		return "true or false"
	case json.Number:
		if strings.ContainsAny(string(raw), ".eEnN") {
			return "a fraction or an outsized number"
		}
		return "a number"
	case []any, []string:
		return "a list"
	case object:
		return "a table"
	case oddity:
		return string(raw)
	}
	return fmt.Sprintf("a %T", raw)
}
