package entra_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func ExampleProvider_SignInBrowser() {
	server, err := entratest.New(&entratest.Options{Users: []entratest.User{{UPN: "sales@contoso.example"}}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	p, err := entra.New(m365auth.Config{
		ClientID: clientID, Method: m365auth.MethodBrowser,
		Cloud: m365auth.Cloud{LoginHost: server.Host(), GraphHost: "graph.microsoft.com"},
	}, &entra.Options{HTTPClient: server.Client(), Store: tokencache.NewMemoryStore()})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = p.Close() }()

	// Without options the system's browser opens. Here a person is played.
	token, err := p.SignInBrowser(context.Background(), entra.LoginRequest{}, &entra.BrowserOptions{
		OpenURL: func(ctx context.Context, address string) error {
			back, err := server.Authorize(address, "sales@contoso.example")
			if err != nil {
				return err
			}
			resp, err := http.DefaultClient.Do(back.WithContext(ctx))
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		},
	})
	fmt.Println(token.Account.Username, err)
	// Output:
	// sales@contoso.example <nil>
}

// webHost signs people in. What it keeps between the two requests stands in the
// browser, sealed, so any replica with the key can answer the second.
type webHost struct {
	provider *entra.Provider
	sealer   *tokencache.Sealer
}

func (h webHost) login(w http.ResponseWriter, r *http.Request) {
	login, err := h.provider.StartAuthCode(r.Context(), entra.AuthCodeRequest{})
	if err != nil {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	browser := http.Cookie{Name: "browser", Value: rand.Text(), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	sealed, err := login.Seal(r.Context(), h.sealer, browser.Value)
	if err != nil {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	http.SetCookie(w, &browser) // and Secure, both, where the host is not this machine
	http.SetCookie(w, &http.Cookie{Name: "pending", Value: fmt.Sprintf("%x", sealed), HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, login.URL, http.StatusFound)
}

func (h webHost) callback(w http.ResponseWriter, r *http.Request) {
	token, err := h.finish(r)
	if err != nil {
		http.Error(w, "sign in again", http.StatusBadRequest)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "pending", MaxAge: -1})
	_, _ = fmt.Fprint(w, "Hello ", token.Account.Username)
}

func (h webHost) finish(r *http.Request) (m365auth.Token, error) {
	browser, err := r.Cookie("browser")
	if err != nil {
		return m365auth.Token{}, err
	}
	pending, err := r.Cookie("pending")
	if err != nil {
		return m365auth.Token{}, err
	}
	var sealed []byte
	if _, err := fmt.Sscanf(pending.Value, "%x", &sealed); err != nil {
		return m365auth.Token{}, err
	}
	login, err := h.provider.ResumeAuthCode(r.Context(), h.sealer, sealed, browser.Value)
	if err != nil {
		return m365auth.Token{}, err
	}
	return h.provider.FinishAuthCode(r.Context(), login, r.URL.Query())
}

func ExampleProvider_StartAuthCode() {
	cfg, opts, stop := emulator()
	defer stop()
	key, err := tokencache.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	host := webHost{sealer: tokencache.NewSealer(tokencache.FixedKeys(key))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) { host.login(w, r) })
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) { host.callback(w, r) })
	web := httptest.NewServer(mux)
	defer web.Close()

	cfg.Method, cfg.RedirectURL = m365auth.MethodAuthCode, web.URL+"/callback"
	host.provider, err = entra.New(cfg, opts)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = host.provider.Close() }()

	browser := *opts.HTTPClient
	browser.Jar, _ = cookiejar.New(nil)
	resp, err := browser.Get(web.URL + "/login")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	page := make([]byte, 64)
	n, _ := resp.Body.Read(page)
	fmt.Println(string(page[:n]))
	// Output:
	// Hello sales@contoso.example
}

func ExampleProvider_Status() {
	cfg, opts, stop := emulator()
	defer stop()
	opts.Store = tokencache.NewMemoryStore()
	cfg.Cloud.Name, cfg.Cloud.LoginHost = "global", "login.microsoftonline.com"
	p, err := entra.New(cfg, opts)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	status, err := p.Status(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(status)
	// Output:
	// method     device_code
	// cloud      global
	// authority  https://login.microsoftonline.com/common
	// client id  22223333-cccc-4444-dddd-5555eeee6666
	// cache      -
	// key        -
	// accounts   nobody is signed in
}
