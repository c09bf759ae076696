package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

// mirror is a copy of a mail folder, and where the next round of changes begins.
// Both stand in one file: either is worth nothing without the other.
type mirror struct {
	Cursor   string           `json:"cursor"`
	Messages map[string]entry `json:"messages"`
}

type entry struct {
	Subject string `json:"subject"`
	Read    bool   `json:"read"`
}

func load(file string) (*mirror, error) {
	m := &mirror{Messages: map[string]entry{}}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	return m, json.Unmarshal(data, m)
}

// save replaces the file as a whole, so that a program that is killed leaves the
// old one.
func (m *mirror) save(file string) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".mirror-*") // only its owner can read it
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // fails once it is renamed
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// follow reads one round of changes into the copy, and tells each.
func (m *mirror) follow(ctx context.Context, client *m365graph.Client, folder string, tell func(sign, subject string)) error {
	changes := m365graph.Delta[mail.Message](client, m365graph.P("me", "mailFolders", folder, "messages", "delta"), &m365graph.DeltaOptions{
		Cursor: m.Cursor,
		Query:  &m365graph.Query{Select: []string{"subject", "isRead"}, Prefer: m365graph.Prefer{ImmutableIDs: true}},
	})
	var listed map[string]bool // of a round that starts over
	for change, err := range changes.Round(ctx) {
		if err != nil {
			return err // Cursor is that of the last round: nothing is lost
		}
		switch change.Kind {
		case m365graph.DeltaReset:
			tell("!", "Graph cannot tell what has changed, and lists everything again.")
			listed = map[string]bool{}
		case m365graph.DeltaRemoved:
			m.remove(change.ID, tell)
		case m365graph.DeltaUpsert:
			m.put(change, tell)
			if listed != nil {
				listed[change.ID] = true
			}
		}
	}
	for id := range m.Messages {
		if listed != nil && !listed[id] {
			m.remove(id, tell)
		}
	}
	m.Cursor = changes.Cursor()
	return nil
}

// put keeps a message. One may come again although nothing of it has changed.
func (m *mirror) put(change m365graph.DeltaItem[mail.Message], tell func(sign, subject string)) {
	now := entry{change.Item.Subject, change.Item.IsRead}
	before, known := m.Messages[change.ID]
	switch {
	case !known:
		tell("+", now.Subject)
	case now != before:
		tell("~", now.Subject)
	}
	m.Messages[change.ID] = now
}

// remove drops a message, if it was there.
func (m *mirror) remove(id string, tell func(sign, subject string)) {
	if gone, known := m.Messages[id]; known {
		tell("-", gone.Subject)
		delete(m.Messages, id)
	}
}
