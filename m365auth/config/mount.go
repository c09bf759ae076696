package config

import (
	"fmt"
	"strings"
)

// Module is a tool module of a host's mount plan. The two modules share the
// user file and the environment; a mount carries a node for each.
type Module string

// The modules.
const (
	// AuthModule signs people in and supplies tokens.
	AuthModule Module = "tool-m365-auth"
	// GraphModule talks to Microsoft Graph.
	GraphModule Module = "tool-m365-graph"
)

// Mount is what a host was configured with: the `config:` node of one module,
// or the whole `tools:` list (or the document around it), in which the nodes
// are found by module name. The zero Mount is empty.
type Mount struct {
	tree  any
	fault *fault
}

// MountMap mounts a `config:` node, or a plan with a `tools` list, that the
// host has already decoded.
func MountMap(node map[string]any) Mount {
	if len(node) == 0 {
		return Mount{}
	}
	return Mount{tree: fromGo(node, 0)}
}

// MountTools mounts a `tools:` list that the host has already decoded: each
// element a map with "module" and "config".
func MountTools(tools []any) Mount { return Mount{tree: fromGo(tools, 0)} }

// MountYAML mounts a node, a list or a plan from YAML.
func MountYAML(data []byte) Mount {
	tree, f := parseYAML(data)
	return Mount{tree: tree, fault: f}
}

// MountJSON mounts a node, a list or a plan from JSON.
func MountJSON(data []byte) Mount {
	tree, f := parseJSON(data)
	return Mount{tree: tree, fault: f}
}

// node is the settings of one module; of both if module is empty.
type node struct {
	module   Module
	name     string // the module, where a list of tools says it
	settings object
}

// nodes finds the settings in a mount of the given module.
func (m Mount) nodes(asked Module) ([]node, []Problem) {
	if m.fault != nil {
		return nil, []Problem{mountProblem("", 0, m.fault.detail, m.fault.remedy)}
	}
	switch tree := m.tree.(type) {
	case nil:
		return nil, nil
	case []any:
		return nodesOf(tree)
	case object:
		if tools, ok := tree.get("tools").([]any); ok {
			nodes, problems := nodesOf(tools)
			return nodes, append(problems, strays(tree)...)
		}
		if _, ok := tree.get("module").(string); ok {
			return nodesOf([]any{tree})
		}
		return []node{{module: asked, settings: tree}}, nil
	}
	return nil, []Problem{mountProblem("", 0, "is "+describe(m.tree)+", not settings", "mount a table of settings or a list of tools")}
}

// nodesOf picks our modules out of a list of tools; the others are not ours to
// judge.
func nodesOf(tools []any) (nodes []node, problems []Problem) {
	seen := map[Module]bool{}
	for _, t := range tools {
		tool, _ := t.(object)
		name, _ := tool.get("module").(string)
		m := Module(name)
		switch {
		case m != AuthModule && m != GraphModule:
			if strings.HasPrefix(name, "tool-m365") {
				problems = append(problems, mountProblem("module", tool.line("module"), "is no module of ours",
					fmt.Sprintf("use %s or %s", AuthModule, GraphModule)))
			}
			continue
		case seen[m]:
			problems = append(problems, mountProblem("module", tool.line("module"), "lists "+name+" twice", "keep one"))
			continue
		}
		seen[m] = true
		switch settings := tool.get("config").(type) {
		case nil:
		case object:
			nodes = append(nodes, node{module: m, name: name, settings: settings})
		default:
			problems = append(problems, mountProblem("config", tool.line("config"),
				"of "+name+" is "+describe(settings)+", not a table", "put the settings below it, one a line"))
		}
	}
	return nodes, problems
}

// strays finds settings that stand beside the list of tools, where a host
// would never look.
func strays(plan object) (problems []Problem) {
	for _, e := range plan {
		if k := keyNamed(e.key, LayerMount); k != nil {
			problems = append(problems, mountProblem(e.key, e.line, "stands beside the list of tools",
				"move it below config: of "+string(k.part.module())))
		}
	}
	return problems
}

func mountProblem(key string, line int, detail, remedy string) Problem {
	return Problem{Key: key, Origin: Origin{Layer: LayerMount, Line: line}, Detail: detail, Remedy: remedy}
}

// get returns the value of a key, or nil.
func (o object) get(key string) any {
	for _, e := range o {
		if e.key == key {
			return e.raw
		}
	}
	return nil
}

// line returns where a key stands, or 0.
func (o object) line(key string) int {
	for _, e := range o {
		if e.key == key {
			return e.line
		}
	}
	return 0
}
