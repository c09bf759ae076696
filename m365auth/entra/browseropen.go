package entra

import (
	"context"
	"os/exec"
	"runtime"
)

// openSystemBrowser shows an address with the first of the system's commands
// that succeeds. A command may run for as long as the browser is open; it is
// left alone.
func openSystemBrowser(ctx context.Context, url string) error {
	for _, command := range openers(runtime.GOOS) {
		ended := make(chan error, 1)
		cmd := exec.CommandContext(context.WithoutCancel(ctx), command[0], append(command[1:], url)...)
		if cmd.Start() != nil {
			continue
		}
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			if err == nil {
				return nil
			}
		case <-ctx.Done():
			return nil
		}
	}
	return errNoBrowser
}

// openers returns commands that take an address, the best first.
func openers(system string) [][]string {
	switch system {
	case "darwin":
		return [][]string{{"open"}}
	case "windows": // "start" would read an & in the address as its own
		return [][]string{{"rundll32", "url.dll,FileProtocolHandler"}}
	}
	return [][]string{{"xdg-open"}, {"wslview"}, {"x-www-browser"}}
}
