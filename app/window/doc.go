// Package window plays the whole program in a real window: on a screen of its own with a window manager, in a D-Bus session of its
// own with a tray, with a real browser for the sign-in pages, driven by keyboard and mouse.
//
// It holds tests only. They run without the race detector: texts are found in pictures of the screen, which would take it minutes.
package window
