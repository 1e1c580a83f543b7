// Package proof checks what a run of the connector has done against what the two servers know: that nothing was lost, nothing doubled,
// and nothing stamped that should not be.
//
// It shares no code with what it checks. Business days, eligible accesses, people and keys are worked out here a second time from the
// rules' text, so that a mistake over there is not repeated here: the package must never import attendance, roster, engine or store. It
// talks to nobody; evidence goes in as plain values and a verdict comes out.
package proof
