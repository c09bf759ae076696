package agenttool_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
)

var _ agenttool.Host = (*agenttool.LocalHost)(nil)

func TestHostMountsEachNameOnce(t *testing.T) {
	t.Parallel()
	host := agenttool.NewHost(nil)
	var first, second int
	on := &agenttool.GuardOptions{Permissions: agenttool.PermissionSet{"outlook.read"}}
	if err := host.MountTool(wrap(t, on, reader(&first))); err != nil {
		t.Fatal(err)
	}
	if err := host.MountTool(wrap(t, on, reader(&second))); err == nil || !strings.Contains(err.Error(), `"read_it": the name is taken`) {
		t.Errorf("MountTool of a taken name fails with %v, want it to say so", err)
	}
	if err := host.MountTool(agenttool.Tool{}); err == nil {
		t.Error("MountTool takes the zero tool, want an error")
	}
	if err := host.MountTool(wrap(t, on, writer(t, agenttool.EffectAdd))); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range host.Tools() {
		names = append(names, tool.Name())
	}
	if want := []string{"read_it", "write_it"}; !cmp.Equal(names, want) {
		t.Errorf("Tools() = %q, want %q", names, want)
	}
	if res := host.Call(as(t, somebody), "read_it", nil); !res.Success || first != 1 || second != 0 {
		t.Errorf("Call answers %+v after %d and %d reads, want success after 1 and 0", res, first, second)
	}
	if tool, ok := host.Tool("read_it"); !ok || tool.Name() != "read_it" {
		t.Errorf("Tool(read_it) = %q, %t, want it", tool.Name(), ok)
	}
	res := host.Call(as(t, somebody), "send_it", nil)
	wantCode(t, res, agenttool.CodeInvalidArgument)
	if !strings.Contains(res.Text, "read_it, write_it") {
		t.Errorf("Call of no tool says %q, want it to list the tools", res.Text)
	}
}

func TestHostTakesBackATool(t *testing.T) {
	t.Parallel()
	host := agenttool.NewHost(nil)
	on := &agenttool.GuardOptions{Permissions: agenttool.PermissionSet{"outlook.read"}}
	first, second, other := wrap(t, on, reader(new(int))), wrap(t, on, reader(new(int))), wrap(t, on, writer(t, agenttool.EffectAdd))
	unmount := func(tool agenttool.Tool) {
		t.Helper()
		if err := host.UnmountTool(tool); err != nil {
			t.Errorf("UnmountTool = %v, want nil", err)
		}
	}
	mount := func(tool agenttool.Tool) {
		t.Helper()
		if err := host.MountTool(tool); err != nil {
			t.Errorf("MountTool = %v, want nil", err)
		}
	}
	mount(first)
	mount(other)
	unmount(first)
	if _, ok := host.Tool("read_it"); ok {
		t.Error("a tool that was taken back is still there")
	}
	mount(second)
	unmount(first)
	if got, ok := host.Tool("read_it"); !ok || got != second {
		t.Error("taking the first tool back again takes the second one of its name")
	}
	if got := host.Tools(); len(got) != 2 || got[0] != other {
		t.Errorf("%d tools are left, want the other and the second", len(got))
	}
	unmount(agenttool.Tool{})
}

func TestHostHasOneProviderOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	host := agenttool.NewHost(nil)
	var notConnected *agenttool.Error
	if p, err := host.Tokens(agenttool.TokensService); p != nil || !errors.As(err, &notConnected) || notConnected.Code != agenttool.CodeNotConnected {
		t.Errorf("Tokens of an empty host = %v, %v, want %s", p, err, agenttool.CodeNotConnected)
	}
	if err := host.SetTokens(agenttool.TokensService, m365auth.Static("one")); err != nil {
		t.Fatal(err)
	}
	p, err := host.Tokens(agenttool.TokensService)
	if err != nil {
		t.Fatal(err)
	}
	if tok, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil || tok.Access.Reveal() != "one" {
		t.Errorf("the provider gives %v, %v, want the one that was set", tok, err)
	}
	if err := host.SetTokens(agenttool.TokensService, m365auth.Static("two")); err != nil {
		t.Fatal(err)
	}
	if p, err := host.Tokens(agenttool.TokensService); p != nil || !errors.Is(err, m365auth.ErrConfig) {
		t.Errorf("Tokens with two = %v, %v, want a configuration error", p, err)
	}
	for range 2 {
		if err := host.SetTokens(agenttool.TokensService, nil); err != nil {
			t.Errorf("SetTokens(nil) = %v, want one provider withdrawn", err)
		}
	}
	if err := host.SetTokens(agenttool.TokensService, nil); err == nil {
		t.Error("SetTokens(nil) withdraws from an empty host, want an error")
	}
	if _, err := host.Tokens(agenttool.TokensService); !errors.As(err, &notConnected) {
		t.Errorf("Tokens after all were withdrawn fails with %v, want %s", err, agenttool.CodeNotConnected)
	}
}

type nobodyApproves struct{ agenttool.Approvals }

func TestHostHandsOnItsApprovals(t *testing.T) {
	t.Parallel()
	if got := agenttool.NewHost(nil).Approvals(); got != nil {
		t.Errorf("Approvals() = %v, want nil", got)
	}
	if got := agenttool.NewHost(&agenttool.HostOptions{Approvals: nobodyApproves{}}).Approvals(); got != (nobodyApproves{}) {
		t.Errorf("Approvals() = %v, want the one given", got)
	}
}

func TestCleanupsRunBackwardsOnceAndAll(t *testing.T) {
	t.Parallel()
	var c agenttool.Cleanups
	var order []string
	first, third := errors.New("first"), errors.New("third")
	add := func(name string, err error) {
		c.Add(func(context.Context) error {
			order = append(order, name)
			return err
		})
	}
	add("one", first)
	c.Add(nil)
	c.Add(func(context.Context) error { order = append(order, "two"); panic("token") })
	add("three", third)
	err := c.Run(t.Context())
	if !errors.Is(err, first) || !errors.Is(err, third) || !strings.Contains(err.Error(), "panicked with a string") || strings.Contains(err.Error(), "token") {
		t.Errorf("Run = %v, want all three failures and nothing of the panic's value", err)
	}
	if want := []string{"three", "two", "one"}; !slices.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
	if err := c.Run(t.Context()); err != nil || len(order) != 3 {
		t.Errorf("a second Run = %v after %d calls, want nil after 3", err, len(order))
	}
}
