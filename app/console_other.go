//go:build !windows

package main

// attachConsole has nothing to do here: a program has the terminal that it was typed in.
func attachConsole() {}
