package main

import "golang.org/x/sys/windows"

// allowFront lets the window of another process come to the front. Windows allows that to the process that the person has just started,
// which is this one, and the right can be handed on (AllowSetForegroundWindow with ASFW_ANY).
func allowFront() {
	const anyProcess = ^uintptr(0)
	windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow").Call(anyProcess)
}
