// Package mimemail reads and writes messages as they travel: RFC 5322 with
// MIME. What it reads may come from anybody, so that it is bounded in depth and
// parts, and comes out as valid UTF-8.
package mimemail
