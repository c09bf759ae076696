package config

import (
	"os"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// Options says where to look. The zero value loads the settings of both modules
// from the process's environment and the user file.
type Options struct {
	// Module is whose settings are wanted. Empty means both. With
	// [GraphModule] no client id is required and no secret is read.
	Module Module
	// Mount is the strongest layer. Zero means none.
	Mount Mount
	// Env looks a variable up. Nil means os.LookupEnv.
	Env func(string) (string, bool)
	// File is the user file; it must exist. Empty means the one that
	// M365_CONFIG names, which must exist too, or else
	// ~/.amplifier/m365/config.yaml, which need not. A name that ends in .json
	// is JSON, any other is YAML. os.DevNull reads none.
	File string
	// Home is what "~" stands for. Empty means os.UserHomeDir.
	Home string
	// Secrets supplies "client_secret" or "certificate_password" from code, a
	// key vault for instance; it wins over every layer. It is called once, if
	// the key is wanted. Its error is kept as the problem's cause.
	Secrets map[string]func() (m365auth.Secret, error)
	// Cloud is a cloud of the program's own, such as an emulator. No setting
	// can name another. Zero means those of [m365auth.Clouds].
	Cloud m365auth.Cloud
}

// Load reads the layers and merges them, key by key: mount, environment, user
// file, defaults. It checks all that is written in any of them, returns every
// problem at once as an [*Error], and then no settings.
//
// It changes nothing, opens no connection, and reads nothing from the working
// folder, except a File given so.
func Load(opts *Options) (*Settings, error) {
	if opts == nil {
		opts = &Options{}
	}
	l := newLoader(*opts)
	layers := []*layer{l.codeLayer(), l.mountLayer(), l.envLayer(), l.fileLayer(), l.defaultLayer()}
	found := map[string]winner{}
	for _, k := range keys {
		if l.wants(k) {
			l.merge(found, k, layers)
		}
	}
	s := l.settings(found)
	if len(l.problems) > 0 {
		sortProblems(l.problems)
		return nil, &Error{Problems: l.problems}
	}
	return s, nil
}

// loader gathers problems as it goes, so that all are told at once.
type loader struct {
	parser
	opts     Options
	file     string // the user file, once it is known
	problems []Problem
}

// winner is the value of a key in the strongest layer that has it.
type winner struct {
	value
	written
	bad bool // its problem is reported already
}

func newLoader(opts Options) *loader {
	l := &loader{opts: opts, parser: parser{env: opts.Env, home: opts.Home}}
	if l.env == nil {
		l.env = os.LookupEnv
	}
	if l.home == "" {
		l.home, _ = os.UserHomeDir() // without one, a path that needs it is a problem of its own
	}
	if !opts.Cloud.IsZero() {
		if err := opts.Cloud.Check(); err != nil {
			l.report("Cloud", Origin{Layer: LayerCode}, &fault{"cannot be used", "mend it in the program"}, err)
		}
	}
	if m := opts.Module; m != "" && m != AuthModule && m != GraphModule {
		l.report("Module", Origin{Layer: LayerCode}, &fault{"is no module of ours", "use AuthModule, GraphModule or neither"}, nil)
	}
	return l
}

func (l *loader) wants(k *key) bool { return k.host || k.within(l.opts.Module) }

func (l *loader) report(name string, at Origin, f *fault, err error) {
	l.problems = append(l.problems, Problem{Key: name, Origin: at, Detail: f.detail, Remedy: f.remedy, Err: err})
}

// merge checks what each layer says of a key, and keeps the strongest.
func (l *loader) merge(all map[string]winner, k *key, layers []*layer) {
	for _, ly := range layers {
		w, ok := ly.at[k.name]
		if !ok {
			continue
		}
		v, variable, f := l.parse(k, ly.values.Get(k.name), w.inFile)
		if w.Variable = variable; f != nil {
			if w.Layer == LayerDefault {
				continue // "~" without a home: the key has no default then
			}
			l.report(w.name, w.Origin, f, nil)
		}
		if _, hidden := all[k.name]; hidden {
			continue
		}
		if v.file != "" {
			v.secret = l.readSecret(w, v.file)
		}
		all[k.name] = winner{value: v, written: w, bad: f != nil}
	}
}

// maxSecret is more than a token of another issuer takes, and far less than a
// device file would give.
const maxSecret = 64 << 10

func (l *loader) readSecret(w written, path string) m365auth.Secret {
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxSecret) {
		l.report(w.name, w.Origin, &fault{"is not a small regular file", "name a file that holds the secret alone"}, nil)
		return m365auth.Secret{}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		l.report(w.name, w.Origin, &fault{"the file cannot be read", "name a file that this program may read"}, err)
		return m365auth.Secret{}
	}
	text := strings.TrimRight(string(data), "\r\n")
	if text == "" {
		l.report(w.name, w.Origin, &fault{"the file is empty", "put the secret into it"}, nil)
	}
	return m365auth.NewSecret(text)
}
