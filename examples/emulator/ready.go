package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ready is the line that says how programs reach an emulator.
type ready struct {
	Graph        string   `json:"graph"`
	Login        string   `json:"login"`
	CAFile       string   `json:"ca_file"`
	Proxy        string   `json:"proxy"`
	TenantID     string   `json:"tenant_id"`
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret"`
	Password     string   `json:"password"` // everybody's
	Users        []person `json:"users"`
	NodeProxy    string   `json:"node_proxy"` // for NODE_OPTIONS=--require=…
	// ControlKey lets emulator token in, and whoever else may read the line.
	ControlKey string `json:"control_key"`
}

type person struct {
	UPN     string `json:"upn"`
	ID      string `json:"id"`
	DriveID string `json:"drive_id"`
}

func (r *ready) line() []byte {
	text, err := json.Marshal(r)
	if err != nil { // only strings
		panic(err)
	}
	return append(text, '\n')
}

// readyEnv names the ready file of the emulator that exec started.
const readyEnv = "M365_EMULATOR_READY"

// defaultReady is where every emulator says that it is ready, the last one for all.
func defaultReady() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "m365-emulator", "ready.json"), nil
}

// announce writes the line to a file that only its owner may read, at once and
// whole: whoever waits for the file finds all of it there. The result takes the file
// away again, unless another emulator has written it since.
func announce(file string, line []byte) (withdraw func() error, err error) {
	dir := filepath.Dir(file)
	temp, err := os.CreateTemp(dir, ".ready-*") // 0600
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written: %w", file, errors.Unwrap(err))
	}
	_, err = temp.Write(line)
	if err := errors.Join(err, temp.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(temp.Name()))
	}
	if err := os.Rename(temp.Name(), file); err != nil {
		return nil, errors.Join(err, os.Remove(temp.Name()))
	}
	return func() error {
		if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, line) {
			return nil
		}
		return os.Remove(file)
	}, nil
}

// announceAll writes the line to the file asked for and to the default one. Where
// there is no place for the latter, tokens need -ready.
func (e *emulator) announceAll(file string) error {
	if file != "" {
		withdraw, err := announce(file, e.ready.line())
		if err != nil {
			return unusable(fmt.Errorf("-ready: %w", err))
		}
		e.undo = append(e.undo, withdraw)
	}
	standard, err := defaultReady()
	if err != nil || os.MkdirAll(filepath.Dir(standard), 0o700) != nil {
		return nil
	}
	if withdraw, err := announce(standard, e.ready.line()); err == nil {
		e.undo = append(e.undo, withdraw)
	}
	return nil
}

// readReady reads what a running emulator wrote: to the file named, or else to that
// of exec, or else to the default one.
func readReady(file string) (*ready, error) {
	if file == "" {
		file = os.Getenv(readyEnv)
	}
	if file == "" {
		var err error
		if file, err = defaultReady(); err != nil {
			return nil, unusable(fmt.Errorf("-ready says where the running emulator is: %w", err))
		}
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unusable(fmt.Errorf("no emulator is running, or -ready has to name the file that it wrote: there is no %s", file))
	}
	if err != nil {
		return nil, unusable(err)
	}
	var r ready
	if err := json.Unmarshal(text, &r); err != nil || r.Proxy == "" {
		return nil, unusable(fmt.Errorf("%s is not the ready line of an emulator", file))
	}
	return &r, nil
}
