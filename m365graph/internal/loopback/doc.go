// Package loopback is where a server in a test can be reached: at a TLS port of
// a loopback address, or at a name in memory without any socket.
package loopback
