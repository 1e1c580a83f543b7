// Package output writes what the command line shows: tables, JSON, CSV, and instants as people in Japan read them.
//
// It takes plain values and knows nothing of what they mean; text that came from other systems leaves it harmless for terminals
// and for Excel.
package output
