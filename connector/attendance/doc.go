// Package attendance decides which stamps a business day calls for.
//
// It knows accesses, stamps and the rules of docs/rules.md, and nothing of where they come from or go to: no clock, no network, no
// database, no people. Everything is decided in Japan time, whatever the PC's zone, and every function gives the same answer for
// the same facts, so that a decision may be taken again at any moment, after any crash.
package attendance
