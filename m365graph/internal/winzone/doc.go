// Package winzone turns the time-zone names that Microsoft 365 uses into zones that Go knows, and back.
//
// Outlook names zones as Windows does, and takes IANA names too:
//
//	loc, err := winzone.Load("W. Europe Standard Time") // Europe/Berlin
//	loc, err = winzone.Load("Europe/Berlin")            // the same
//	name, ok := winzone.ToWindows("Europe/Vienna")      // "W. Europe Standard Time", true
//
// The names come from Unicode CLDR, whose table lies beside this file. The rules of each zone come from the machine or
// from the program: the package does not import time/tzdata, which would add 450 KB to every program, also to those that
// only want UTC. A program for machines without a time-zone database imports it itself.
package winzone
