// Package engine is the background sync: it carries accesses from Akerun to stamps in TeamSpirit, in four stages.
//
//	collect  reads accesses and people and keeps them as facts
//	decide   turns facts into stamps to be, and items
//	deliver  sends what is due and settles what nobody knows the outcome of
//	confirm  reads back what became of it
//
// Each stage is a function from the store to the store and may be run again from any state: what is not in the store did not happen,
// and a process killed at any line loses and doubles nothing. Stages pass nothing in memory and do not call each other; [Engine.Turn]
// runs them in order and [Engine.Run] repeats that.
//
// What is stamped is decided in attendance, who is who in roster, how the servers are spoken to in akerun, salesforce and teamspirit.
// Nothing of that belongs here. Engine turns every error into one of three things: again (back off), ask (a person must act: 要再連携
// or an item), stop (a broken contract, shown and retried slowly).
package engine
