// Package agenttool is the contract between tools that a language model calls
// and the programs that host them, and the gate in front of those tools.
//
// The author of a tool writes a [Definition]; [Guard.Wrap] checks it and makes
// the [Tool] that a host mounts. From then on nobody reaches the functions
// inside except through [Tool.Execute], which asks in this order: on whose
// behalf is the call ([Caller]), is the tool's permission on ([Permissions]),
// are the arguments sound, and does the call write?
//
//	guard := agenttool.NewGuard(&agenttool.GuardOptions{
//		Permissions: agenttool.PermissionSet{"outlook.read"},
//	})
//	tool, err := guard.Wrap(agenttool.Definition{
//		Name: "count_unread", Title: "Count unread mail", Description: "Counts unread mail.",
//		Input:      json.RawMessage(`{"type":"object","properties":{}}`),
//		Effect:     agenttool.EffectRead,
//		Permission: "outlook.read",
//		Read: func(ctx context.Context, in json.RawMessage) agenttool.Result {
//			return agenttool.OK(map[string]int{"unread": 3})
//		},
//	})
//
// Everything is off until it is switched on, and a call without a caller is
// refused. A [Result] is always bounded, always valid JSON, labelled where it
// holds content that others wrote, and a failed one carries one of a closed set
// of codes that agents can be taught.
//
// A write is resolved into a [Plan], which a person approves through
// [Approvals] and which is bound to them by [Plan.Hash]. A Guard asks nobody, so
// it refuses every write with [CodeApprovalUnavailable].
//
// [LocalHost] hosts tools inside a Go program. The package imports the standard
// library and m365auth only.
package agenttool
