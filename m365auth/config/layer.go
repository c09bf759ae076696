package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/viper"
)

const (
	// homeFolder is ours below the person's home.
	homeFolder = ".amplifier/m365"
	// fileVariable moves the user file.
	fileVariable = "M365_CONFIG"
)

// layer is one source. viper holds what it says, and at says where.
//
// One viper for all layers would merge them well, but could not tell which one
// a value came from, and it folds the case of keys, splits them at dots and
// turns "12" into 12. So each layer has its own, keys are checked before viper
// sees them, and values are taken as they are.
type layer struct {
	values *viper.Viper
	at     map[string]written
}

// written is how a key stands in a layer.
type written struct {
	Origin
	name   string // the key, its alias, or its _file form
	inFile bool   // the _file form of a secret
}

func newLayer(opts ...viper.Option) *layer {
	// No key has a NUL in it, so none is split.
	opts = append(opts, viper.KeyDelimiter("\x00"))
	return &layer{values: viper.NewWithOptions(opts...), at: map[string]written{}}
}

func (ly *layer) put(k *key, name string, raw any, at Origin) {
	ly.values.Set(k.name, raw)
	ly.at[k.name] = written{Origin: at, name: name, inFile: name == k.name+fileSuffix}
}

func (l *loader) defaultLayer() *layer {
	ly := newLayer()
	for _, k := range keys {
		if k.def != nil {
			ly.put(k, k.name, fromGo(k.def, 0), Origin{Layer: LayerDefault})
		}
	}
	return ly
}

func (l *loader) fileLayer() *layer {
	path, at, must := l.userFile()
	l.file = path
	if path == "" {
		return newLayer()
	}
	format, parse := "yaml", parseYAML
	if strings.EqualFold(filepath.Ext(path), ".json") {
		format, parse = "json", parseJSON
	}
	var tree any
	var f *fault
	ly := newLayer(viper.WithDecoderRegistry(decoder(func(data []byte) { tree, f = parse(data) })))
	ly.values.SetConfigFile(path)
	ly.values.SetConfigType(format)
	err := ly.values.ReadInConfig()
	if err != nil && (must || !errors.Is(err, fs.ErrNotExist)) {
		l.report("", at, &fault{"cannot be read", "make it readable, or name another with " + fileVariable}, err)
	}
	settings, ok := tree.(object)
	if f == nil && tree != nil && !ok {
		f = &fault{"is " + describe(tree) + ", not settings", "write a key, a colon and a value a line"}
	}
	if f != nil {
		l.report("", at, f, nil)
	}
	l.accept(ly, node{settings: settings}, at)
	return ly
}

// userFile is the path of the user file, and whether it must exist.
func (l *loader) userFile() (path string, at Origin, must bool) {
	if l.opts.File != "" {
		return l.opts.File, Origin{Layer: LayerFile, Name: l.opts.File}, true
	}
	if named, ok := l.env(fileVariable); ok && named != "" {
		path, f := l.path(named)
		if f != nil {
			l.report(fileVariable, Origin{Layer: LayerEnvironment, Name: fileVariable}, f, nil)
		}
		return path, Origin{Layer: LayerFile, Name: path}, true
	}
	if l.home == "" {
		return "", Origin{}, false
	}
	path = filepath.Join(l.home, filepath.FromSlash(homeFolder), "config.yaml")
	return path, Origin{Layer: LayerFile, Name: path}, false
}

// decoder lets viper read a file and us decode it. It is a viper.Decoder, and
// a registry of nothing else.
type decoder func([]byte)

func (d decoder) Decoder(string) (viper.Decoder, error) { return d, nil }

func (d decoder) Decode(data []byte, _ map[string]any) error {
	d(data)
	return nil
}

func (l *loader) envLayer() *layer {
	ly := newLayer()
	for _, k := range keys {
		if !l.wants(k) {
			continue
		}
		for _, name := range k.names(LayerEnvironment) {
			text, ok := l.env(variable(name))
			if !ok || text == "" { // a shell cannot unset what it inherited, only empty it
				continue
			}
			at := Origin{Layer: LayerEnvironment, Name: variable(name)}
			if before, twice := ly.at[k.name]; twice {
				l.report(name, at, &fault{"is set beside " + before.Name, "keep one of the two"}, nil)
				continue
			}
			ly.put(k, name, envText(text), at)
		}
	}
	return ly
}

func (l *loader) mountLayer() *layer {
	ly := newLayer()
	nodes, problems := l.opts.Mount.nodes(l.opts.Module)
	l.problems = append(l.problems, problems...)
	for _, n := range nodes {
		l.accept(ly, n, Origin{Layer: LayerMount, Name: n.name})
	}
	return ly
}

func (l *loader) codeLayer() *layer {
	ly := newLayer()
	at := Origin{Layer: LayerCode}
	for name, supply := range l.opts.Secrets {
		k := keyNamed(name, LayerCode)
		if k == nil || k.kind != kindSecret || name != k.name || supply == nil {
			l.report(shown(name), at, &fault{"is no secret that code can supply", "use client_secret or certificate_password"}, nil)
			continue
		}
		if !l.wants(k) {
			continue
		}
		secret, err := supply()
		switch {
		case err != nil:
			l.report(name, at, &fault{"cannot be supplied", "see the cause"}, err)
		case secret.IsZero():
			l.report(name, at, &fault{"is empty", "supply a value, or leave it out of Options.Secrets"}, nil)
		}
		ly.put(k, name, secret, at)
	}
	return ly
}

// accept takes the settings of a document into a layer, and reports each key
// that is unknown, out of place, repeated or without a value.
func (l *loader) accept(ly *layer, n node, at Origin) {
	for _, e := range n.settings {
		at.Line = e.line
		k := keyNamed(e.key, at.Layer)
		switch {
		case k == nil:
			l.report(shown(e.key), at, unknown(e.key, n.module, at.Layer), nil)
		case !k.within(n.module):
			l.report(e.key, at, &fault{"is a setting of " + string(k.part.module()), "move it to that module's config"}, nil)
		case e.raw == nil:
			l.report(e.key, at, &fault{"is empty", "give it a value, or remove it"}, nil)
		default:
			before, twice := ly.at[k.name]
			if !twice {
				ly.put(k, e.key, e.raw, at)
				continue
			}
			if k.shared && before.Name != at.Name && reflect.DeepEqual(ly.values.Get(k.name), e.raw) {
				continue // both modules of a plan agree
			}
			l.report(e.key, at, &fault{"is given twice, before as " + before.name + " (" + before.Origin.String() + ")", "keep one"}, nil)
		}
	}
}

// unknown says what an unknown key was probably meant to be.
func unknown(name string, m Module, in Layer) *fault {
	var known []string
	for _, k := range keys {
		if k.within(m) {
			known = append(known, k.names(in)...)
		}
	}
	if k := keyNamed(name, LayerFile); k != nil {
		return &fault{"is a name for the user file", "write " + k.name}
	}
	if guess := nearest(name, known); guess != "" {
		return &fault{"unknown key", "did you mean " + guess + "?"}
	}
	slices.Sort(known)
	return &fault{"unknown key", "the keys here are " + strings.Join(known, ", ")}
}

// shown makes a key that is not ours fit for one line.
func shown(name string) string {
	const most = 40
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most]) + "..."
	}
	if q := strconv.Quote(name); q != `"`+name+`"` || name == "" || strings.ContainsAny(name, " ") {
		return q
	}
	return name
}
