// Package graphtest is Microsoft Graph in process.
package graphtest
