package entratest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// refreshLifetime is how long a refresh token works.
// https://learn.microsoft.com/entra/identity-platform/refresh-tokens
const refreshLifetime = 90 * 24 * time.Hour

// family is one sign-in and all refresh tokens that descend from it. The
// tokens carry what differs between them, so that a server that refreshes for
// months needs no more memory than there are sign-ins.
type family struct {
	user       User
	app        App
	scopes     scopes // of the sign-in; a refresh without scopes repeats them
	generation uint32 // of the newest token
	began      int    // in the order of things, which a policy looks at
	used       time.Time
	revoked    bool
}

// refreshToken is what stands in a refresh token, before its MAC.
type refreshToken struct {
	family     [16]byte
	generation uint32
	issued     int64 // Unix seconds
}

const (
	refreshPrefix  = "1." // Entra's begin so
	refreshPayload = 16 + 4 + 8
)

func (s *Server) seal(t refreshToken) string {
	b := binary.BigEndian.AppendUint32(t.family[:], t.generation)
	b = binary.BigEndian.AppendUint64(b, uint64(t.issued))
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(append(b, s.mac("refresh", b)...))
}

// open reads a refresh token of this server, and nothing else.
func (s *Server) open(token string) (refreshToken, bool) {
	text, ok := strings.CutPrefix(token, refreshPrefix)
	b, err := base64.RawURLEncoding.DecodeString(text)
	if !ok || err != nil || len(b) != refreshPayload+sha256.Size {
		return refreshToken{}, false
	}
	if !hmac.Equal(b[refreshPayload:], s.mac("refresh", b[:refreshPayload])) {
		return refreshToken{}, false
	}
	return refreshToken{
		family:     [16]byte(b),
		generation: binary.BigEndian.Uint32(b[16:]),
		issued:     int64(binary.BigEndian.Uint64(b[20:])),
	}, true
}

// mac authenticates data for one purpose.
func (s *Server) mac(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, s.macKey[:])
	h.Write([]byte(purpose + "\x00"))
	h.Write(data)
	return h.Sum(nil)
}

// newFamily records a sign-in and returns its first refresh token. It forgets
// those whose tokens have all expired. The caller holds the lock.
func (s *Server) newFamily(u User, app App, sc scopes, now time.Time, began int) string {
	for id, f := range s.families {
		if now.Sub(f.used) > refreshLifetime {
			delete(s.families, id)
		}
	}
	var id [16]byte
	rand.Read(id[:])
	s.families[id] = &family{user: u, app: app, scopes: sc, used: now, began: began}
	return s.addRefreshToken(refreshToken{family: id, issued: now.Unix()})
}

func (s *Server) addRefreshToken(t refreshToken) string {
	token := s.seal(t)
	s.issued = appendBounded(s.issued, token)
	return token
}

// refresh redeems a refresh token.
func (s *Server) refresh(c *call, app App) (grantOf, *problem) {
	sc, p := s.parseScopes(c.form.Get("scope"))
	if p != nil {
		return grantOf{}, p
	}
	t, ok := s.open(c.form.Get("refresh_token"))
	if !ok {
		return grantOf{}, newProblem(70000, "refresh_token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.families[t.family]
	if ok && !strings.EqualFold(f.app.ID, app.ID) {
		return grantOf{}, newProblem(70000, "refresh_token")
	}
	if !ok || c.now.Sub(time.Unix(t.issued, 0)) > refreshLifetime {
		return grantOf{}, newProblem(700082, "")
	}
	if s.opts.Rotate && t.generation != f.generation {
		f.revoked = true // somebody else holds a copy, so neither may go on
	}
	if f.revoked {
		return grantOf{}, newProblem(50173, "")
	}
	if c.form.Get("scope") == "" {
		sc = f.scopes
	}
	if p := s.enforced(f.user, f.began); p != nil {
		return grantOf{}, p
	}
	granted, p := s.consented(f.user, app, sc)
	if p != nil {
		return grantOf{}, p
	}
	f.generation++
	f.used = c.now
	next := s.addRefreshToken(refreshToken{family: t.family, generation: f.generation, issued: c.now.Unix()})
	return grantOf{user: f.user, app: app, scopes: sc, granted: granted, refresh: next, began: f.began}, nil
}
