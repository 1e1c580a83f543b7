// Package ui is the windows: it shows what the façade connector.Connector says and passes on what a person chooses.
//
// It never speaks HTTP or SQL and holds no rule. Nothing outside this package imports Fyne. Everything that comes from another
// goroutine goes through one hop onto Fyne's own, in [Run].
package ui
