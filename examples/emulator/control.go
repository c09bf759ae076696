package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// tokenRequest asks a running emulator for a token.
type tokenRequest struct {
	User   string   `json:"user"`
	Scopes []string `json:"scopes"`
	App    bool     `json:"app"` // the application's own
}

// checkScopes refuses a permission that opens nothing here, which is a slip of the
// finger more often than not.
func checkScopes(scopes []string) error {
	known, _ := permissions()
	known = append(known, "openid", "profile", "email", "offline_access", ".default")
	for _, scope := range scopes {
		name := scope[strings.LastIndex(scope, "/")+1:]
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			return fmt.Errorf("-scopes: nothing here asks for a permission %q", scope)
		}
	}
	return nil
}

const maxControl = 64 << 10

// control answers emulator token. Only who can read the ready line has its key, and
// a web page has no way to send it without asking first, which is not answered.
func (e *emulator) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		key := "Bearer " + e.ready.ControlKey
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(key)) == 0 {
			http.Error(w, "the key is that of another emulator", http.StatusUnauthorized)
			return
		}
		var asked tokenRequest
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControl)).Decode(&asked); err != nil {
			http.Error(w, "the request is not JSON", http.StatusBadRequest)
			return
		}
		if asked.User == "" {
			asked.User = e.ready.Users[0].UPN
		}
		err := checkScopes(asked.Scopes)
		var token string
		switch {
		case err != nil:
		case asked.App:
			token, err = e.entra.AppToken(clientID)
		default:
			token, err = e.entra.Token(asked.User, asked.Scopes...)
		}
		if err != nil {
			http.Error(w, strings.TrimPrefix(err.Error(), "entratest: "), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, token)
	})
	return mux
}

const aboutToken = `usage: emulator token [-user UPN] [-scopes "SCOPE…"] [-ready FILE]
       emulator token -app [-ready FILE]

Prints an access token of Microsoft Graph, from the emulator that is running.
`

// token is the command that prints a token.
func token(ctx context.Context, args []string, std streams) error {
	var file, scopes string
	var asked tokenRequest
	f := flag.NewFlagSet("token", flag.ContinueOnError)
	f.StringVar(&file, "ready", "", "the `FILE` that the running emulator wrote with its -ready; without it, the one that was started last")
	f.StringVar(&asked.User, "user", "", "whose token, by user principal name (`UPN`); without it, the first person's")
	f.StringVar(&scopes, "scopes", "", "what it allows, as in \"User.Read Mail.Read\"; without any, everything that the registration lists")
	f.BoolVar(&asked.App, "app", false, "the application's own token, with its application permissions, instead of a person's")
	if err := parse(f, args, aboutToken, std); err != nil {
		return err
	}
	if asked.App && (asked.User != "" || scopes != "") {
		return unusable(errors.New("token: -app is for nobody, with the permissions that the application has: without -user and -scopes"))
	}
	// Scopes may follow one another without quotes.
	asked.Scopes = strings.FieldsFunc(strings.Join(append([]string{scopes}, f.Args()...), " "), func(r rune) bool { return r == ' ' || r == ',' })
	if scopes == "" {
		if err := noArguments(f); err != nil {
			return err
		}
	}
	r, err := readReady(file)
	if err != nil {
		return err
	}
	got, err := r.token(ctx, asked)
	if err != nil {
		return unusable(fmt.Errorf("token: %w", err))
	}
	fmt.Fprintln(std.out, got)
	return nil
}

// token asks the emulator for one.
func (r *ready) token(ctx context.Context, asked tokenRequest) (string, error) {
	body, err := json.Marshal(asked)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Proxy+"/token", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+r.ControlKey)
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req) // by no proxy
	if err != nil {
		return "", r.gone()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxControl))
	if err != nil {
		return "", err
	}
	answer := strings.TrimSpace(string(text))
	if res.StatusCode != http.StatusOK {
		return "", errors.New(answer)
	}
	return answer, nil
}

// answers tells whether the emulator of a ready line is still there.
func (r *ready) answers() error {
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(r.Proxy, "http://"), 5*time.Second)
	if err != nil {
		return r.gone()
	}
	return conn.Close()
}

func (r *ready) gone() error { return errors.New("no emulator answers at " + r.Proxy + " any more") }
