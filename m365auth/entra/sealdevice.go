package entra

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const (
	opSeal    = "seal a sign-in"
	opResume  = "resume a sign-in"
	forDevice = "device code sign-in"
)

// sealedDevice is a pending device sign-in as it is sealed. The code is plain
// on purpose: the form is written into sealed data only.
type sealedDevice struct {
	Format          int       `json:"format"`
	DeviceCode      string    `json:"device_code"`
	UserCode        string    `json:"user_code"`
	VerificationURL string    `json:"verification_url"`
	Message         string    `json:"message"`
	ExpiresOn       time.Time `json:"expires_on"`
	Interval        int       `json:"interval"` // seconds
	Scopes          []string  `json:"scopes"`
	Claims          string    `json:"claims,omitempty"`
	Account         string    `json:"account,omitempty"`
}

// Seal returns the pending sign-in encrypted, so that another process or
// another machine can finish it with [Provider.ResumeDeviceCode]: with the same
// key, and for the same client and authority alone. It changes nothing here.
// Entra gives the token to one of those who wait, so wait in one place: [Cancel]
// the sign-in here once it is handed over.
//
// A sign-in that has ended cannot be sealed; the error is how it ended, or
// [m365auth.ErrConfig] if it succeeded.
//
// [Cancel]: DeviceLogin.Cancel
func (l *DeviceLogin) Seal(ctx context.Context, s *tokencache.Sealer) ([]byte, error) {
	l.mu.Lock()
	done, err := l.done, l.err
	l.mu.Unlock()
	switch {
	case done && err != nil:
		return nil, err
	case done:
		return nil, configError(opSeal, "use the token: the sign-in has ended")
	}
	return sealPending(ctx, opSeal, s, sealedDevice{
		Format: pendingFormat, DeviceCode: l.code.Reveal(), UserCode: l.prompt.UserCode,
		VerificationURL: l.prompt.VerificationURL, Message: l.prompt.Message, ExpiresOn: l.prompt.ExpiresOn.UTC(),
		Interval: l.pace.seconds(), Scopes: l.want.scopes, Claims: l.want.claims, Account: l.account,
	}, l.p.bindings(forDevice))
}

// ResumeDeviceCode returns the sign-in that [DeviceLogin.Seal] made sealed of,
// in this process or another. The person goes on with the code that they were
// shown. The error is [m365auth.ErrCodeExpired] if its time is over,
// [m365auth.ErrLoginRequired] with [tokencache.ErrCorrupt] if sealed was changed,
// or is of another client or authority, and [m365auth.ErrCacheUnavailable] if
// the key is not to be had.
func (p *Provider) ResumeDeviceCode(ctx context.Context, s *tokencache.Sealer, sealed []byte) (*DeviceLogin, error) {
	if err := p.begin(ctx, opResume); err != nil {
		return nil, err
	}
	if err := p.signsInHere(opResume); err != nil {
		return nil, err
	}
	var d sealedDevice
	if err := openPending(ctx, opResume, s, sealed, &d, p.bindings(forDevice)); err != nil {
		return nil, err
	}
	if d.Format != pendingFormat || d.DeviceCode == "" || len(d.Scopes) == 0 {
		return nil, unknownPending(opResume, d.Format)
	}
	left := time.Until(d.ExpiresOn)
	if left <= 0 {
		return nil, &m365auth.Error{Op: opResume, Kind: m365auth.ErrCodeExpired, Remedy: remedyOfKind[m365auth.ErrCodeExpired]}
	}
	if err := p.store.Check(ctx); err != nil {
		return nil, cacheError(opResume, err)
	}
	answer, err := json.Marshal(map[string]any{
		"user_code": d.UserCode, "device_code": d.DeviceCode, "verification_uri": d.VerificationURL,
		"expires_in": int(math.Ceil(left.Seconds())), "interval": d.Interval, "message": d.Message,
	})
	if err != nil {
		return nil, &m365auth.Error{Op: opResume, Kind: m365auth.ErrUnexpected, Err: errors.New("it has no form in JSON")}
	}
	l, err := p.beginDevice(ctx, opResume, wanted{scopes: d.Scopes, claims: d.Claims}, d.Account, answer)
	if err != nil {
		return nil, err
	}
	l.pace = newPollPace(&d.Interval)
	l.prompt.ExpiresOn, l.prompt.Interval = d.ExpiresOn, l.pace.interval
	return l, nil
}
