package config

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// settings holds the winners against each other and fills in what follows from
// them.
func (l *loader) settings(all map[string]winner) *Settings {
	cloud := l.cloud(all)
	if l.opts.Module != GraphModule {
		l.needs(all)
		l.tenant(all)
	}
	s := &Settings{Cloud: cloud}
	for _, k := range keys {
		if !k.within(l.opts.Module) {
			continue
		}
		w, ok := all[k.name]
		if ok {
			k.set(s, w.value)
		}
		s.rows = append(s.rows, row{key: k.name, shown: k.show(w.value, ok), origin: w.Origin})
	}
	if l.opts.Module != GraphModule {
		s.Auth.Cloud = cloud
		s.Auth.Cloud.ContentHosts = slices.Clone(cloud.ContentHosts)
	}
	return s
}

// show is the value as Explain prints it.
func (k *key) show(v value, ok bool) string {
	text := v.text
	switch {
	case !ok:
	case k.kind == kindSecret:
		text = v.secret.String()
	case k.kind == kindNumber:
		text = strconv.Itoa(v.number)
	case k.kind == kindBool:
		text = strconv.FormatBool(v.flag)
	case k.kind == kindList:
		text = strings.Join(v.list, " ")
	}
	if text == "" {
		return "-"
	}
	return text
}

// cloud finds the one cloud that every host setting agrees with, and fills in
// the settings that follow from it. A host of no known cloud is refused: a
// setting must not decide where tokens go.
func (l *loader) cloud(all map[string]winner) m365auth.Cloud {
	candidates := m365auth.Clouds()
	derived := Origin{Layer: LayerDefault}
	if !l.opts.Cloud.IsZero() {
		candidates = []m365auth.Cloud{l.opts.Cloud}
		candidates[0].ContentHosts = slices.Clone(l.opts.Cloud.ContentHosts)
		derived.Layer = LayerCode
	}
	known := candidates
	var agreed []string
	for _, name := range []string{"cloud", "authority", "base_url"} {
		w, ok := all[name]
		if !ok || w.bad {
			continue
		}
		fits := func(c m365auth.Cloud) bool { return cloudHas(c, name, w.text) }
		if !slices.ContainsFunc(known, fits) {
			l.report(name, w.Origin, unknownCloud(name, known), nil)
			continue
		}
		remaining := slices.DeleteFunc(slices.Clone(candidates), func(c m365auth.Cloud) bool { return !fits(c) })
		if len(remaining) == 0 {
			l.report(name, w.Origin, &fault{"is of another cloud than " + strings.Join(agreed, " and "), "keep to one cloud, or set cloud alone"}, nil)
			continue
		}
		candidates = remaining
		agreed = append(agreed, name+" ("+w.Origin.String()+")")
	}
	cloud := candidates[0]
	for name, text := range map[string]string{"cloud": cloud.Name, "base_url": cloud.GraphURL()} {
		w, ok := all[name]
		if !ok {
			w.written = written{Origin: derived, name: name}
		}
		w.text = text // the same host, in one spelling
		all[name] = w
	}
	if w, ok := all["authority"]; ok && !w.bad {
		w.text = cloud.AuthorityURL(authorityTenant(w.text))
		all["authority"] = w
	}
	return cloud
}

// cloudHas reports whether a host setting is of the cloud.
func cloudHas(c m365auth.Cloud, name, text string) bool {
	u, err := url.Parse(text)
	switch {
	case name == "cloud":
		return c.Name == text
	case err != nil:
		return false
	case name == "authority":
		return sameHost(u.Host, c.LoginHost)
	}
	return sameHost(u.Host, c.GraphHost)
}

func sameHost(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, ":443"), strings.TrimSuffix(b, ":443"))
}

func unknownCloud(name string, known []m365auth.Cloud) *fault {
	hosts := make([]string, len(known))
	for i, c := range known {
		hosts[i] = map[string]string{"cloud": c.Name, "authority": c.LoginHost, "base_url": c.GraphHost}[name]
	}
	detail := "is not a host of a known cloud"
	if name == "cloud" {
		detail = "is not a known cloud"
	}
	return &fault{detail, "use one of " + strings.Join(slices.Compact(hosts), ", ") + "; another comes only from code, in Options.Cloud"}
}

// needs reports what signing in cannot do without.
func (l *loader) needs(all map[string]winner) {
	method := all["method"]
	var missing string
	switch m := m365auth.Method(method.text); m {
	case m365auth.MethodClientSecret:
		missing = "client_secret"
	case m365auth.MethodCertificate:
		missing = "certificate_path"
	case m365auth.MethodFederated:
		missing = "federated_token_path"
	case m365auth.MethodAuthCode:
		missing = "redirect_url"
	}
	if _, ok := all[missing]; missing != "" && !ok {
		l.report(missing, method.Origin, &fault{"is not set, and the method needs it", "set it, or choose another method"}, nil)
	}
	// A managed identity is the host's own and has no app registration; and a
	// layer that cannot be read may well hold the id.
	unread := slices.ContainsFunc(l.problems, func(p Problem) bool { return p.Key == "" })
	if _, ok := all["client_id"]; !ok && !unread && m365auth.Method(method.text) != m365auth.MethodManagedIdentity {
		l.report("client_id", Origin{Layer: LayerDefault}, &fault{
			"is not set in any layer",
			"set " + variable("client_id") + ", or client_id in the mount or in " + cmp.Or(l.file, "the user file"),
		}, nil)
	}
}

// tenant makes tenant_id and authority one: an authority names a tenant, and so
// hides the tenant_id of a weaker layer.
func (l *loader) tenant(all map[string]winner) {
	authority, ok := all["authority"]
	tenant := all["tenant_id"]
	if !ok || authority.bad || tenant.bad {
		return
	}
	named := authorityTenant(authority.text)
	switch {
	case strings.EqualFold(named, tenant.text):
	case tenant.Layer < authority.Layer:
		all["tenant_id"] = winner{value: value{text: named}, written: authority.written}
	default:
		l.report("tenant_id", tenant.Origin, &fault{
			"is another tenant than that of authority (" + authority.Origin.String() + ")", "set one of the two",
		}, nil)
	}
}
