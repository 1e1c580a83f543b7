// Package connector is the connector without a window: the façade that the windows and the command line see, and nothing else.
//
// All state comes from it and every change goes to it. It holds no rule (those are in attendance), speaks to no server (akerun,
// salesforce, teamspirit do) and knows no SQL (store does); it puts these together and hands out values.
//
// # Contract
//
//   - Every method may be called from any goroutine, at any time, in any state. What a state does not allow is answered with an
//     [*Error] whose code says so, and changes nothing.
//   - Values go in and values come out: nothing returned is shared with the connector or changes later.
//   - Instants are time.Time and may be shown in any zone; business days are text of the form 2026-11-22, in Japan time.
//   - A method returns when its change is durable. Work that goes on afterwards shows in [Status], which Subscribe delivers.
//   - Errors meant for a person are [*Error]; its code belongs to a closed set and its text is for the command line only: the
//     windows have sentences of their own for each code.
package connector
