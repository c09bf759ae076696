package agenttool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/m365go/sdk/m365auth"
)

// TokensService is the name under which the tools look for their tokens.
const TokensService = "services.m365_auth"

// Host is what tools are mounted on: an in-process agent, an MCP server, a gRPC
// service. Its methods are safe for concurrent use.
type Host interface {
	// MountTool offers a tool to the model. A name that is taken is an error.
	MountTool(t Tool) error
	// UnmountTool takes a tool back, and so frees its name. A tool that is not
	// mounted, or no longer, is no error: cleanups may run twice.
	UnmountTool(t Tool) error
	// SetTokens offers a provider to the tools; nil withdraws the latest one
	// of that name.
	SetTokens(name string, p m365auth.TokenProvider) error
	// Tokens returns the provider of that name. None is an [*Error] with
	// [CodeNotConnected], several are an [*m365auth.Error] of the kind
	// [m365auth.ErrConfig]. Tools ask at their first call and not when they
	// are mounted, since what provides tokens may be mounted later.
	Tokens(name string) (m365auth.TokenProvider, error)
	// Approvals returns whom to ask about writes, nil if there is nobody.
	Approvals() Approvals
}

// HostOptions are the settings of a [LocalHost].
type HostOptions struct {
	// Approvals asks people about writes. Nil: writes are refused.
	Approvals Approvals
}

// LocalHost is a [Host] inside a Go program.
type LocalHost struct {
	approvals Approvals

	mu        sync.Mutex
	tools     []Tool
	providers map[string][]m365auth.TokenProvider
}

// NewHost returns a host with nothing mounted. Nil options are the zero ones.
func NewHost(opts *HostOptions) *LocalHost {
	h := &LocalHost{providers: map[string][]m365auth.TokenProvider{}}
	if opts != nil {
		h.approvals = opts.Approvals
	}
	return h
}

// MountTool offers a tool. It refuses the zero Tool and a name that is taken.
func (h *LocalHost) MountTool(t Tool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.Name() == "" {
		return errors.New("agenttool: mount a tool: it was not made by Guard.Wrap")
	}
	if _, taken := h.find(t.Name()); taken {
		return fmt.Errorf("agenttool: mount the tool %q: the name is taken", t.Name())
	}
	h.tools = append(h.tools, t)
	return nil
}

// UnmountTool takes back that very tool, and not another of its name. A call
// that is under way goes on to its end.
func (h *LocalHost) UnmountTool(t Tool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tools = slices.DeleteFunc(h.tools, func(mounted Tool) bool { return mounted == t })
	return nil
}

// SetTokens offers a provider, or withdraws the latest one if p is nil.
func (h *LocalHost) SetTokens(name string, p m365auth.TokenProvider) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.providers[name]
	switch {
	case p != nil:
		h.providers[name] = append(all, p)
	case len(all) > 0:
		h.providers[name] = slices.Clip(all[:len(all)-1])
	default:
		return fmt.Errorf("agenttool: withdraw the provider %q: there is none", name)
	}
	return nil
}

// Tokens returns the only provider of that name.
func (h *LocalHost) Tokens(name string) (m365auth.TokenProvider, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch all := h.providers[name]; len(all) {
	case 0:
		return nil, &Error{
			Code: CodeNotConnected, Message: "nothing on this host signs in to Microsoft 365",
			Hint: "tell the person that whoever runs this host must mount m365_auth",
		}
	case 1:
		return all[0], nil
	default:
		return nil, &m365auth.Error{
			Op: fmt.Sprintf("find the service %s: %d are mounted", name, len(all)), Kind: m365auth.ErrConfig,
			Remedy: "mount m365_auth once",
		}
	}
}

// Approvals returns whom to ask about writes, nil if there is nobody.
func (h *LocalHost) Approvals() Approvals { return h.approvals }

// Tools returns the mounted tools in the order in which they were mounted.
func (h *LocalHost) Tools() []Tool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.tools)
}

// Tool returns the tool of that name, and false if there is none.
func (h *LocalHost) Tool(name string) (Tool, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.find(name)
}

func (h *LocalHost) find(name string) (Tool, bool) {
	i := slices.IndexFunc(h.tools, func(t Tool) bool { return t.Name() == name })
	if i < 0 {
		return Tool{}, false
	}
	return h.tools[i], true
}

// Call executes the tool of that name on behalf of the [Caller] in ctx. A name
// that nothing has is a failed result that lists the names.
func (h *LocalHost) Call(ctx context.Context, name string, in json.RawMessage) Result {
	t, ok := h.Tool(name)
	if ok {
		return t.Execute(ctx, in)
	}
	hint := "no tool is mounted"
	names := map[string]bool{}
	for _, t := range h.Tools() {
		names[t.Name()] = true
	}
	if len(names) > 0 {
		hint = "there are: " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")
	}
	return finish(Fail(&Error{
		Code: CodeInvalidArgument, Message: fmt.Sprintf("there is no tool %q", Clip(name, 64)), Hint: hint,
	}), 0)
}

// Cleanups collects what must be undone when a host ends. The zero value is
// empty and ready; it is safe for concurrent use.
type Cleanups struct {
	mu    sync.Mutex
	funcs []func(context.Context) error
}

// Add appends f; nil is ignored.
func (c *Cleanups) Add(f func(context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f != nil {
		c.funcs = append(c.funcs, f)
	}
}

// Run calls what was added, the last one first, each once however often Run is
// called, and all of them even if some fail or panic. It joins their errors.
func (c *Cleanups) Run(ctx context.Context) error {
	c.mu.Lock()
	funcs := c.funcs
	c.funcs = nil
	c.mu.Unlock()
	var errs []error
	for _, f := range slices.Backward(funcs) {
		errs = append(errs, runCleanup(ctx, f))
	}
	return errors.Join(errs...)
}

func runCleanup(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("agenttool: a cleanup panicked with a %T", p)
		}
	}()
	return f(ctx)
}
