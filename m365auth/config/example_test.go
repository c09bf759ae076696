package config_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/m365go/sdk/m365auth/config"
)

// A host mounts its tools with a list, and the environment fills the gaps.
func ExampleLoad() {
	settings, err := config.Load(&config.Options{
		Mount: config.MountYAML([]byte(`
tools:
  - module: tool-m365-auth
    config:
      client_id: ${APP_ID}
      tenant_id: contoso.example
  - module: tool-m365-graph
    config:
      default_page_size: 50
`)),
		Env: func(name string) (string, bool) {
			v, ok := map[string]string{"APP_ID": "an-id", "M365_MAX_PAGES": "3"}[name]
			return v, ok
		},
		File: os.DevNull,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(settings.Auth.ClientID, settings.Auth.Scopes)
	fmt.Println(settings.Graph.DefaultPageSize, "a page, from", settings.Origin("default_page_size"))
	fmt.Println(settings.Graph.MaxPages, "pages, from", settings.Origin("max_pages"))
	fmt.Println(settings.Graph.BaseURL, "from", settings.Origin("base_url"))
	// Output:
	// an-id [User.Read Mail.Read Calendars.Read Files.Read.All]
	// 50 a page, from mount tool-m365-graph:9
	// 3 pages, from environment M365_MAX_PAGES
	// https://graph.microsoft.com from default
}

// Whatever is wrong is told at once, each with its remedy.
func ExampleError() {
	_, err := config.Load(&config.Options{
		Mount: config.MountMap(map[string]any{"clientid": "an-id", "max_pages": "12", "client_secret": "hunter2"}),
		Env:   func(string) (string, bool) { return "", false },
		File:  os.DevNull,
	})
	for _, line := range strings.Split(err.Error(), "\n") {
		first, _, _ := strings.Cut(line, ";")
		fmt.Println(strings.TrimSpace(first))
	}
	// Output:
	// m365auth/config: several settings are wrong:
	// clientid (mount): unknown key
	// client_secret (mount): a secret is not written out here
	// max_pages (mount): is text, not a whole number
	// client_id (default): is not set in any layer
}

// Explain is what a program prints when it is asked for its settings.
func ExampleSettings_Explain() {
	settings, err := config.Load(&config.Options{
		Module: config.GraphModule,
		Mount:  config.MountMap(map[string]any{"permissions": []string{"outlook.read"}}),
		Env:    func(name string) (string, bool) { return "gcchigh", name == "M365_CLOUD" },
		File:   os.DevNull,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(settings.Explain())
	// Output:
	// cloud              gcchigh                     environment M365_CLOUD
	// api_version        v1.0                        default
	// base_url           https://graph.microsoft.us  default
	// default_page_size  100                         default
	// max_pages          10                          default
	// permissions        outlook.read                mount
	// toolsets           -                           default
	// read_only          false                       default
	// approval           -                           default
	// download_dir       -                           default
	// account            -                           default
}
