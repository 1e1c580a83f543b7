//go:build !windows

package main

// allowFront has nothing to do here: only Windows guards the front.
func allowFront() {}
