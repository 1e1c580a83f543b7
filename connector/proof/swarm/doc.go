// Package swarm plays whole runs of several days from a seed, each with a random mixture of faults, and has the checker judge them.
//
// One seed decides the company, the servers' ways, which kinds of fault there are at all, and when they strike; the same seed plays the
// same run. It is for tests only. What is right is not decided here: that is package proof's.
package swarm
