// Package blob keeps the content of files: a [Spool] collects it as it
// comes in, a [Blob] holds it from then on, in memory, on disk or in its own
// place, and [QuickXor] is the hash that OneDrive reports of it.
package blob
