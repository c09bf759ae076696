package entra

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/m365go/sdk/m365auth"
)

const (
	opProve = "prove to Entra which application this is"
	// maxProof bounds the files of certificates and tokens.
	maxProof = 1 << 20
)

// proof is what an application proves itself with to Entra. Its print tells it
// from others.
type proof struct {
	msal  confidential.Credential
	print [sha256.Size]byte
}

// credential is the source of an application's proofs. A proof is kept until
// Entra refuses it, so that a source is free to be slow.
type credential struct {
	load func(context.Context) (proof, error)
	// always says that each use loads anew, as of a file that is replaced
	// every hour.
	always bool

	turn chan struct{} // held by who uses have
	have *proof
}

// newCredential returns the source that the configuration describes; nil for a
// public client.
func newCredential(cfg m365auth.Config, o *Options) *credential {
	c := &credential{turn: make(chan struct{}, 1)}
	switch {
	case o.ClientSecret != nil:
		c.load = func(ctx context.Context) (proof, error) { return askSecret(ctx, o.ClientSecret) }
	case !cfg.ClientSecret.IsZero():
		c.load = func(context.Context) (proof, error) { return proofOfSecret(cfg.ClientSecret) }
	case cfg.CertificatePath != "":
		c.load = func(context.Context) (proof, error) {
			return proofOfCertificate(cfg.CertificatePath, cfg.CertificatePassword)
		}
	case o.FederatedToken != nil:
		c.load, c.always = func(ctx context.Context) (proof, error) { return askAssertion(ctx, o.FederatedToken) }, true
	case cfg.FederatedTokenPath != "":
		c.load, c.always = func(context.Context) (proof, error) { return readAssertion(cfg.FederatedTokenPath) }, true
	default:
		return nil
	}
	return c
}

// current returns the proof in hand.
func (c *credential) current(ctx context.Context) (proof, error) {
	return c.get(ctx, func(*proof) bool { return !c.always })
}

// after returns what has followed a proof that was refused: the one in hand, if
// that is another, or what the source gives now.
func (c *credential) after(ctx context.Context, refused proof) (proof, error) {
	return c.get(ctx, func(have *proof) bool { return have.print != refused.print })
}

func (c *credential) get(ctx context.Context, good func(*proof) bool) (proof, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return proof{}, interrupted(opProve, ctx.Err())
	}
	if c.have != nil && good(c.have) {
		return *c.have, nil
	}
	got, err := c.load(ctx)
	if err != nil {
		return proof{}, err
	}
	c.have = &got
	return got, nil
}

// ask calls a program's own source. Its error may hold anything, the secret
// included, so only what it is known to be comes through.
func ask(ctx context.Context, what string, source func(context.Context) (m365auth.Secret, error)) (m365auth.Secret, error) {
	secret, err := source(ctx)
	switch known := (*m365auth.Error)(nil); {
	case errors.As(err, &known):
		return m365auth.Secret{}, known
	case ctx.Err() != nil:
		return m365auth.Secret{}, interrupted(opProve, ctx.Err())
	case err != nil:
		return m365auth.Secret{}, &m365auth.Error{
			Op: opProve, Kind: m365auth.ErrTransient, Err: publicCause(err), Remedy: "check what Options." + what + " asks",
		}
	case secret.IsZero():
		return m365auth.Secret{}, configError(opProve+": Options."+what+" gave nothing", "return a value or an error")
	}
	return secret, nil
}

func askSecret(ctx context.Context, source func(context.Context) (m365auth.Secret, error)) (proof, error) {
	secret, err := ask(ctx, "ClientSecret", source)
	if err != nil {
		return proof{}, err
	}
	return proofOfSecret(secret)
}

func askAssertion(ctx context.Context, source func(context.Context) (m365auth.Secret, error)) (proof, error) {
	token, err := ask(ctx, "FederatedToken", source)
	if err != nil {
		return proof{}, err
	}
	return proofOfAssertion(token), nil
}

func proofOfSecret(secret m365auth.Secret) (proof, error) {
	msal, err := confidential.NewCredFromSecret(secret.Reveal())
	if err != nil {
		return proof{}, configError(opProve, "set client_secret")
	}
	return proof{msal: msal, print: sha256.Sum256([]byte(secret.Reveal()))}, nil
}

func proofOfAssertion(token m365auth.Secret) proof {
	give := func(context.Context, confidential.AssertionRequestOptions) (string, error) {
		return token.Reveal(), nil
	}
	return proof{
		msal:  confidential.NewCredFromAssertionCallback(give),
		print: sha256.Sum256([]byte(token.Reveal())),
	}
}

func readAssertion(path string) (proof, error) {
	content, err := readSmall(path)
	if err != nil {
		return proof{}, unreadable("federated_token_path", path, err)
	}
	token := strings.TrimSpace(string(content))
	if token == "" {
		return proof{}, unreadable("federated_token_path", path, errNoContent)
	}
	return proofOfAssertion(m365auth.NewSecret(token)), nil
}

var (
	errNoContent = errors.New("it is empty")
	errNotSmall  = errors.New("it is too large")
)

// readSmall reads a file that another program may be about to replace.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, maxProof+1))
	if err == nil && len(content) > maxProof {
		err = errNotSmall
	}
	return content, err
}

func unreadable(setting, path string, err error) error {
	return &m365auth.Error{
		Op: fmt.Sprintf("read %s %s", setting, path), Kind: m365auth.ErrConfig, Err: err,
		Remedy: "check that the file is there, and that this program may read it",
	}
}
